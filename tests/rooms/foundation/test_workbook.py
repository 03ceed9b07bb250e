"""The one reader of .xlsx: read as it is unpacked, within the bounds of whoever asks."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import pytest
from openpyxl import Workbook

from foundation.errors import Invalid
from foundation.sheet_xml import LONGEST_TEXT, LONGEST_TOKEN, MAIN
from foundation.workbook import TOO_MUCH, Bounds, read_rows

SHEET, STRINGS, RELATIONS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"


def _book(sheet: str, strings: str = "", method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    plain, made = io.BytesIO(), io.BytesIO()
    Workbook().save(plain)
    with zipfile.ZipFile(plain) as kept, zipfile.ZipFile(made, "w", method) as out:
        for name in kept.namelist():
            content = kept.read(name)
            if name == SHEET:
                content = f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>'.encode()
            if name == RELATIONS and strings and STRINGS not in kept.namelist():
                content = content.replace(b"</", b'<Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/></')
            if name != STRINGS:
                out.writestr(name, content)
        if strings:
            out.writestr(STRINGS, f'<sst xmlns="{MAIN}">{strings}</sst>')
    made.seek(0)
    return made


def _rows(book: io.BytesIO, bounds: Bounds | None = None) -> Iterator[tuple[int, list[object]]]:
    return ((number, list(values)) for number, values in read_rows(book, bounds or Bounds(2)))


def test_a_computed_cell_is_its_last_result_where_that_is_asked_for() -> None:
    cells = '<c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>IF(1,"")</f><v></v></c><c r="C1"><f>A9</f><v/></c>'
    sheet = f'<row r="1">{cells}</row>'
    assert list(_rows(_book(sheet), Bounds(3, computed=True))) == [(1, [2, None, "=A9"])]
    assert list(_rows(_book(sheet), Bounds(3))) == [(1, ["=1+1", '=IF(1,"")', "=A9"])]


def test_shared_strings_are_read_no_further_than_a_head_needs() -> None:
    strings = (
        "<si><t>会员号</t></si><si><r><t>手</t></r><r><t>机</t></r><rPh><t>shou</t></rPh></si>" + "<si><t>x</t></si>" * 200_000
    )
    book = _book(
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>' + " " * 70_000 + '<row><c t="s"><v>200001</v></c></row>',
        strings,
        zipfile.ZIP_STORED,
    )
    assert next(_rows(book, Bounds(2, marks=60_000))) == (1, ["会员号", "手机"])
    with pytest.raises(Invalid, match=TOO_MUCH):
        list(_rows(book, Bounds(2, marks=60_000)))
    assert list(_rows(book)) == [(1, ["会员号", "手机"]), (2, ["x", None])]


def test_no_such_string_is_a_broken_file() -> None:
    with pytest.raises(IndexError):
        list(_rows(_book('<row><c t="s"><v>1</v></c></row>', "<si><t>a</t></si>")))
    with pytest.raises(IndexError):
        list(_rows(_book('<row><c t="s"><v>-1</v></c></row>', "<si><t>a</t></si>")))


def test_a_text_without_an_end_is_refused() -> None:
    cell = f'<row><c t="str"><v>{"长" * (LONGEST_TEXT + 1)}</v></c></row>'
    with pytest.raises(ValueError, match="too long"):
        list(_rows(_book(cell, method=zipfile.ZIP_STORED)))


@pytest.mark.parametrize(("before", "after"), [("<!--", "-->"), ("<?x ", "?>"), ('<row a="', '"/>')])
def test_a_comment_or_tag_without_an_end_is_refused_before_all_of_it_is_unpacked(before: str, after: str) -> None:
    row = '<row><c t="str"><v>末</v></c></row>'
    long = before + "x" * (LONGEST_TOKEN // 2) + after
    assert list(_rows(_book(long * 5 + row, method=zipfile.ZIP_STORED)))[-1][1] == ["末", None]
    endless = _book(before + "x" * (30 * LONGEST_TOKEN) + after + row, method=zipfile.ZIP_STORED)
    with pytest.raises(ValueError, match="a tag or comment is too long"):
        list(_rows(endless))
    assert endless.tell() < 5 * LONGEST_TOKEN


def test_blanks_between_cells_are_no_text() -> None:
    cells = "<row>" + ("<c/>" + " " * 200) * 2_000 + '<c r="A1"><v>1</v></c></row>'
    assert list(_rows(_book(cells, method=zipfile.ZIP_STORED))) == [(1, [1, None])]


def test_memory_does_not_grow_with_empty_rows_and_cells() -> None:
    book = _book(
        "<row/>" * 300_000 + "<row>" + "<c/>" * 300_000 + '</row><row><c t="str"><v>末</v></c></row>', method=zipfile.ZIP_STORED
    )
    tracemalloc.start()
    try:
        assert list(_rows(book)) == [(300_002, ["末", None])]
        assert tracemalloc.get_traced_memory()[1] < 3 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_what_is_beyond_the_columns_is_not_looked_at() -> None:
    sheet = '<row><c r="A1"><v>1</v></c><c r="$B$1"><v>2</v></c><c r="XFD1"><v>3</v></c></row>'
    assert list(_rows(_book(sheet))) == [(1, [1, 2])]


def test_a_head_is_read_without_the_rest() -> None:
    rows = "".join(f'<row r="{number}"><c><v>{number}</v></c></row>' for number in range(1, 100_000))
    assert [values[0] for _, values in islice(_rows(_book(rows, method=zipfile.ZIP_STORED), Bounds(1, marks=20_000)), 3)] == [
        1,
        2,
        3,
    ]


def test_days_and_spans() -> None:
    book, file = Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.append([datetime.fromisoformat("2026-11-01T09:30"), timedelta(hours=30)])
    book.save(file)
    assert list(_rows(file)) == [(1, [datetime.fromisoformat("2026-11-01T09:30"), timedelta(hours=30)])]
