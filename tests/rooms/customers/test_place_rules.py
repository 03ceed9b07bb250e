"""A place told in any spelling is kept in one; what is no province is said to be none."""

import pytest

from customers.place_rules import CITIES, place_told, province_of, short_city, short_province


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("江苏", "江苏"), ("江苏省", "江苏"), (" 上海 市", "上海"), ("内蒙古自治区", "内蒙古"), ("广西壮族自治区", "广西"),
        ("新疆维吾尔自治区", "新疆"), ("宁夏回族自治区", "宁夏"), ("西藏自治区", "西藏"), ("香港特别行政区", "香港"),
        ("台湾省", "台湾"), ("火星", None), ("江苏市", None), ("上海省", None), ("苏州", None), ("", None),
    ],
)  # fmt: skip
def test_a_province_is_short_or_none(text: str, province: str | None) -> None:
    assert short_province(text) == province


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("苏州市", "苏州"), ("江苏省苏州市", "苏州"), ("上海市", "上海"), ("北京市朝阳区", "北京"), ("喀什地区", "喀什"),
        ("恩施土家族苗族自治州", "恩施"), ("昌吉回族自治州", "昌吉"), ("锡林郭勒盟", "锡林郭勒"), ("吉林省吉林市", "吉林"),
        ("伊犁哈萨克自治州", "伊犁"),
        ("海南藏族自治州", "海南"), ("津市市", "津市"), ("沙市", "沙市"), ("乌镇", "乌镇"), ("", ""),
    ],
)  # fmt: skip
def test_a_city_is_short(text: str, city: str) -> None:
    assert short_city(text) == city == short_city(city)


def test_every_city_lies_in_one_province() -> None:
    every = [city for cities in CITIES.values() for city in cities.split()]
    assert len(CITIES) == 34
    assert len(every) == len(set(every))
    assert all(short_city(city) == city and short_city(f"{city}市") == city for city in every)


def test_a_city_alone_says_its_province_and_an_unknown_one_empties_it() -> None:
    assert province_of("苏州") == "江苏"
    assert place_told(None, "苏州") == ("江苏", "苏州")
    assert place_told(None, "乌镇") == ("", "乌镇")
    assert place_told("浙江", "乌镇") == ("浙江", "乌镇")
    assert place_told("浙江", None) == ("浙江", None)
    assert place_told(None, None) == (None, None)
