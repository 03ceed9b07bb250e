"""Which scripts are true only on an occasion (时机): her birthday, the weather, a festival, the way she was added. Pure."""

from collections.abc import Sequence

BIRTHDAY, BIRTHDAY_TODAY, BIRTHDAY_AHEAD, ANNIVERSARY, SCANNED = "生日", "生日当天", "生日前", "周年", "扫码"
# What no moment of the page knows: such scripts are found by search, or asked for by a task or a care node.
WEATHER, FESTIVAL, VISIT, OTHER_WAY, CHILD, DAY = "天气", "节日", "到店当天", "其他添加方式", "孩子生日", "第几天"
# The first that a tag or the title contains decides: the narrow ones stand before the wide.
WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (CHILD, ("孩子生日", "宝宝生日")),
    (BIRTHDAY_TODAY, ("生日当天", "今天生日")),
    (BIRTHDAY_AHEAD, ("生日前",)),
    (BIRTHDAY, ("生日",)),
    (ANNIVERSARY, ("周年",)),
    (SCANNED, ("扫码",)),
    (OTHER_WAY, ("活动上加", "活动现场", "朋友介绍", "网上下单后加", "网店客户")),
    (VISIT, ("到店当天",)),
    (DAY, ("次日", "满月")),
    (WEATHER, (
        "天气", "降温", "升温", "回暖", "寒潮", "冷空气", "初雪", "下雪", "飘雪", "雪天", "下雨", "雨天", "暴雨", "大风", "台风",
        "高温", "雾霾", "沙尘",
    )),
    (FESTIVAL, (
        "节日", "节气", "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至", "小暑", "大暑", "立秋",
        "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至", "小寒", "大寒", "数九", "三伏", "元旦", "跨年",
        "腊八", "小年夜", "除夕", "春节", "新年", "过年", "元宵", "情人节", "妇女节", "劳动节", "五一", "青年节", "母亲节",
        "儿童节", "端午", "父亲节", "七夕", "中秋", "教师节", "国庆", "重阳", "感恩节", "平安夜", "圣诞", "双11", "双十一",
        "双12", "双十二", "618",
    )),
)  # fmt: skip


def needed_occasion(title: str, tags: Sequence[str]) -> str:
    """The occasion without which the words would be untrue, told by a tag, else by the title; "" for words of any day."""
    for texts in (tags, (title,)):
        for occasion, words in WORDS:
            if any(word in text for text in texts for word in words):
                return occasion
    return ""
