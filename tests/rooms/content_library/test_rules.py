"""How text is normalised, filled and checked, and which stage a customer is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_library import bodies, link_cards, rules
from content_library.models import ItemKind
from hq import labels
from org.models import Role
from sidebar import cards

CHINESE = st.text(alphabet="羽绒服冬新品 ABc1", max_size=12)


def test_bigrams_hold_single_characters_and_pairs() -> None:
    assert rules.bigrams("羽绒服") == sorted(["羽", "绒", "服", "羽绒", "绒服"])


def test_full_width_and_upper_case_are_the_same() -> None:
    assert rules.bigrams("ＡＢ") == rules.bigrams("ab")


@given(CHINESE, st.integers(0, 11), st.integers(1, 6))
def test_every_substring_of_a_text_is_covered_by_its_bigrams(text: str, start: int, length: int) -> None:
    for part in text[start : start + length].split():
        assert set(rules.bigrams(part)) <= set(rules.bigrams(text))


@pytest.mark.parametrize(("title", "expected"), [("羽绒服", "yrf"), ("90绒 A款", "90rak"), ("😀!", "")])
def test_initials_keep_letters_and_digits(title: str, expected: str) -> None:
    assert rules.initials(title) == expected


def test_search_terms_are_bounded_and_different() -> None:
    assert rules.search_terms("羽绒 羽绒 a b c d e") == ["羽绒", "a", "b", "c", "d"]
    assert rules.search_terms("x" * 500) == ["x" * 20]
    assert rules.search_terms("  \x00 ") == []


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        (
            "{客户称呼}，您好，我是{门店}的{导购}",
            {"客户称呼": "陈姐", "导购": "小美", "门店": "徐家汇店"},
            "陈姐，您好，我是徐家汇店的小美",
        ),
        ("{客户称呼}，您好", {}, "您好"),
        ("好消息！{客户称呼}，新品到了", {}, "好消息！新品到了"),
        ("给{客户称呼}留了{商品}", {}, "给您留了这款"),
        ("{不认识}", {}, "{不认识}"),
        ("{客户称呼}", {"客户称呼": "{导购}"}, "{导购}"),
    ],
)
def test_variables_are_filled_or_become_neutral_words(text: str, variables: dict[str, str], expected: str) -> None:
    assert rules.fill(text, variables) == expected


@pytest.mark.parametrize(
    ("kind", "title", "body", "field"),
    [
        (ItemKind.SCRIPT, "", {"bubbles": ["好"]}, "title"),
        (ItemKind.SCRIPT, "题" * 61, {"bubbles": ["好"]}, "title"),
        (ItemKind.SCRIPT, "题", {"bubbles": []}, "body"),
        (ItemKind.SCRIPT, "题", {"bubbles": ["  "]}, "body"),
        (ItemKind.SCRIPT, "题", {"bubbles": ["好"] * 6}, "body"),
        (ItemKind.SCRIPT, "题", {"bubbles": ["好" * 1001]}, "body"),
        (ItemKind.SCRIPT, "题", {"bubbles": ["{客户名}"]}, "body"),
        (ItemKind.LINK, "题", {"url": "javascript:alert(1)"}, "url"),
        (ItemKind.IMAGE, "题", {"blob_key": "../etc"}, "blob_key"),
    ],
)
def test_bad_items_name_the_field(kind: ItemKind, title: str, body: dict[str, object], field: str) -> None:
    assert list(bodies.problems_of(kind, title, body)) == [field]


@pytest.mark.parametrize(
    ("role", "path", "item_path", "allowed"),
    [
        (Role.HEADQUARTERS, "1.", "", True),
        (Role.REGIONAL_MANAGER, "1.2.", "1.2.21.", True),
        (Role.REGIONAL_MANAGER, "1.2.", "", False),
        (Role.REGIONAL_MANAGER, "1.2.", "1.3.", False),
        (Role.STORE_MANAGER, "1.2.21.", "1.2.21.", False),
        (Role.GUIDE, "1.2.21.", "1.2.21.", False),
    ],
)
def test_who_may_edit(role: Role, path: str, item_path: str, allowed: bool) -> None:
    assert rules.may_edit(role, path, item_path) is allowed


@pytest.mark.parametrize(
    ("known", "silent", "stage"),
    [
        (0, None, "引入期"),
        (3, 0, "引入期"),
        (10, 2, "成长期"),
        (31, 5, "成熟期"),
        (90, 61, "休眠期"),
        (400, None, "流失期"),
        (400, 10, "成熟期"),
    ],
)
def test_the_stage_follows_days_known_and_days_silent(known: int, silent: int | None, stage: str) -> None:
    assert rules.moment_of(known, silent).stage == stage


def test_every_table_of_kinds_knows_each_kind() -> None:
    for table in (bodies._CHECKS, link_cards.KINDS, labels.ITEM, cards.KINDS):
        assert {str(kind) for kind in table} == {str(kind) for kind in ItemKind}


@pytest.mark.parametrize(
    ("title", "body", "field"),
    [
        ("{门店名}到新", {}, "title"),
        ("到新", {"desc": "{价格}"}, "desc"),
        ("到新", {"terms": "{价格}"}, "terms"),
        ("到新", {"products": [{"name": "{款式}", "role": "主件"}]}, "products"),
    ],
)
def test_what_nobody_fills_is_told_at_its_field(title: str, body: dict[str, object], field: str) -> None:
    assert "不认识的变量" in bodies.problems_of(ItemKind.COUPON, title, {"url": "https://a.cn", **body})[field]
    assert field not in bodies.problems_of(ItemKind.COUPON, "{门店}到新", {"url": "https://a.cn", "desc": "{商品}"})
