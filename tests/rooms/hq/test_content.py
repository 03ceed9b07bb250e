"""The library for its editors: every kind written, handed in, reviewed, compared, many at once; kept to who may change it."""

import io
import re
from urllib.parse import quote

import pytest
from PIL import Image
from werkzeug.datastructures import MultiDict

from content_library.models import Category, Item, ItemComment, ItemStatus, ItemVersion
from content_library.word_actions import seed_words
from foundation import clock
from foundation.db import transaction
from hq.content_forms import tags_of, typed_content
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
    hq.post(f"/hq/content/{item.id}/restore")
    assert "导购正在用" in hq.get(made.location)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"title": ""}, "title", "请写标题"),
        ({"bubble": ["", " "]}, "body", "至少写一句话"),
        ({"bubble": ["你好{昵称}"]}, "body", "不认识的变量"),
        ({"bubble": ["长" * 1001]}, "body", "每句最多"),
        ({"kind": "link", "url": "javascript:alert(1)"}, "url", "http"),
        ({"kind": "image"}, "blob_key", "还没有选图片"),
        ({"kind": "image", "kept": "forged"}, "blob_key", "还没有选图片"),
        ({"kind": "miniprogram", "page": "x"}, "appid", "wx"),
        ({"kind": "look", "product": ["羽绒服"], "product_role": ["主件"]}, "products", "2 到"),
        ({"tags": "长" * 21}, "tags", "最多 20 个字"),
        ({"category_id": "99"}, "category_id", "不在了"),
        ({"department_id": "99"}, "department_id", "不在您的范围里"),
    ],
)
def test_a_bad_item_names_the_field_and_keeps_what_was_typed(brand, sign_in, change, field, words):
    answer = sign_in(brand.headquarters).post("/hq/content/new", **_form(**change))
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert words in answer.text
    assert 'value="成长期" selected' in answer.text
    with transaction() as session:
        assert session.query(Item).count() == 0


def test_variants_are_kept_and_a_wrong_one_is_told_at_its_tab(brand, sign_in):
    hq = sign_in(brand.headquarters)
    wrong = hq.post("/hq/content/new", **_form(variant=["4"], v4_stage="引入期", v4_bubble=["{谁}"]))
    assert wrong.status_code == 422
    assert "不认识的变量 {谁}" in wrong.text
    assert "is-wrong" in wrong.text
    assert hq.post("/hq/content/new", **_form(variant=["4", "5"], v4_stage="引入期", v4_bubble=["第一次见"])).status_code == 302
    with transaction() as session:
        variants = session.query(ItemVersion).one().body["variants"]
    assert variants == [{"persona_id": None, "stage": "引入期", "bubbles": ["第一次见"]}]


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#c22f2f").save(out, "PNG")
    return out.getvalue()


def _upload(hq, kind: str, content: bytes, name: str):
    token = re.search(r'name="csrf-token" content="([^"]+)"', hq.client.get("/hq/board").text).group(1)
    headers = {"X-CSRFToken": token, "X-File-Name": quote(name), "Accept": "application/json"}
    path, plain = f"/hq/content/uploads?kind={kind}", "application/octet-stream"
    return hq.client.post(path, data=content, content_type=plain, headers=headers)


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("image", b"GIF89a" + b"0" * 50, "照片"), ("image", b"", "空的"), ("image", b"\x89PNG" + b"0" * (10 << 20), "最大 10 MB"),
        ("video", b"not a video", "MP4"), ("file", b"1", "空的"),
    ],
)  # fmt: skip
def test_a_file_that_may_not_be_kept_says_why(brand, sign_in, kind, content, words):
    answer = _upload(sign_in(brand.headquarters), kind, content, "a.bin")
    assert answer.status_code == 422
    assert words in answer.json["message"]


def test_an_uploaded_picture_becomes_an_item_and_is_shown_only_to_who_sees_it(brand, sign_in):
    hq = sign_in(brand.headquarters)
    sent = _upload(hq, "image", _png(), "新品 图.png").json
    assert sent["name"] == "新品 图.png"
    assert hq.client.get(sent["url"]).data == _png()
    assert sign_in(brand.east).status(sent["url"]) == 404
    stolen = sign_in(brand.east).post("/hq/content/new", kind="image", title="图", kept=sent["kept"])
    assert stolen.status_code == 422
    made = hq.post("/hq/content/new", kind="image", title="图", kept=sent["kept"], department_id="3", then="publish")
    assert made.status_code == 302
    with transaction() as session:
        version = session.query(ItemVersion).one()
    thumb = f"/hq/content/{version.item_id}/versions/{version.id}/thumbnail"
    assert thumb in hq.get("/hq/content?view=cards")
    assert hq.client.get(thumb).mimetype == "image/jpeg"
    assert sign_in(brand.east).status(thumb) == 404
    page = hq.get(f"/hq/content/{version.item_id}/edit")
    kept = re.search(r'name="kept" value="([^"]+)"', page).group(1)
    assert hq.post(f"/hq/content/{version.item_id}/edit", kind="image", title="改名", kept=kept, then="keep").status_code == 302


def test_a_file_is_only_ever_a_download(brand, sign_in):
    hq = sign_in(brand.headquarters)
    sent = _upload(hq, "file", b"<script>alert(1)</script>", "x.txt").json
    answer = hq.client.get(sent["url"])
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_store_manager_reads_and_does_not_write(brand, sign_in):
    with transaction() as session:
        script, poster = make_script(session, brand.headquarters), make_poster(session, brand.headquarters)
    manager = sign_in(brand.manager)
    assert "下架" not in manager.get(f"/hq/content/{script.id}")
    assert "全选" not in manager.get("/hq/content")
    for path in (f"{script.id}/archive", f"{script.id}/submit", "bulk", "check", "categories"):
        assert manager.post(f"/hq/content/{path}").status_code == 403
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
    assert east.post("/hq/content/new", **_form(title="华东专用", department_id="")).status_code == 302
    assert east.post("/hq/content/new", **_form(title="给华北", department_id="3")).status_code == 422
    with transaction() as session:
        assert session.query(Item).filter_by(title="华东专用").one().path == "1.2."


