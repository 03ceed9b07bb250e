"""Workbooks a stranger may have made: what would burst is refused before it is opened, what is broken is told, never a crash."""

import io
import random
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart

from foundation.errors import Invalid
from foundation.workbook import BROKEN, TOO_MUCH, Bounds
from hq.spreadsheets import MOST_COLUMNS, MOST_ROWS, TOO_MANY, read_sheet

MOST_MARKS = Bounds(MOST_COLUMNS).marks
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"


def _saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _book(method: int = zipfile.ZIP_DEFLATED, **parts: str) -> bytes:
    """A small workbook with some parts written by hand (their slashes as __)."""
    plain = Workbook()
    plain.active.append(["标题", "第1条"])
    plain.active.append(["甲", "乙"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_saved(plain))) as kept, zipfile.ZipFile(out, "w", method) as made:
        for name in kept.namelist():
            made.writestr(name, parts.get(name, kept.read(name)))
        if STRINGS in parts and STRINGS not in kept.namelist():
            made.writestr(STRINGS, parts[STRINGS])
    return out.getvalue()


def _sheet(rows: str) -> str:
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


def _why(content: bytes) -> str:
    with pytest.raises(Invalid) as problem:
        read_sheet(content, "a.xlsx")
    return problem.value.fields["file"]


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (STYLES, f"<styleSheet {MAIN}><cellXfs>{'<xf/>' * 1_300_000}</cellXfs></styleSheet>"),
        ("xl/workbook.xml", f"<workbook {MAIN}>{' ' * 1_100_000}</workbook>"),
        (SHEET, _sheet("<row>" + "<c/>" * 200_000 + "</row>")),
        (STRINGS, f"<sst {MAIN}>{'<si/>' * 100_000}</sst>"),
    ],
    ids=["styles", "workbook", "sheet", "strings"],
)
def test_what_was_made_to_burst_is_refused(part, text):
    relations = _parts(_book())[RELATIONS].decode()
    with_strings = relations.replace("</", '<Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/></')
    assert _why(_book(**{part: text, RELATIONS: with_strings if part == STRINGS else relations})) == TOO_MUCH


def test_more_marks_than_a_sheet_of_ours_can_have_are_refused_however_they_are_packed():
    rows = "<row>" + "<c/>" * (MOST_MARKS + 1) + "</row>"
    assert _why(_book(zipfile.ZIP_STORED, **{SHEET: _sheet(rows)})) == TOO_MUCH


def test_a_long_formula_shared_by_many_cells_is_not_written_out_for_each():
    first = f'<row r="1"><c r="A1"><f t="shared" si="0">{"A1+" * 5_000}A1</f></c></row>'
    rest = "".join(f'<row r="{row}"><c r="A{row}"><f t="shared" si="0"/></c></row>' for row in range(2, 100))
    assert _why(_book(**{SHEET: _sheet(first + rest)})) == BROKEN


def test_a_short_shared_formula_is_read_as_it_is_seen():
    rows = '<row r="1"><c r="B1"><f t="shared" si="0">A1+1</f></c></row><row r="3"><c r="B3"><f t="shared" si="0"/></c></row>'
    assert [row[1:2] for row in read_sheet(_book(**{SHEET: _sheet(rows)}), "a.xlsx")] == [["=A1+1"], [], ["=A3+1"]]


def test_days_numbers_truths_and_rich_text_are_read_as_a_person_sees_them():
    book = Workbook()
    book.active.append(["a", datetime.fromisoformat("2026-11-01T09:30"), 7.0, 1.5, True, None, "x=1"])
    book.active["B1"].number_format = 'yyyy"年"m"月"d"日" hh:mm'
    book.active["A9"] = "末"
    rows = read_sheet(_saved(book), "a.xlsx")
    assert rows[0][:7] == ["a", "2026-11-01 09:30", "7", "1.5", "是", "", "x=1"]
    assert rows[1:8] == [[]] * 7
    assert rows[8][0] == "末"
    runs = '<row><c t="inlineStr"><is><t>长</t><r><t>款</t></r><rPh><t>音</t></rPh></is></c></row>'
    assert read_sheet(_book(**{SHEET: _sheet(runs)}), "a.xlsx")[0][0] == "长款"


def test_a_chart_before_the_table_is_passed_over_and_a_file_of_charts_alone_is_told():
    book = Workbook()
    book.active.append(["标题", "第1条"])
    book.create_chartsheet("图", 0).add_chart(BarChart())
    assert read_sheet(_saved(book), "a.xlsx")[0][:2] == ["标题", "第1条"]
    relations = _parts(_saved(book))[RELATIONS].decode().replace("/worksheet", "/dialogsheet")
    assert "没有表格" in _why(_book(**{RELATIONS: relations}))


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as kept:
        return {name: kept.read(name) for name in kept.namelist()}


def _patched(at: str, offset: int, value: bytes) -> bytes:
    """The workbook with some bytes of each of its headers changed."""
    content, mark, place = bytearray(_book()), at.encode("latin-1"), 0
    while (place := content.find(mark, place)) >= 0:
        content[place + offset : place + offset + len(value)] = value
        place += 4
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        _patched("PK\x01\x02", 8, b"\x01\x00"), _patched("PK\x01\x02", 10, b"\x63\x00"), _patched("PK\x03\x04", 60, b"\xff" * 12),
        _book(**{SHEET: "<!DOCTYPE x [<!ENTITY a 'b'>]>" + _sheet("")}), _book(**{SHEET: "<worksheet"}),
        _book(**{SHEET: _sheet('<row><c t="s"><v>99</v></c></row>')}), _book(**{SHEET: _sheet('<row r="x"/>')}),
        _book(**{"_rels/.rels": "<a/>"}), 
        _book(**{STYLES: f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="x"/></numFmts></styleSheet>'}),
    ],
    ids=["locked", "method", "damaged", "doctype", "cut", "no such text", "no row", "no workbook", "styles"],
)  # fmt: skip
def test_a_broken_or_locked_workbook_is_told_at_the_field(content):
    assert _why(content) == BROKEN


def test_whatever_bytes_are_changed_it_is_read_or_told():
    chance, whole = random.Random(4), _book()
    told = []
    for _ in range(400):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 3, 9))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            read_sheet(bytes(content[: chance.choice((len(content), chance.randrange(len(content))))]), "a.xlsx")
        except Invalid as problem:
            told.append(problem.fields["file"])
    assert len(told) > 100
    assert all(told)


def test_a_row_far_below_is_not_lost_in_silence():
    assert _why(_book(**{SHEET: _sheet(f'<row r="{MOST_ROWS + 9}"><c t="str"><v>a</v></c></row>')})) == TOO_MANY
    assert read_sheet(_book(**{SHEET: _sheet(f'<row><c t="str"><v>a</v></c></row><row r="{MOST_ROWS + 9}"/>')}), "a.xlsx")
