"""Provinces and cities as everybody else writes them, in the one short spelling we keep: 江苏省苏州市 is 江苏, 苏州. Pure."""

import re
from functools import lru_cache

CITIES = {
    "北京": "北京", "天津": "天津", "上海": "上海", "重庆": "重庆", "香港": "香港", "澳门": "澳门",
    "台湾": "台北 新北 桃园 台中 台南 高雄 基隆 新竹 嘉义",
    "河北": "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 雄安新区",
    "山西": "太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁",
    "内蒙古": "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安 锡林郭勒 阿拉善",
    "辽宁": "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛",
    "吉林": "长春 吉林 四平 辽源 通化 白山 松原 白城 延边",
    "黑龙江": "哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭",
    "江苏": "南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 昆山 江阴 张家港 常熟 太仓 宜兴",
    "浙江": "杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 义乌 慈溪 余姚",
    "安徽": "合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城",
    "福建": "福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 晋江 石狮",
    "江西": "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶",
    "山东": "济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽",
    "河南": "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源",
    "湖北": "武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 仙桃 潜江 天门 神农架",
    "湖南": "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西",
    "广东": "广州 深圳 珠海 汕头 佛山 韶关 湛江 肇庆 江门 茂名 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮",
    "广西": "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左",
    "海南": "海口 三亚 三沙 儋州 琼海 文昌 万宁 五指山",
    "四川": "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 甘孜 凉山",
    "贵州": "贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南 黔东南 黔南",
    "云南": "昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆",
    "西藏": "拉萨 日喀则 昌都 林芝 山南 那曲 阿里",
    "陕西": "西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛",
    "甘肃": "兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏 甘南",
    "青海": "西宁 海东 海北 黄南 果洛 玉树 海西",
    "宁夏": "银川 石嘴山 吴忠 固原 中卫",
    "新疆": "乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 博尔塔拉 巴音郭楞 库尔勒 阿克苏 克孜勒苏 喀什 和田 伊犁 伊宁 塔城 阿勒泰 "
    "石河子 阿拉尔 图木舒克 五家渠 北屯 铁门关 双河 可克达拉 昆玉 胡杨河 新星",
}  # fmt: skip
# Their districts and counties that people write by a name of a city elsewhere: 朝阳 is a city of 辽宁 and a district of 北京.
_NAMESAKES = {
    "北京": "朝阳", "吉林": "朝阳 西安", "黑龙江": "大同 西安 兴安 甘南", "辽宁": "中山", "广西": "兴安", "湖南": "资阳",
    "台湾": "中山 大同 文山 北屯 吉安 长治",
}  # fmt: skip
_LONG = {
    "内蒙古": ("内蒙古自治区", "内蒙"), "广西": ("广西壮族自治区", "广西自治区"), "宁夏": ("宁夏回族自治区", "宁夏自治区"),
    "新疆": ("新疆维吾尔自治区", "新疆自治区"), "西藏": ("西藏自治区",), "香港": ("香港特别行政区", "中国香港"),
    "澳门": ("澳门特别行政区", "中国澳门"), "台湾": ("台湾省", "中国台湾"),
    **{name: (f"{name}市",) for name in ("北京", "天津", "上海", "重庆")},
}  # fmt: skip
_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")
_SPELT = {spelling: name for name in CITIES for spelling in (name, *_LONG.get(name, (f"{name}省",)))}
_HOME = {city: province for province, cities in CITIES.items() for city in cities.split()}
# Each known city with every province it may be told with, the one it is a city of first.
PROVINCES_OF = {
    city: (home, *(province for province, cities in _NAMESAKES.items() if city in cities.split())) for city, home in _HOME.items()
}
# The province written before the city, in full: 江苏省苏州市.
_BEFORE = re.compile("^(?:" + "|".join(sorted((one for one in _SPELT if one[-1] in "省区"), key=len, reverse=True)) + ")(?=.{2})")
_PREFECTURE = re.compile(r"(.{2,}?)(?:[^族]{1,4}族)*(?:自治州|地区|盟|市)")


@lru_cache(maxsize=10_000)
def short_province(text: str) -> str | None:
    """One of the 34 provinces in any official spelling, short (广西壮族自治区 → 广西); None for what is none."""
    return _SPELT.get(re.sub(r"\s", "", text))


@lru_cache(maxsize=10_000)
def short_city(text: str) -> str:
    """A city without its rank (苏州市 → 苏州, 恩施土家族苗族自治州 → 恩施); what is not known so stays as it is told."""
    told = _BEFORE.sub("", re.sub(r"\s", "", text))
    if told in _HOME:
        return told
    if told.startswith(_MUNICIPALITIES):
        return told[:2]
    if told.endswith(("自治州", "地区", "盟")):
        known = [city for city in _HOME if told.startswith(city)]
        if known:
            return max(known, key=len)
    found = _PREFECTURE.fullmatch(told)
    return found[1] if found else _SPELT.get(told, told)


def province_of(city: str) -> str | None:
    """The province a known city (short) lies in."""
    return _HOME.get(city)


def place_problem(province: str | None, city: str | None) -> str:
    """Why a province and a city (both short) cannot stand together, in Chinese; "" where they can or one is not known."""
    homes = PROVINCES_OF.get(city or "", ())
    if province not in CITIES or not homes or province in homes:
        return ""
    return f"{city}属于{_full(homes[0])}，不属于{_full(province)}，请核对省份和城市"


def _full(province: str) -> str:
    return _LONG.get(province, (f"{province}省",))[0]


def place_told(province: str | None, city: str | None) -> tuple[str | None, str | None]:
    """What to keep of a province (short) and a city (short) told together, None: not told.

    A city alone says its province; where we do not know it, the old one is emptied (""): 上海 / 苏州 would be a lie. Of a
    province alone the statements that keep it (customers.import_sql) empty a city that is known to lie elsewhere.
    """
    if city and province is None:
        return province_of(city) or "", city
    return province, city
