"""Rules as JSON: what is wrong is named at its place, in Chinese, and what is right reads back to itself."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.db import Json
from foundation.errors import Invalid
from segments.fields import FIELDS, answer_field, field_of
from segments.nodes import EVERYBODY, Frozen
from segments.plain import birthdays
from segments.rules import MOST_CONDITIONS, parse, segments_in, written
from segments.splitting import part_below

TAG: Json = {"field": "tags", "op": "any_of", "value": [1]}

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["tags", "any_of", "within"]),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(st.sampled_from(["all", "any", "not", "field", "op", "value", "segment", "frozen"]), parts, max_size=3)
    ),
    max_leaves=12,
)


def problems(body: object) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        parse(body)  # type: ignore[arg-type]
    return caught.value.fields


def test_nothing_is_everybody() -> None:
    assert parse({}) == parse({"all": []}) == EVERYBODY
    assert written(EVERYBODY) == {}


def test_every_mistake_is_named_at_its_place() -> None:
    body = {
        "all": [
            {"field": "nothing", "op": "is", "value": 1},
            {"any": []},
            {"not": {"field": "orders", "op": "at_least", "value": "很多"}},
            {"any": [TAG, {"field": "tags", "op": "within", "value": 3}]},
            {"field": "stage", "op": "any_of", "value": ["最好"]},
            {"field": "added_on", "op": "between", "value": ["2026-02-01", "2026-01-01"]},
            {"field": "answer:7", "op": "any_of", "value": [8001]},
            {"segment": True},
            {"field": "city", "op": "any_of", "value": [" "]},
            {"field": "rfm", "op": "between", "value": {"recency": [3, 9]}},
            {"frozen": 3},
        ]
    }
    assert problems(body) == {
        "all.0": "没有这个字段，可能已被删除",
        "all.1": "这一组还没有条件，请添加或删掉这一组",
        "all.2.not": "数字要填 0 到 1000000000 的整数",
        "all.3.any.1": "“标签”不能这样比较",
        "all.4": "有一个选项不存在，请重新选择",
        "all.5": "起始不能大于结束",
        "all.6": "选项不属于这个档案字段，请重新选择",
        "all.7": "人群编号要填 1 到 4611686018427387904 的整数",
        "all.8": "每一项要填 1 到 40 个字",
        "all.9": "得分要填 1 到 5 的整数",
        "all.10": "这个条件不完整，请重新选择",
    }


def test_a_rule_has_a_size_and_a_depth() -> None:
    parse({"all": [TAG] * MOST_CONDITIONS})
    assert problems({"all": [TAG] * (MOST_CONDITIONS + 1)}) == {"rule": "一个人群最多 60 个条件"}
    assert "60" in problems({"all": [{"any": [TAG] * 40}, {"any": [TAG] * 40}]})["all.1"]
    deep: Json = TAG
    for _ in range(5):
        deep = {"not": deep}
    parse(deep)
    assert problems({"not": deep}) == {"not.not.not.not.not.not": "条件最多套 5 层"}
    assert "500" in problems({"field": "tags", "op": "any_of", "value": list(range(1, 502))})["rule"]


@given(json)
def test_whatever_comes_is_a_rule_or_a_polite_refusal(body: object) -> None:
    try:
        rule = parse(body)  # type: ignore[arg-type]
    except Invalid:
        told = problems(body)
        assert told
        assert all(text and "{" not in text for text in told.values())
        return
    assert parse(written(rule)) == rule


def test_expanded_rules_may_name_runs_and_hold_everybody_inside() -> None:
    body: Json = {"any": [{"frozen": 3}, {"not": {}}, {"all": [{}, TAG]}]}
    rule = parse(body, expanded=True)
    assert parse(written(rule), expanded=True) == rule
    assert Frozen(3) in rule.parts  # type: ignore[union-attr]


def test_segments_are_found_with_their_places() -> None:
    body: Json = {"all": [TAG, {"any": [{"segment": 4}, {"not": {"segment": 5}}]}]}
    assert list(segments_in(parse(body))) == [("all.1.any.0", 4), ("all.1.any.1.not", 5)]
    assert list(segments_in(parse({"segment": 9}))) == [("rule", 9)]


def test_birthdays_on_the_twenty_ninth_of_february_come_every_year() -> None:
    assert birthdays(date(2026, 2, 27), 2) == (227, 228, 229)
    assert birthdays(date(2028, 2, 28), 1) == (228,)
    assert birthdays(date(2028, 2, 28), 2) == (228, 229)
    assert birthdays(date(2026, 12, 31), 2) == (101, 1231)


def test_a_path_is_told_by_the_department_below_ones_own() -> None:
    assert part_below("1.2.3.4.", "1.") == 2
    assert part_below("1.2.3.4.", "1.2.") == 3
    assert part_below("1.2.", "1.2.") == 2
    assert part_below("1.5.", "1.2.") == 0
    assert part_below("1.2.3.", "") == 2
    assert part_below("0.", "") == 0


def test_every_field_has_a_chinese_name_and_brands_add_their_own() -> None:
    assert all(any(letter >= "\u4e00" for letter in field.label) for field in FIELDS.values())
    own = answer_field(7, "肤质", ("干性", "油性"))
    assert own.choices == ((7001, "干性"), (7002, "油性"))
    assert field_of("answer:7") is not None
    for wrong in ("answer:", "answer:x", "answer:07", "answer:-1", "answer:1234567", "tags2"):
        assert field_of(wrong) is None
