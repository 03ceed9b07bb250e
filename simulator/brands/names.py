"""Words a sample brand is made of: invented people, real Chinese cities, no real brands."""

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
MALE, FEMALE = 1, 2
GIVEN = {
    FEMALE: (
        "晓雨", "慕晴", "语桐", "可欣", "若溪", "诗涵", "佳怡", "雅婷", "梓萱", "静怡", "欣妍", "雨桐", "嘉琪", "婉清", "书瑶",
        "芷若", "念慈", "海棠", "知夏", "云舒",
    ),
    MALE: ("思远", "明轩", "子墨", "浩然", "景行", "沐阳", "亦凡", "俊杰", "文博", "志远"),
}  # fmt: skip
# Members of the sample brand who are men.
MEN = frozenset({"hq_zhangwei", "zhaolei", "sunhao", "machao", "liuyang", "yangfan"})
# (userid, name) of guides beyond the ones every script relies on.
GUIDES = (
    ("sunyaqi", "孙雅琪"), ("heyutong", "何雨桐"), ("gaomin", "高敏"), ("linxiao", "林晓"), ("zhuli", "朱莉"),
    ("machao", "马超群"), ("luojing", "罗静"), ("guoxin", "郭欣"), ("xuanran", "徐安然"), ("huyue", "胡悦"),
    ("huangmei", "黄梅"), ("zhaoqian", "赵倩"), ("liuyang", "刘洋"), ("yangfan", "杨帆"), ("chenlu", "陈露"),
    ("wangting", "王婷"), ("lixin", "李欣"), ("zhanghui", "张慧"),
)  # fmt: skip
OPENINGS = (
    ("customer", "你好，想看看今年的长款羽绒服"),
    ("guide", "您好呀，到店可以试穿，也可以先发您几款看看"),
    ("customer", "好的，周末过去"),
    ("guide", "给您留好尺码，到了找我就行"),
)
