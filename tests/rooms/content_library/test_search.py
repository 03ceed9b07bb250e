"""Finding content: any part of a word, one character, pinyin initials; never what is hidden, archived or out of its time."""

import pytest
from sqlalchemy.orm import Session

from content_library.actions import archive_item, publish_item, record_send, save_item
from content_library.library_queries import Wanted, page_library
from content_library.models import ItemKind
from content_library.queries import get_item_for, search_items, sent_at_of
from foundation import clock
from foundation.errors import NotFound
from org.models import Staff
from tests.builders.content_library import make_script

People = dict[str, Staff]


def found(session: Session, words: str, path: str = "1.2.21.", **rest: object) -> list[str]:
    return [item.title for item in search_items(session, path, words, **rest)]  # type: ignore[arg-type]


@pytest.mark.parametrize("words", ["羽绒", "绒服", "绒", "yrf", "YRF", "rf", "护理 羽绒", "洗护", "护", "30℃", "it's"])
def test_any_part_of_a_word_finds_the_script(session: Session, people: People, words: str) -> None:
    make_script(session, people["hq"], title="羽绒服护理", bubbles=["30℃ 洗护，it's easy \\ 100%"])
    make_script(session, people["hq"], title="围巾搭配", bubbles=["换个围法"])
    assert found(session, words) == ["羽绒服护理"]


@pytest.mark.parametrize("words", ["羽服", "服绒", "新绒", "yrx", "'", "\\", "&|!():*", "%", "_", "绒" * 30])
def test_what_is_not_there_is_not_found(session: Session, people: People, words: str) -> None:
    make_script(session, people["hq"], title="羽绒服", bubbles=["绒羽不相邻：绒，羽；服，绒"])
    assert found(session, words) == []


def test_pairs_that_stand_apart_are_rechecked(session: Session, people: People) -> None:
    make_script(session, people["hq"], title="甲", bubbles=["新品到了", "羽绒新", "品质"])
    assert found(session, "羽绒新品") == []


def test_a_hit_in_the_title_comes_first(session: Session, people: People) -> None:
    make_script(session, people["hq"], title="会员日", bubbles=["来店"])
    make_script(session, people["hq"], title="别的", bubbles=["会员日快到了"])
    assert found(session, "会员日") == ["会员日", "别的"]


def test_guides_see_only_their_subtree_and_only_published_valid_items(session: Session, people: People) -> None:
    hq = people["hq"]
    make_script(session, hq, title="全国")
    make_script(session, hq, title="草稿", published=False)
    make_script(session, hq, title="明天起", valid_from=clock.now() + clock.days(1))
    make_script(session, hq, title="昨天止", valid_until=clock.now() - clock.days(1))
    make_script(session, people["hq"], title="大区", path="1.2.")
    archive_item(session, hq, make_script(session, hq, title="下架").id)
    assert found(session, "") == ["大区", "全国"]
    assert found(session, "", path="1.3.31.") == ["全国"]
    assert found(session, "", path="1.") == ["全国"]


def test_a_hidden_item_is_not_found_by_its_number(session: Session, people: People) -> None:
    hidden = make_script(session, people["hq"], title="大区", path="1.2.")
    with pytest.raises(NotFound):
        get_item_for(session, people["far"].path, hidden.id)


def test_an_edited_item_is_found_by_its_old_words_until_it_is_published_again(session: Session, people: People) -> None:
    item = make_script(session, people["hq"], title="旧标题")
    save_item(session, people["hq"], ItemKind.SCRIPT, "新标题", {"bubbles": ["好"]}, item_id=item.id)
    assert found(session, "新标题") == []
    assert get_item_for(session, "1.", item.id)[1].title == "旧标题"
    publish_item(session, people["hq"], item.id)
    assert found(session, "新标题") == ["新标题"]
    assert get_item_for(session, "1.", item.id)[1].number == 2


def test_when_a_customer_last_had_something_is_known_by_item(session: Session, people: People) -> None:
    had, never = make_script(session, people["hq"], title="一"), make_script(session, people["hq"], title="二")
    assert had.version_id
    for staff, customer_id, days in ((people["guide"], 7, 2), (people["far"], 7, 1), (people["guide"], 8, 0)):
        record_send(
            session, staff.id, customer_id, had.id, had.version_id, once=f"o{customer_id}", at=clock.now() - clock.days(days)
        )
    assert list(sent_at_of(session, 7, [had.id, never.id])) == [had.id]
    assert clock.now() - sent_at_of(session, 7, [had.id])[had.id] < clock.days(2)


def test_editors_page_through_drafts_too(session: Session, people: People) -> None:
    items = [make_script(session, people["hq"], title=f"第{n}条", published=n % 2 == 0) for n in range(5)]
    first = page_library(session, people["hq"], Wanted(), limit=3)
    second = page_library(session, people["hq"], Wanted(), after_id=first[-1][0].id, limit=3)
    assert [item.id for item, _ in first + second] == [item.id for item in reversed(items)]
    assert [item.title for item, _ in page_library(session, people["hq"], Wanted(q="第3"))] == ["第3条"]
