"""Excel in and out, and many files: rows checked before anything is saved, all or nothing, the same sheet once."""

import io
import re

import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image

from content_library.importing import ScriptDraft, import_scripts
from content_library.models import Category, Item, ItemKind, ItemStatus, ItemVersion
from foundation.db import transaction
from foundation.errors import Invalid
from hq.script_sheet import NAMES
from hq.spreadsheets import MOST_ROWS, read_sheet, write_book
from tests.builders.content_library import make_script

HEAD = ["标题", "第1条", "第2条", "分类", "客户阶段", "标签", "失效时间"]
GOOD = ["降温提醒", "{客户称呼}，后天降温", "来店里试试", "关怀", "成长期", "羽绒服、降温", "2027-02-28"]


def _book(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _rows(content: bytes) -> list[list[object]]:
    return [list(row) for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)]


def _items() -> list[Item]:
    with transaction() as session:
        return session.query(Item).order_by(Item.id).all()


@pytest.fixture
def hq(brand, sign_in):
    with transaction() as session:
        session.add(Category(name="关怀", order=1))
    return sign_in(brand.headquarters)


def _check(browser, content: bytes, name: str = "话术.xlsx"):
    answer = browser.post("/hq/content/import", file=(io.BytesIO(content), name))
    if answer.status_code != 302:
        return answer, ""
    page = browser.get(answer.location)
    return page, re.search(r"kept=([^&\"]+)", answer.location).group(1)


def test_a_sheet_is_checked_then_saved_once_as_drafts_and_a_second_time_not_at_all(hq):
    content = _book(HEAD, GOOD, ["尺码怎么选", "您身高体重多少？", "", "", "", "", ""])
    page, kept = _check(hq, content)
    assert "全部没有问题" in page
    assert _items() == []
    assert hq.post("/hq/content/import/save", kept=kept, then="keep").status_code == 302
    assert [(item.title, item.status) for item in _items()] == [("降温提醒", ItemStatus.DRAFT), ("尺码怎么选", ItemStatus.DRAFT)]
    with transaction() as session:
        version = session.query(ItemVersion).order_by(ItemVersion.id).first()
    assert version.body["bubbles"] == ["{客户称呼}，后天降温", "来店里试试"]
    assert (version.stage, version.tags, version.category_id is not None) == ("成长期", ["羽绒服", "降温"], True)
    hq.post("/hq/content/import/save", kept=kept, then="keep")
    assert len(_items()) == 2
    assert "已经导入过" in _check(hq, content)[0]


def test_every_wrong_row_is_told_at_its_column_and_comes_back_as_a_file_with_the_reason(hq):
    rows = [
        ["", "没有标题"], ["没有话"], ["变量写错", "{价钱}"], ["没有的分类", "话", "", "不存在"],
        ["阶段写错", "话", "", "", "热恋期"],
        ["日期写错", "话", "", "", "", "", "明天"], ["太长" * 40, "话"], GOOD, GOOD,
    ]  # fmt: skip
    page, kept = _check(hq, _book(HEAD, *rows))
    for words in (
        "请写标题",
        "至少写一句话",
        "不认识的变量",
        "没有「不存在」这个分类",
        "没有「热恋期」",
        "写成 2026-11-01",
        "标题最多 60 字",
        "和第 9 行重复",
    ):
        assert words in page, words
    told = _rows(hq.client.get(f"/hq/content/import/problems.xlsx?kept={kept}").data)
    assert [row[-2] for row in told[1:]] == [2, 3, 4, 5, 6, 7, 8, 10]
    assert all(row[-1] for row in told[1:])
    hq.post("/hq/content/import/save", kept=kept)
    assert [item.title for item in _items()] == ["降温提醒"]


