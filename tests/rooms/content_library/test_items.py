"""Items of every kind, their way through review, the shelves they stand on, and the starter library."""

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content_library import category_actions as shelf
from content_library.actions import archive_item, publish_item, restore_item, save_item
from content_library.bodies import bubbles_for, problems_of
from content_library.categories import names_of, shelves
from content_library.differences import pieces_of
from content_library.library_queries import Validity, Wanted, count_waiting, page_library, page_waiting
from content_library.models import Category, Item, ItemKind, ItemStatus, ItemVersion
from content_library.persona_models import PersonaEntry, WatchedWord
from content_library.queries import get_item_for, list_categories, list_personas, search_items
from content_library.reviewing import approve, send_back, submit_for_review
from content_library.shelving import archive_many, publish_many, put_back
from content_library.starter_library import care_scripts, seed_content
from content_library.word_actions import seed_words
from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from org.models import Staff
from tests.builders.content_library import make_script

People = dict[str, Staff]
BLOB = "a" * 64
GOOD: dict[ItemKind, dict[str, object]] = {
    ItemKind.SCRIPT: {"bubbles": ["好"], "variants": [{"persona_id": None, "stage": "引入期", "bubbles": ["您好"]}]},
    ItemKind.IMAGE: {"blob_key": BLOB},
    ItemKind.VIDEO: {"blob_key": BLOB, "filename": "a.mp4"},
    ItemKind.FILE: {"blob_key": BLOB, "filename": "尺码表.pdf"},
    ItemKind.LINK: {"url": "https://a.test/x", "desc": ""},
    ItemKind.ARTICLE: {"url": "https://a.test/x", "desc": "文章"},
    ItemKind.COUPON: {"url": "https://a.test/x", "desc": "", "terms": "满一千可用"},
    ItemKind.MINIPROGRAM: {"appid": "wx" + "0" * 16, "page": "pages/a.html?id=1", "desc": "", "blob_key": BLOB},
    ItemKind.LOOK: {"products": [{"name": "羽绒服", "role": "主"}, {"name": "短靴", "role": "鞋"}], "text": "", "blob_key": BLOB},
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_item_of_each_kind_is_kept_and_found_by_its_words(session: Session, people: People, kind: ItemKind) -> None:
    item = save_item(session, people["hq"], kind, "标题", GOOD[kind], tags=["尺码", "尺码 "], scene="私聊", content_type="解决式")
    publish_item(session, people["hq"], item.id)
    assert [found.id for found in search_items(session, "1.2.21.", "尺码")] == [item.id]
    assert get_item_for(session, "1.2.21.", item.id)[1].tags == ["尺码"]


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        (ItemKind.SCRIPT, {"variants": [{"persona_id": None, "stage": "", "bubbles": ["x"]}]}, "variant-0"),
        (ItemKind.SCRIPT, {"variants": [{"persona_id": 1, "stage": "", "bubbles": ["{x}"]}]}, "variant-0"),
        (ItemKind.SCRIPT, {"follow_up": "字" * 501}, "follow_up"),
        (ItemKind.VIDEO, {"blob_key": ""}, "blob_key"),
        (ItemKind.LINK, {"url": "https://[bad"}, "url"),
        (ItemKind.ARTICLE, {"desc": "字" * 171}, "desc"),
        (ItemKind.COUPON, {"terms": "字" * 501}, "terms"),
        (ItemKind.MINIPROGRAM, {"appid": "wx1"}, "appid"),
        (ItemKind.MINIPROGRAM, {"page": "pages/a"}, "page"),
        (ItemKind.LOOK, {"products": [{"name": "一件", "role": ""}]}, "products"),
        (ItemKind.LOOK, {"blob_key": None}, "blob_key"),
    ],
)
def test_a_bad_body_names_its_field(kind: ItemKind, change: dict[str, object], field: str) -> None:
    assert list(problems_of(kind, "标题", GOOD[kind] | change)) == [field]


def test_two_variants_for_the_same_people_are_refused() -> None:
    twice = [{"persona_id": 1, "stage": "", "bubbles": ["一"]}, {"persona_id": 1, "stage": "", "bubbles": ["二"]}]
    assert list(problems_of(ItemKind.SCRIPT, "题", {"bubbles": ["好"], "variants": twice})) == ["variant-1"]


