"""Names of invented people: characters with their pinyin for members' userids, nicknames as customers choose them."""


def _spelled(words: str) -> dict[str, str]:
    """{"王": "wang", …} out of "王wang …"."""
    return {word[0]: word[1:] for word in words.split()}


# The commonest first: a surname near the front is drawn more often.
SURNAMES = _spelled(
    "王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu "
    "林lin 郭guo 何he 高gao 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 许xu 邓deng 冯feng 韩han 曹cao "
    "曾zeng 彭peng 萧xiao 蔡cai 潘pan 田tian 董dong 袁yuan 于yu 余yu 叶ye 蒋jiang 杜du 苏su 魏wei "
    "程cheng 吕lv 丁ding 沈shen 任ren 姚yao 卢lu 傅fu 钟zhong 姜jiang 崔cui 谭tan 廖liao 范fan "
    "汪wang 陆lu 金jin 石shi 戴dai 贾jia 韦wei 夏xia 邱qiu 方fang 侯hou 邹zou 熊xiong 孟meng 秦qin "
    "白bai 江jiang 阎yan 薛xue 尹yin 段duan 雷lei 黎li 史shi 龙long 陶tao 贺he 顾gu 毛mao 郝hao "
    "龚gong 邵shao 万wan 钱qian 严yan 武wu 莫mo 孔kong 向xiang 汤tang"
)
COMPOUND = {
    "欧阳": "ouyang", "上官": "shangguan", "司马": "sima", "诸葛": "zhuge", "司徒": "situ", "慕容": "murong",
    "东方": "dongfang", "夏侯": "xiahou", "皇甫": "huangfu", "尉迟": "yuchi", "端木": "duanmu", "令狐": "linghu",
}  # fmt: skip
WOMEN = _spelled(
    "婷ting 娟juan 敏min 静jing 丽li 芳fang 燕yan 玲ling 娜na 雪xue 梅mei 琳lin 霞xia 莉li 颖ying "
    "慧hui 洁jie 倩qian 蓉rong 薇wei 菲fei 瑶yao 佳jia 怡yi 欣xin 悦yue 萱xuan 涵han 晴qing 雨yu "
    "桐tong 诗shi 梦meng 琪qi 雯wen 瑾jin 岚lan 妍yan 彤tong 璐lu 蕾lei 晓xiao 思si 语yu 若ruo 念nian "
    "安an 宁ning 清qing 云yun 芷zhi 筱xiao 沁qin 夕xi 晨chen 露lu 菡han 蕊rui 珊shan 媛yuan 姗shan "
    "柔rou 嘉jia"
)
MEN = _spelled(
    "伟wei 强qiang 磊lei 军jun 洋yang 勇yong 杰jie 涛tao 超chao 明ming 刚gang 平ping 辉hui 鹏peng "
    "飞fei 宇yu 浩hao 轩xuan 然ran 博bo 文wen 昊hao 泽ze 睿rui 宸chen 梓zi 铭ming 俊jun 凯kai 峰feng "
    "翔xiang 志zhi 远yuan 航hang 子zi 墨mo 景jing 承cheng 逸yi 晗han 瑞rui 阳yang 旭xu 东dong 林lin "
    "森sen 川chuan 海hai 天tian 启qi 恒heng 立li 诚cheng"
)
FOREIGN = (
    "Vivian", "Cindy", "Amy", "Kevin", "Leo", "Mia", "Echo", "Sunny", "Joy", "Grace", "Tina", "Jason", "Coco", "Yuki",
    "Lily", "Eric", "Fiona", "Nana", "Momo", "Jessica", "Allen", "Tracy", "Helen", "Ivy", "Summer", "Winnie",
)  # fmt: skip
PHRASES = (
    "慢慢来", "平安喜乐", "岁月静好", "阳光正好", "一路向北", "小确幸", "风轻云淡", "向日葵", "随遇而安",
    "静待花开", "清风徐来", "星辰大海", "初见", "半夏", "浅笑", "南方有雪", "雪落无声", "听雨", "海阔天空",
    "知足常乐", "心有所属", "简单生活", "往后余生", "温柔的晚风", "橘子汽水", "吃饱再说", "熬夜冠军",
    "西瓜味的夏天", "山川湖海", "一只小熊", "兔兔不吃草", "追光的人", "长安故里",
)  # fmt: skip
EMOJI = "🌸🌷🌻🍀🌙⭐🌈☀🐰🐱🐻🦋🍓🍑🎀💕✨🌊🏃🎧📷🍵🧣❄"
TRADES = ("美甲", "房产", "保险", "烘焙", "花艺", "摄影", "装修", "月嫂", "二手车", "服装批发", "水果", "瑜伽", "口腔", "民宿")
CALLED = ("阿", "小", "老", "大")