def test_a_formula_is_read_as_text_and_written_as_text(hq):
    content = _book(HEAD, ['=HYPERLINK("http://evil","点")', "=1+1", "", "", "", "", ""])
    assert read_sheet(content, "a.xlsx")[1][:2] == ['=HYPERLINK("http://evil","点")', "=1+1"]
    cell = load_workbook(io.BytesIO(write_book([("a", [("列", 9)], [["=1+1"], [7]])]))).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_csv_of_old_excel_in_gb18030_and_with_semicolons(hq):
    text = "标题;第1条\n降温提醒;后天降温，多穿点"
    assert read_sheet(text.encode("gb18030"), "a.CSV") == [["标题", "第1条"], ["降温提醒", "后天降温，多穿点"]]
    assert read_sheet(("\ufeff" + text).encode(), "a.csv")[0] == ["标题", "第1条"]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "空的"), (b"PK\x03\x04 broken", "a.xlsx", "打不开"), (b"x" * 99, "a.xls", "老版本"),
        (b"x", "a.exe", "xlsx 或 .csv"),
        (_book(["姓名", "电话"], ["a", "b"]), "a.xlsx", "缺少「标题」「第1条」"), (_book(HEAD), "a.xlsx", "还没有内容"),
        (b"\x81\xff\xfe\x00", "a.csv", "文字编码"),
        ('标题,第1条\na,b\nc,"6.5寸\nd,e\n'.encode(), "a.csv", "第 3 行附近有引号没有成对"),
        ('标题,第1条\na,b\nc,"6.5寸\nd,e\nf,"7寸\ng,h\n'.encode(), "a.csv", "第 3 行附近有引号没有成对"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_told_at_the_field_and_nothing_is_saved(hq, content, name, words):
    answer, _ = _check(hq, content, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert _items() == []


def test_more_rows_than_allowed_are_refused_before_they_are_read():
    with pytest.raises(Invalid, match="最多 5000 行"):
        read_sheet("\n".join(["标题,第1条", *["a,b"] * (MOST_ROWS + 1)]).encode(), "a.csv")


def test_what_is_exported_comes_back_unchanged_and_a_change_becomes_a_version(hq, brand):
    with transaction() as session:
        one = make_script(session, brand.headquarters, bubbles=("第一句", "第二句"))
        make_script(session, brand.headquarters, title="另一条")
    exported = hq.client.get("/hq/content/export.xlsx?q=第一句").data
    rows = _rows(exported)
    assert rows[0] == list(NAMES)
    assert len(rows) == 2
    assert "没有变化" in _check(hq, exported)[0]
    rows[1][1] = "改过的第一句"
    _, kept = _check(hq, _book(*rows))
    hq.post("/hq/content/import/save", kept=kept)
    with transaction() as session:
        newest = session.query(ItemVersion).filter_by(item_id=one.id).order_by(ItemVersion.number.desc()).first()
        assert (newest.number, newest.body["bubbles"], newest.published_at) == (2, ["改过的第一句", "第二句"], None)
    rows[1][1] = "又改"
    assert "导出之后有人改过" in _check(hq, _book(*rows))[0]


def test_an_imported_script_is_found_like_one_written_by_hand(session, brand):
    words = {"title": "羽绒服 50% 'A\\B' 怎么洗", "bubbles": ("用中性洗涤剂，它's 好的\\",)}
    by_hand = make_script(session, brand.headquarters, title=words["title"], bubbles=words["bubbles"], published=False)
    import_scripts(session, brand.headquarters, [ScriptDraft(**words)], once="x", submit=False)
    imported = session.query(Item).order_by(Item.id.desc()).first()
    session.expire_all()
    assert imported.id != by_hand.id
    for name in ("search", "search_text", "initials", "title", "path", "status", "tags", "stage", "version_id"):
        assert getattr(imported, name) == getattr(by_hand, name), name


def test_one_row_that_cannot_be_saved_saves_none(session, brand):
    good, bad = ScriptDraft("好的", ("话",)), ScriptDraft("坏的", ("{价钱}",))
    with pytest.raises(Invalid), transaction() as own:
        import_scripts(own, brand.headquarters, [good, bad], once="x", submit=False)
    assert _items() == []


def test_a_sheet_of_somebody_else_is_not_hers(hq, brand, sign_in):
    _, kept = _check(hq, _book(HEAD, GOOD))
    assert sign_in(brand.east).client.get(f"/hq/content/import/check?kept={kept}").status_code == 422


def _picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "#336699").save(file, "PNG")
    return file.getvalue()


def _drop(browser, content: bytes, name: str):
    token = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/hq/content/files")).group(1)
    headers = {"X-CSRFToken": token, "X-File-Name": name, "Accept": "application/json"}
    return browser.client.post("/hq/content/files", data=content, headers=headers, content_type="application/octet-stream")


def test_each_dropped_file_becomes_one_draft_however_often_it_is_sent(hq):
    first, again = (
        _drop(hq, _picture(), "%E4%B8%8A%E8%BA%AB%E7%85%A7.png"),
        _drop(hq, _picture(), "%E4%B8%8A%E8%BA%AB%E7%85%A7.png"),
    )
    assert (first.json["title"], first.json["new"], again.json["new"]) == ("上身照", True, False)
    assert _drop(hq, b"\0\0\0\x18ftypmp42" + b"\0" * 40, "v.mp4").json["kind"] == "video"
    assert _drop(hq, b"%PDF-1.7 " + b"x" * 40, "%E5%AF%B9%E7%85%A7%E8%A1%A8.pdf").json["kind"] == "file"
    assert [item.kind for item in _items()] == [ItemKind.IMAGE, ItemKind.VIDEO, ItemKind.FILE]
    for content, name in (
        (b"MZ" + b"\0" * 99, "a.exe"),
        (b"<script>", "a.html"),
        (b"\x89PNG broken" * 9, "a.png"),
        (b"", "a.pdf"),
    ):
        answer = _drop(hq, content, name)
        assert answer.status_code == 422, name
        assert answer.json["message"]
    assert len(_items()) == 3


def test_the_template_reads_back_as_a_good_row(hq):
    page, _ = _check(hq, hq.client.get("/hq/content/import/template.xlsx").data)
    assert "全部没有问题" in page