def test_the_variant_that_fits_best_is_sent() -> None:
    body = {
        "bubbles": ["自己的"],
        "variants": [
            {"persona_id": None, "stage": "引入期", "bubbles": ["阶段"]},
            {"persona_id": 7, "stage": "", "bubbles": ["人设"]},
            {"persona_id": 7, "stage": "引入期", "bubbles": ["都对"]},
        ],
    }
    asked = [(None, ""), (None, "引入期"), (7, "成熟期"), (7, "引入期"), (8, "成熟期")]
    assert [bubbles_for(body, *one) for one in asked] == [["自己的"], ["阶段"], ["人设"], ["都对"], ["自己的"]]


def test_a_regional_manager_hands_in_and_headquarters_approves(session: Session, people: People) -> None:
    region, hq = people["region"], people["hq"]
    item = make_script(session, region, title="初稿", published=False)
    with pytest.raises(NotAllowed):
        publish_item(session, region, item.id)
    submit_for_review(session, region, item.id)
    submit_for_review(session, region, item.id)
    assert (item.status, count_waiting(session, hq)) == (ItemStatus.REVIEW, 1)
    with pytest.raises(NotAllowed):
        approve(session, region, item.id)
    with pytest.raises(Invalid):
        send_back(session, hq, item.id, " ")
    send_back(session, hq, item.id, "语气再软一点")
    assert (item.status, count_waiting(session, hq)) == (ItemStatus.DRAFT, 0)
    submit_for_review(session, region, item.id)
    read = page_waiting(session, hq)[0][1]
    save_item(session, region, ItemKind.SCRIPT, "二稿", {"bubbles": ["x"]}, item_id=item.id)
    assert (item.status, count_waiting(session, hq)) == (ItemStatus.DRAFT, 0)
    submit_for_review(session, region, item.id)
    with pytest.raises(Conflict, match="新的一版"):
        approve(session, hq, item.id, version_id=read.id)
    approve(session, hq, item.id, "可以")
    version = session.get_one(ItemVersion, item.version_id)
    assert (version.title, version.submitted_by, version.approved_by) == ("二稿", region.id, hq.id)
    save_item(session, region, ItemKind.SCRIPT, "三稿", {"bubbles": ["y"]}, item_id=item.id)
    submit_for_review(session, region, item.id)
    assert (item.status, item.title, count_waiting(session, hq)) == (ItemStatus.PUBLISHED, "二稿", 1)


def test_superlatives_stop_publishing_until_a_reason_is_given(session: Session, people: People) -> None:
    seed_words(session, people["hq"])
    item = make_script(session, people["hq"], bubbles=["这件最好"], published=False)
    for because in ("", "行"):
        with pytest.raises(Invalid) as refused:
            publish_item(session, people["hq"], item.id, because=because)
        assert "最好" in refused.value.fields["because"]
    assert publish_item(session, people["hq"], item.id, because="引用客户原话，不是我们的宣传").status == ItemStatus.PUBLISHED


def test_a_bulk_deed_tells_what_it_left_and_is_undone(session: Session, people: People) -> None:
    seed_words(session, people["hq"])
    shown = make_script(session, people["hq"], title="旧")
    first = shown.version_id
    save_item(session, people["hq"], ItemKind.SCRIPT, "新", {"bubbles": ["x"]}, item_id=shown.id)
    draft = make_script(session, people["hq"], title="草稿", published=False)
    loud = make_script(session, people["hq"], bubbles=["国家级"], published=False)
    bulk = publish_many(session, people["hq"], [shown.id, draft.id, loud.id, 999])
    assert set(bulk.left) == {loud.id, 999}
    assert (shown.title, draft.status) == ("新", ItemStatus.PUBLISHED)
    archive_item(session, people["hq"], draft.id)
    assert put_back(session, people["hq"], bulk.changes) == 1
    assert (shown.title, shown.version_id, draft.status) == ("旧", first, ItemStatus.ARCHIVED)
    down = archive_many(session, people["region"], [shown.id, draft.id])
    assert (down.changes, len(down.left)) == ((), 2)
    assert restore_item(session, people["hq"], draft.id).status == ItemStatus.PUBLISHED


def test_what_headquarters_took_down_a_region_brings_back_only_as_a_draft(session: Session, people: People) -> None:
    item = make_script(session, people["hq"], title="大区的", path="1.2.")
    archive_item(session, people["hq"], item.id)
    archive_item(session, people["region"], item.id)
    assert restore_item(session, people["region"], item.id).status == ItemStatus.DRAFT
    publish_item(session, people["hq"], item.id)
    archive_item(session, people["region"], item.id)
    assert restore_item(session, people["region"], item.id).status == ItemStatus.PUBLISHED, "her own slip is hers to undo"


