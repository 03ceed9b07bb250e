"""The search index: what is typed stands in the statement and stays text; Latin words and figures are found by any part."""

import runpy
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from content_library import rules
from content_library.finding import find_items
from content_library.suggesting import suggest
from content_library.suggesting_rules import Now
from tests.builders.content_library import make_script
from tests.builders.sop import make_brand

MIGRATION = Path(__file__).parents[3] / "migrations" / "versions" / "0004_figures.py"
ODD = ["100%", "%s", "%(x)s", "it's", "';--", "a\\b", "\\", "'", '"', ":name", "$1", "&|!()<->", "~yrf", "*"]


@pytest.mark.parametrize("word", ODD)
def test_whatever_is_typed_is_text_to_the_index_and_found_by_its_letters(session: Session, word: str) -> None:
    brand = make_brand(session)
    item = make_script(session, brand.headquarters, title=f"羽绒 {word} 清洁", bubbles=[f"请看{word}这里"])
    found = find_items(session, brand.ai.path, word)
    assert [one.id for one in found.items] == [item.id] or not rules.search_terms(word)
    suggest(session, brand.ai, 1, Now("成熟期", tags=[word + "羽"], occasions={word + "绒": "生日"}))


@pytest.mark.parametrize("word", ["b013", "B013", "013", "b0137", "a1b013", "3777", "羽b013", "013绒", "yrf", "ryfq", "ab", "7"])
def test_latin_words_and_figures_are_found_by_any_part(session: Session, word: str) -> None:
    brand = make_brand(session)
    shown = {"羽绒服": "款号 A1B01377 黑", "门店": "羽B013绒 XL", "活动": "满777减7", "入夜防晒": "ab 12 cd", "其他": "b0 13 01"}
    items = {make_script(session, brand.headquarters, title=title, bubbles=[said]).id: title for title, said in shown.items()}
    hits = find_items(session, brand.ai.path, word)
    found = set() if hits.near else {items[one.id] for one in hits.items}
    held = {title for title, said in shown.items() if rules.normal(word) in rules.normal(title + "\n" + said)}
    by_initials = {title for title in shown if rules.normal(word) in rules.initials(title)}
    assert found == held | by_initials


def test_items_written_before_the_threes_are_found_after_the_migration(session: Session) -> None:
    brand = make_brand(session)
    make_script(session, brand.headquarters, title="羽绒服 B0137", bubbles=["A-1b/013.77 It's 洗护"])
    now = session.scalar(text("SELECT array_agg(word ORDER BY word) FROM item, unnest(tsvector_to_array(search)) AS word"))
    old = "(SELECT array_agg(word) FROM unnest(tsvector_to_array(search)) AS word WHERE length(ltrim(word, '~')) < 3)"
    session.execute(text(f"UPDATE item SET search = array_to_tsvector({old})"))
    session.execute(text(runpy.run_path(str(MIGRATION))["BY_THREES"]))
    session.expire_all()
    after = session.scalar(text("SELECT array_agg(word ORDER BY word) FROM item, unnest(tsvector_to_array(search)) AS word"))
    assert after == now
