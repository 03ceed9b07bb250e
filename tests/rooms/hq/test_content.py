"""The library for its editors: written with bubbles, published, versioned, kept to who may change it."""

import pytest

from content_library.models import Item, ItemStatus, ItemVersion
from foundation import clock
from foundation.db import transaction
from hq.forms import moment_field, typed_bubbles
from tests.builders.content_library import make_poster, make_script


def _form(**changes: object) -> dict[str, object]:
    return {
        "kind": "script",
        "title": "降温提醒",
        "bubble": ["{客户称呼}，降温了", "", "来店里试试"],
        "stage": "成长期",
    } | changes


def test_a_script_is_written_published_found_and_edited_into_a_second_version(brand, sign_in):
    hq = sign_in(brand.headquarters)
    made = hq.post("/hq/content/new", then="publish", **_form())
    assert made.status_code == 302
    with transaction() as session:
        item = session.query(Item).one()
        assert item.status == ItemStatus.PUBLISHED
        assert session.query(ItemVersion).one().body == {"bubbles": ["{客户称呼}，降温了", "来店里试试"]}
    assert "降温提醒" in hq.get("/hq/content?q=温提")
    assert "没有找到" in hq.get("/hq/content?q=雨伞")
    hq.post(f"/hq/content/{item.id}/edit", then="keep", **_form(title="降温提醒（改）"))
    page = hq.get(made.location)
    assert "第 2 版" in page
    assert "有还没发布的修改" in page
    hq.post(f"/hq/content/{item.id}/publish")
    assert "有还没发布的修改" not in hq.get(made.location)
    hq.post(f"/hq/content/{item.id}/archive")
    assert "已下架" in hq.get(made.location)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"title": ""}, "title", "请写标题"),
        ({"bubble": ["", " "]}, "body", "至少写一句话"),
        ({"bubble": ["你好{昵称}"]}, "body", "不认识的变量"),
        ({"bubble": ["长" * 1001]}, "body", "每句最多"),
        ({"kind": "link", "url": "javascript:alert(1)"}, "body", "http"),
    ],
)
def test_a_bad_item_names_the_field_and_keeps_what_was_typed(brand, sign_in, change, field, words):
    answer = sign_in(brand.headquarters).post("/hq/content/new", **_form(**change))
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert words in answer.text
    assert 'value="成长期" selected' in answer.text


def test_a_store_manager_reads_and_does_not_write(brand, sign_in):
    with transaction() as session:
        script, poster = make_script(session, brand.headquarters), make_poster(session, brand.headquarters)
    manager = sign_in(brand.manager)
    assert "下架" not in manager.get(f"/hq/content/{script.id}")
    assert manager.post(f"/hq/content/{script.id}/archive").status_code == 403
    assert "海报" in manager.get(f"/hq/content/{poster.id}")
    assert sign_in(brand.headquarters).status(f"/hq/content/{poster.id}/edit") == 404


def test_a_regional_manager_changes_only_what_is_shown_in_her_region(brand, sign_in):
    with transaction() as session:
        common = make_script(session, brand.headquarters)
        other = make_script(session, brand.headquarters, title="华北专用", path="1.3.")
    east = sign_in(brand.east)
    assert east.post(f"/hq/content/{common.id}/archive").status_code == 403
    assert east.status(f"/hq/content/{other.id}") == 404
    assert "华北专用" not in east.get("/hq/content")
    assert east.post("/hq/content/new", **_form(title="华东专用")).status_code == 302
    with transaction() as session:
        assert session.query(Item).filter_by(title="华东专用").one().path == "1.2."


def test_what_is_not_shown_to_her_takes_no_place_on_her_pages(brand, sign_in):
    with transaction() as session:
        for number in range(3):
            make_script(session, brand.headquarters, title=f"全国{number}")
        for number in range(45):
            make_script(session, brand.headquarters, title=f"华北{number}", path="1.3.")
    page = sign_in(brand.east).get("/hq/content")
    assert page.count("全国") == 3
    assert "华北" not in page
    assert "下一页" not in page


def test_an_edit_shows_guides_nothing_before_publishing_and_keeps_a_validity_it_does_not_name(brand, sign_in):
    until = clock.now().replace(second=0, microsecond=0) + clock.days(7)
    with transaction() as session:
        script = make_script(session, brand.headquarters, stage="引入期", valid_until=until)
    hq = sign_in(brand.headquarters)
    hq.post(f"/hq/content/{script.id}/edit", then="keep", **_form())
    with transaction() as session:
        item = session.get_one(Item, script.id)
        assert (item.stage, item.valid_until) == ("引入期", until)
    assert moment_field(until) in hq.get(f"/hq/content/{script.id}/edit")
    hq.post(f"/hq/content/{script.id}/publish")
    with transaction() as session:
        item = session.get_one(Item, script.id)
        assert (item.stage, item.valid_until) == ("成长期", until)
    hq.post(f"/hq/content/{script.id}/edit", then="publish", **_form(valid_from="", valid_until=""))
    with transaction() as session:
        assert session.get_one(Item, script.id).valid_until is None
    wrong = hq.post(f"/hq/content/{script.id}/edit", **_form(valid_from="2030-01-02T08:00", valid_until="2030-01-01T08:00"))
    assert wrong.status_code == 422
    assert 'id="valid_until-problem"' in wrong.text


def test_empty_rows_of_bubbles_are_dropped():
    assert typed_bubbles(["a\r\nb", " ", "", "c\x00"]) == ["a\nb", "c"]
