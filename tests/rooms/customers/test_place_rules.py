"""A place told in any spelling is kept in one; what is no province is said to be none."""

import pytest

from customers.place_rules import CITIES, PROVINCES_OF, place_problem, place_told, province_of, short_city, short_province


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


@pytest.mark.parametrize(
    ("province", "city", "why"),
    [
        ("江苏", "杭州", "杭州属于浙江省，不属于江苏省，请核对省份和城市"),
        ("广西", "北京", "北京属于北京市，不属于广西壮族自治区，请核对省份和城市"),
        ("浙江", "杭州", ""), ("吉林", "吉林", ""), ("辽宁", "朝阳", ""), ("北京", "朝阳", ""), ("吉林", "朝阳", ""),
        ("陕西", "西安", ""), ("浙江", "乌镇", ""), ("青海", "海南", ""), ("火星", "杭州", ""), ("", "杭州", ""),
        (None, "杭州", ""), ("江苏", None, ""), ("江苏", "", ""), (None, None, ""),
    ],
)  # fmt: skip
def test_a_known_city_in_another_province_is_told(province: str | None, city: str | None, why: str) -> None:
    assert place_problem(province, city) == why


def test_every_city_may_stand_with_its_own_province() -> None:
    assert all(not place_problem(home, city) for city, homes in PROVINCES_OF.items() for home in homes)
    assert {homes[0] for homes in PROVINCES_OF.values()} == set(CITIES)
    assert all(len(PROVINCES_OF[city]) > 1 for city in ("朝阳", "大同", "中山", "西安", "兴安", "资阳", "甘南", "文山"))


def test_a_city_alone_says_its_province_and_an_unknown_one_empties_it() -> None:
    assert province_of("苏州") == "江苏"
    assert place_told(None, "苏州") == ("江苏", "苏州")
    assert place_told(None, "乌镇") == ("", "乌镇")
    assert place_told("浙江", "乌镇") == ("浙江", "乌镇")
    assert place_told("浙江", None) == ("浙江", None)
    assert place_told(None, None) == (None, None)