def test_a_region_hands_in_headquarters_sends_back_and_approves(brand, sign_in):
    east, hq = sign_in(brand.east), sign_in(brand.headquarters)
    made = east.post("/hq/content/new", **_form(then="submit"))
    assert "已提交" in east.get(made.location)
    assert east.post(made.location + "/publish").status_code == 403
    queue = hq.get("/hq/content/review")
    assert "降温提醒" in queue
    assert re.search(r'待审核 <span class="badge[^>]*>1</span>', queue)
    nothing = hq.post(made.location + "/send-back", comment="")
    assert nothing.status_code == 422
    assert 'id="comment-problem"' in nothing.text
    assert "请写明要改什么" in nothing.text
    with transaction() as session:
        version = session.query(ItemVersion).one().id
    hq.post(made.location + "/send-back", comment="少一点<b>销售</b>味", version=str(version))
    page = east.get(made.location)
    assert "少一点&lt;b&gt;销售&lt;/b&gt;味" in page
    east.post(made.location + "/edit", **_form(title="降温了", bubble=["{客户称呼}，降温了，添衣"], then="submit"))
    stale = hq.post(made.location + "/approve", version=str(version), comment="这句话不能丢")
    assert stale.status_code == 409
    assert "又提交了新的一版" in stale.text
    assert "这句话不能丢</textarea>" in stale.text
    hq.post(made.location + "/approve", version=str(version + 1), comment="好")
    with transaction() as session:
        item = session.query(Item).one()
        assert (item.status, item.title, session.query(ItemComment).count()) == (ItemStatus.PUBLISHED, "降温了", 2)
    compared = hq.get(f"{made.location}/versions/{version + 1}")
    assert "<del>" in compared
    assert "<ins>" in compared
    assert "没有等审核的内容" in hq.get("/hq/content/review")


def test_a_promise_needs_a_reason_before_it_is_published(brand, sign_in):
    with transaction() as session:
        seed_words(session, brand.headquarters)
    hq = sign_in(brand.headquarters)
    loud = _form(bubble=["这是最好的羽绒服"], then="publish")
    assert "会拦住发布" in hq.post("/hq/content/check", **loud).text
    refused = hq.post("/hq/content/new", **loud)
    assert refused.status_code == 422
    assert 'id="because-problem"' in refused.text
    made = hq.post("/hq/content/new", **loud, because="客户评价原话，已获授权")
    assert made.status_code == 302
    assert "客户评价原话" in hq.get("/hq/audit")


def test_many_are_taken_down_and_put_back(brand, sign_in):
    with transaction() as session:
        ids = [str(make_script(session, brand.headquarters, title=f"第{n}条").id) for n in range(3)]
    hq = sign_in(brand.headquarters)
    done = hq.post("/hq/content/bulk", deed="archive", item=ids[:2], view="cards")
    page = hq.get(done.location)
    assert "下架了 2 条" in page
    token = re.search(r'name="undo" value="([^"]+)"', page).group(1)
    assert "2 条恢复原样" in hq.get(hq.post("/hq/content/undo", undo=token).location)
    with transaction() as session:
        assert {item.status for item in session.query(Item)} == {ItemStatus.PUBLISHED}


def test_shelves_are_kept_by_headquarters(brand, sign_in):
    hq = sign_in(brand.headquarters)
    hq.post("/hq/content/categories", name="降温")
    wrong = hq.post("/hq/content/categories", name="降温")
    assert wrong.status_code == 422
    assert 'id="name-problem"' in wrong.text
    with transaction() as session:
        top = session.query(Category).one().id
        make_script(session, brand.headquarters, category_id=top)
    hq.post("/hq/content/categories", name="<i>南方", parent_id=str(top))
    page = hq.get("/hq/content/categories")
    assert "&lt;i&gt;南方" in page
    assert "下面还有分类" in hq.get(hq.post(f"/hq/content/categories/{top}/delete").location)
    assert "降温提醒" in hq.get(f"/hq/content?category={top}")


def test_the_library_page_asks_few_questions_however_long_it_is(brand, sign_in, count_sql):
    with transaction() as session:
        for number in range(45):
            make_script(session, brand.headquarters, title=f"第{number}条", tags=["上新"])
    hq = sign_in(brand.headquarters)
    with count_sql() as statements:
        page = hq.get("/hq/content?tag=上新&validity=now")
    assert len([one for one in statements if one.startswith("SELECT")]) <= 8
    assert "下一页" in page


def test_what_is_not_shown_to_her_takes_no_place_on_her_pages(brand, sign_in):
    with transaction() as session:
        for number in range(3):
            make_script(session, brand.headquarters, title=f"全国{number}")
        for number in range(45):
            make_script(session, brand.headquarters, title=f"华北{number}", path="1.3.")
    page = sign_in(brand.east).get("/hq/content")
    assert len(re.findall(r">全国\d<", page)) == 3
    assert "华北0" not in page
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


def test_empty_rows_and_separators_are_dropped():
    assert typed_bubbles(["a\r\nb", " ", "", "c\x00"]) == ["a\nb", "c"]
    assert tags_of("上新、短款, 上新；通勤") == ["上新", "短款", "通勤"]
    form = typed_content(MultiDict([("variant", "x"), ("variant", "0"), ("product", ""), ("product_role", "")]), ("", ""))
    assert (form.variants, form.products) == ((), ())