@pytest.mark.parametrize("year", [1, 1999, 2101, 9999])
def test_a_validity_nobody_could_read_back_is_refused_at_its_field(session: Session, people: People, year: int) -> None:
    moment = datetime(year, 1, 1, tzinfo=clock.SHANGHAI)
    with pytest.raises(Invalid) as refused:
        save_item(session, people["hq"], ItemKind.SCRIPT, "旧数据", {"bubbles": ["好"]}, valid_from=moment)
    assert "valid_from" in refused.value.fields


def test_shelves_are_a_tree_of_three_levels(session: Session, people: People) -> None:
    hq = people["hq"]
    a, b = shelf.create_category(session, hq, "甲"), shelf.create_category(session, hq, "乙")
    a1 = shelf.create_category(session, hq, "一", a.id)
    a11 = shelf.create_category(session, hq, "细", a1.id)
    for wrong in (lambda: shelf.create_category(session, hq, "深", a11.id), lambda: shelf.create_category(session, hq, "甲")):
        with pytest.raises(Invalid):
            wrong()
    for target in (a11.id, a.id):
        with pytest.raises(Invalid):
            shelf.move_category(session, hq, a.id, target)
    with pytest.raises(Invalid):
        shelf.rename_category(session, hq, b.id, "甲")
    shelf.move_category(session, hq, a1.id, b.id)
    shelf.shift_category(session, hq, b.id, -1)
    assert list(names_of(shelves(list_categories(session))).values()) == ["乙", "乙/一", "乙/一/细", "甲"]
    item = make_script(session, hq, category_id=a11.id)
    assert [one.id for one in search_items(session, "1.2.21.", "", category_id=b.id)] == [item.id]
    for full in (b, a11):
        with pytest.raises(Conflict):
            shelf.delete_category(session, hq, full.id)
    save_item(session, hq, ItemKind.SCRIPT, "搬走", {"bubbles": ["x"]}, item_id=item.id, category_id=a.id)
    publish_item(session, hq, item.id)
    shelf.delete_category(session, hq, a11.id)
    assert session.scalar(select(func.count()).select_from(Category)) == 3
    with pytest.raises(NotAllowed):
        shelf.create_category(session, people["region"], "丙")


def test_the_library_is_narrowed_for_its_editors(session: Session, people: People) -> None:
    hq, now = people["hq"], clock.now()
    plain = make_script(session, hq, title="一", tags=["上新"], scene="朋友圈", content_type="生活式", stage="成长期")
    ended = make_script(session, hq, title="二", valid_until=now - clock.days(1), path="1.2.")
    ending = make_script(session, hq, title="三", valid_until=now + clock.days(2), published=False)

    def found(**wanted: object) -> list[int]:
        return [item.id for item, _ in page_library(session, hq, Wanted(**wanted))]  # type: ignore[arg-type]

    assert found() == [ending.id, ended.id, plain.id]
    assert found(tag="上新") == found(scene="朋友圈") == found(content_type="生活式") == found(stage="成长期") == [plain.id]
    assert found(validity=Validity.ENDED) == found(path="1.2.") == [ended.id]
    assert found(validity=Validity.ENDING) == found(status=ItemStatus.DRAFT) == [ending.id]
    assert found(q="一", persona_id=0, kind=ItemKind.SCRIPT) == [plain.id]


def test_a_difference_reads_forwards_and_backwards() -> None:
    old, new = "今天降温，记得添衣", "明天降温，记得多添一件"
    pieces = pieces_of(old, new)
    assert "".join(one.text for one in pieces if one.kind != "new") == old
    assert "".join(one.text for one in pieces if one.kind != "gone") == new


def test_the_starter_library_is_whole_and_added_once(session: Session, people: People) -> None:
    added = seed_content(session, people["hq"])
    assert added >= 150
    assert seed_content(session, people["hq"]) == 0
    assert session.scalar(select(func.count()).where(Item.status == ItemStatus.PUBLISHED)) == added
    assert set(care_scripts(session)) == {1, 3, 7, 15, 30}
    assert session.scalar(select(func.count()).select_from(WatchedWord)) >= 170
    assert len(search_items(session, "1.2.21.", "", kind=ItemKind.LOOK)) == 10
    assert [persona.name for persona in list_personas(session)] == ["产品专家", "搭配师", "测评能手"]
    days = session.scalars(select(PersonaEntry.on).order_by(PersonaEntry.on)).all()
    assert (len(days), days[0] > clock.today()) == (75, True)
    script = search_items(session, "1.2.21.", "刚加好友：自我介绍")[0]
    body = get_item_for(session, "1.", script.id)[1].body
    assert len({bubbles_for(body, one.id, "引入期")[1] for one in list_personas(session)}) == 3
