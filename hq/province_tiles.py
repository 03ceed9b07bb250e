"""China as tiles (省份方格图): each of the 34 provinces one square of the same size, roughly where it lies. Our own layout."""

from customers.place_rules import short_province

# (column, row) from the north-west.
TILES = {
    "黑龙江": (8, 0), "内蒙古": (6, 1), "吉林": (8, 1), "新疆": (0, 2), "甘肃": (3, 2), "宁夏": (4, 2), "山西": (5, 2),
    "河北": (6, 2), "北京": (7, 2), "辽宁": (8, 2), "青海": (2, 3), "陕西": (4, 3), "河南": (5, 3), "山东": (6, 3),
    "天津": (7, 3), "西藏": (1, 4), "四川": (3, 4), "重庆": (4, 4), "湖北": (5, 4), "安徽": (6, 4), "江苏": (7, 4),
    "上海": (8, 4), "云南": (3, 5), "贵州": (4, 5), "湖南": (5, 5), "江西": (6, 5), "浙江": (7, 5), "广西": (4, 6),
    "广东": (5, 6), "福建": (6, 6), "台湾": (8, 6), "海南": (4, 7), "香港": (6, 7), "澳门": (5, 7),
}  # fmt: skip


def short_name(province: str) -> str:
    """广西壮族自治区 and 广西 are one tile; a name that is no province is given back as it is."""
    return short_province(province) or province.strip()
