"""Rules said in Chinese: every field and every way of comparing has its words, names come where ids stood."""

import pytest

from segments.fields import FIELDS, answer_field
from segments.rules import parse
from segments.sentences import sentence
from segments.values import SCORES

NAMES = {"tags": {1: "羽绒服", 2: "户外"}, "segment": {7: "老客"}, "region": {2: "华东"}, "owner": {3: "王芳"}}


def said(body: dict) -> str:
    return sentence(parse(body), NAMES)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "所有客户"),
        ({"field": "tags", "op": "any_of", "value": [1, 2]}, "标签是羽绒服或户外"),
        ({"field": "tags", "op": "all_of", "value": [1, 2]}, "标签同时有羽绒服、户外"),
        ({"field": "tags", "op": "none_of", "value": [1]}, "标签不是羽绒服"),
        ({"field": "tags", "op": "any_of", "value": [9]}, "标签是（已删除，编号 9）"),
        ({"field": "last_order_on", "op": "within", "value": 90}, "最近 90 天内下过单"),
        ({"field": "last_order_on", "op": "ago", "value": 90}, "最近下单在 90 天以前"),
        ({"field": "last_order_on", "op": "never"}, "从没下过单"),
        ({"field": "last_contact_on", "op": "not_within", "value": 7}, "超过 7 天没联系过（含从来没有）"),
        ({"field": "added_on", "op": "between", "value": ["2026-01-01", "2026-02-01"]},
         "添加日期在 2026-01-01 到 2026-02-01 之间"),
        ({"field": "spent_yuan", "op": "at_least", "value": 12000}, "累计消费（元）不少于 12,000"),
        ({"field": "birthday", "op": "month", "value": [3, 4]}, "3、4 月生日"),
        ({"field": "following", "op": "is", "value": False}, "已不是好友"),
        ({"field": "rfm", "op": "between", "value": {"recency": [4, 5], "frequency": [5, 5]}}, "R 得分 4 到 5、F 得分 5"),
        ({"not": {"segment": 7}}, "不满足“在人群“老客”里”"),
        (
            {"all": [{"field": "region", "op": "any_of", "value": [2]},
                     {"any": [{"field": "gender", "op": "any_of", "value": [2]},
                              {"field": "owner", "op": "any_of", "value": [3]}]}]},
            "区域是华东，并且（性别是女，或者归属导购是王芳）",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_said_as_people_say_it(body: dict, words: str) -> None:
    assert said(body) == words


SAMPLES = {
    "within": 30, "ago": 30, "not_within": 30, "never": None, "at_least": 3, "at_most": 3, "month": [1], "is": True,
    "any_of": [1], "all_of": [1], "none_of": [1], "between": [1, 2],
}  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_has_words_for_every_way_of_comparing(name: str) -> None:
    field = FIELDS[name]
    for op in field.operators:
        value: object = SAMPLES[op]
        if field.choices:
            value = [field.choices[0][0]]
        if name in {"province", "city"}:
            value = ["浙江"]
        if op == "between" and field.kind == "day":
            value = ["2026-01-01", "2026-01-02"]
        if op == "between" and field.kind == "rfm":
            value = {score: [1, 5] for score in SCORES}
        words = said({"field": name, "op": op} | ({} if value is None else {"value": value}))
        assert words
        assert "None" not in words


def test_the_brands_own_choices_and_long_lists_are_named() -> None:
    own = answer_field(5, "孩子", ("没有", "一个"))
    rule = parse({"field": "answer:5", "op": "any_of", "value": [5002]})
    assert sentence(rule, {}, {"answer:5": own}) == "孩子是一个"
    assert sentence(rule, {}) == "档案字段是选项 2"
    many = parse({"field": "owner", "op": "any_of", "value": list(range(1, 31))})
    assert sentence(many, {}).endswith("等 30 项")
