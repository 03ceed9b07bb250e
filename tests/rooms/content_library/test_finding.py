"""Finding: any substring is found (against brute force), initials, slips of one character, what is at hand, marks of a card."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from content_library.actions import record_send
from content_library.favouring import favour, unfavour
from content_library.finding import find_items, list_shelf, marks_of
from content_library.finding_rules import likeness, near_query
from content_library.models import ItemKind
from content_library.rules import VARIABLES, bigrams, fill, normal
from foundation import clock
from foundation.errors import NotFound
from tests.builders.content_library import make_script
from tests.builders.sop import Brand, make_brand

WORDS = st.text(alphabet="羽绒服轻薄尺码洗护aB1 😀'\\", min_size=1, max_size=12)


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


def test_every_part_of_every_text_is_found(session: Session, brand: Brand) -> None:
    texts = ["羽绒服怎么洗护", "尺码偏大半码，按平时的选", "A1 轻薄款 It's 9'\\x", "降温了😀多穿一件"]
    items = {text: make_script(session, brand.headquarters, title=f"第{n}条", bubbles=[text]).id for n, text in enumerate(texts)}
    for text, item_id in items.items():
        for start in range(len(text)):
            for length in (1, 2, 3, 5):
                part = text[start : start + length].strip()
                if not part or part != " ".join(part.split()):
                    continue
                found = find_items(session, brand.ai.path, part, limit=50)
                brute = {one for other, one in items.items() if all(word in normal(other) for word in normal(part).split())}
                assert not found.near
                assert item_id in {item.id for item in found.items}, part
                assert brute <= {item.id for item in found.items}, part


@settings(max_examples=200, deadline=None)
@given(WORDS, WORDS, WORDS)
def test_what_holds_a_word_is_as_like_it_as_can_be(before: str, word: str, after: str) -> None:
    term = normal(word).replace(" ", "")
    if term:
        text = normal(before) + term + normal(after)
        assert likeness([term], text) == 1.0
        assert set(bigrams(term)) <= set(bigrams(text))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="羽绒服轻薄款" + string.ascii_lowercase, min_size=2, max_size=8))
def test_a_slip_still_shares_its_grams_with_the_right_word(word: str) -> None:
    slipped = word[:-1] + "错"
    ways = [set(re.findall("'([^']+)'", way)) for way in near_query([slipped]).split(" | ")]
    assert any(way and way <= set(bigrams(word)) for way in ways)
    assert 0 < likeness([slipped], word) < 1.0


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="你好，。{}门店导购客户称呼商品活动 x", max_size=40),
    st.dictionaries(st.sampled_from(VARIABLES), st.text(max_size=8)),
)
def test_no_variable_is_left_in_a_text_and_everything_else_stays(text: str, values: dict[str, str]) -> None:
    filled = fill(text, values)
    given_braces = any("{" in value or "}" in value for value in values.values())
    if not given_braces:
        assert not any(f"{{{name}}}" in filled for name in VARIABLES)
    if not any(f"{{{name}}}" in text for name in VARIABLES):
        assert filled == text


def test_initials_and_slips_are_forgiven_and_said_to_be_only_near(session: Session, brand: Brand) -> None:
    wash = make_script(session, brand.headquarters, title="羽绒服怎么洗", bubbles=["三十度以下"])
    make_script(session, brand.headquarters, title="围巾搭配", bubbles=["米白"])
    for words in ("yrf", "羽绒服", "绒服怎"):
        assert [item.id for item in find_items(session, brand.ai.path, words).items] == [wash.id]
    for words in ("羽戎服", "羽绒付", "雨绒服", "羽服怎么", "羽绒服怎么喜", "yrg"):
        found = find_items(session, brand.ai.path, words)
        assert (found.near, [item.id for item in found.items]) == (True, [wash.id]), words
    assert find_items(session, brand.ai.path, "手机壳").items == []
    assert find_items(session, brand.ai.path, "q").items == []


def test_a_search_keeps_to_kinds_and_to_what_she_may_send(session: Session, brand: Brand) -> None:
    make_script(session, brand.headquarters, title="华北专用羽绒", path="1.3.")
    make_script(session, brand.headquarters, title="羽绒草稿", published=False)
    hers = make_script(session, brand.headquarters, title="羽绒一句")
    assert [item.id for item in find_items(session, brand.ai.path, "羽绒").items] == [hers.id]
    assert find_items(session, brand.ai.path, "羽绒", kinds=[ItemKind.VIDEO]).items == []


def test_what_is_at_hand_favourites_first_then_hers_then_her_stores(session: Session, brand: Brand, count_sql) -> None:  # type: ignore[no-untyped-def]
    kept, hers, stores = (make_script(session, brand.headquarters, title=name) for name in ("收藏", "刚用", "同事用"))
    favour(session, brand.ai, kept.id)
    favour(session, brand.ai, kept.id)
    for number, (staff, item) in enumerate(((brand.ai, hers), (brand.bo, stores), (brand.bo, stores), (brand.far, kept))):
        assert item.version_id
        record_send(session, staff.id, 7, item.id, item.version_id, once=f"o{number}", at=clock.now())
    with count_sql() as statements:
        shelf = list_shelf(session, brand.ai)
    assert len(statements) == 1
    assert [(one.item.title, one.why, one.uses) for one in shelf] == [
        ("收藏", "favourite", 0), ("刚用", "recent", 0), ("同事用", "store", 2), ("刚用", "store", 1),
    ]  # fmt: skip
    marks = {key: one for key, (_, one) in marks_of(session, brand.ai, 7, [kept.id, stores.id]).items()}
    assert (marks[kept.id].favourite, marks[kept.id].uses, marks[stores.id].uses) == (True, 0, 2)
    assert marks[stores.id].sent_at is not None
    unfavour(session, brand.ai, kept.id)
    assert not marks_of(session, brand.ai, None, [kept.id])[kept.id][1].favourite


def test_nobody_keeps_what_she_may_not_send(session: Session, brand: Brand) -> None:
    foreign = make_script(session, brand.headquarters, title="华北专用", path="1.3.")
    with pytest.raises(NotFound):
        favour(session, brand.ai, foreign.id)
