"""Watched words: found however they are written, shown where they stand, quick over a long list."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_library.models import Persona
from content_library.persona_models import WatchedWord
from content_library.word_actions import import_words, remove_word, save_word, seed_words
from content_library.word_checks import check_text
from content_library.word_queries import count_words, page_words
from content_library.word_rules import Watched, findings_in, fragments, watch_for
from foundation.errors import Invalid, NotAllowed
from tests.builders.sop import make_brand

WATCH = watch_for(
    Watched(word, "superlative", "广告法") for word in ("第一", "全网第一", "最好", "好不好", "ＮＯ.1", "100%", "best", "独")
)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("这是全网第一的款", ["全网第一"]),
        ("最 好", ["最好"]),
        ("最\u200b好不好", ["最好", "好不好"]),
        ("我们是 no.1", ["ＮＯ.1"]),
        ("含绒100％，不是1100%", ["100%"]),
        ("BEST, not bestow", ["best"]),
        ("最\n好", []),
        ("独", ["独"]),
        ("惟独", ["独"]),
        ("", []),
    ],
)
def test_words_are_met_as_a_reader_would_meet_them(text, met):
    found = findings_in(text, WATCH)
    assert [one.word for one in found] == met
    assert "".join(piece.text for piece in fragments(text, found)) == text


def test_a_finding_says_where_it_stands_in_what_was_typed():
    (one,) = findings_in("真的是 最 好 的", WATCH)
    assert "真的是 最 好 的"[one.at : one.until] == "最 好"


@given(st.text(alphabet="最好不第一全网独 ﬁ１%n", max_size=60))
def test_fragments_always_join_to_the_text_again(text):
    assert "".join(piece.text for piece in fragments(text, findings_in(text, WATCH))) == text


def test_a_persona_adds_what_it_never_says_and_the_list_is_asked_anew_only_when_it_changed(session, count_sql):
    brand = make_brand(session)
    save_word(session, brand.headquarters, "最好", "superlative", "无从证明")
    persona = Persona(name="产品专家", never_say=["闭眼入"])
    assert [(one.word, one.kind) for one in check_text(session, "闭眼入，最好", persona)] == [
        ("闭眼入", "persona"),
        ("最好", "superlative"),
    ]
    session.flush()
    with count_sql() as statements:
        assert check_text(session, "很好", None) == []
    assert len(statements) == 1
    save_word(session, brand.headquarters, "最好", "brand", "换个说法")
    assert check_text(session, "最好", None)[0].why == "换个说法"
    remove_word(session, brand.headquarters, session.query(WatchedWord.id).scalar())
    assert check_text(session, "最好", None) == []


def test_a_pasted_list_is_kept_whole_or_not_at_all(session):
    brand = make_brand(session)
    with pytest.raises(Invalid) as told:
        import_words(session, brand.headquarters, "顶级|夸大\n" + "长" * 41, "superlative", "")
    assert told.value.fields["pasted"] == "第 2 行：最多 40 字"
    assert count_words(session) == {}
    assert import_words(session, brand.headquarters, "顶级|夸大\n\n极致\t太满\n顶级|夸大", "superlative", "绝对化") == 2
    assert {row.word: row.why for row in page_words(session)} == {"顶级": "夸大", "极致": "太满"}
    assert import_words(session, brand.headquarters, "极致", "brand", "少用") == 0
    assert [row.kind for row in page_words(session, q="极")] == ["brand"]
    with pytest.raises(NotAllowed):
        import_words(session, brand.east, "顶级", "superlative", "")


def test_the_starter_list_is_added_once_and_changes_nothing_headquarters_changed(session):
    brand = make_brand(session)
    save_word(session, brand.headquarters, "最好", "brand", "我们自己的理由")
    added = seed_words(session, brand.headquarters)
    assert added > 100
    assert seed_words(session, brand.headquarters) == 0
    assert page_words(session, q="最好")[0].why == "我们自己的理由"


def test_a_thousand_words_over_two_thousand_characters_take_milliseconds():
    watch = watch_for(Watched(f"{chr(0x4E00 + n % 50)}{chr(0x5000 + n)}", "sensitive", "") for n in range(1000))
    text = "".join(chr(0x4E00 + n % 50) for n in range(2000))
    findings_in(text, watch)
    begun = time.process_time()
    findings_in(text, watch)
    assert time.process_time() - begun < 0.05
