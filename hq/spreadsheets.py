"""Files for people: a sheet read as text, cell by cell, and a workbook written. Whatever is wrong with a file is said in Chinese.

A formula is read as the text a person sees in the editing line and never computed; what is written is text, never a formula.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from customers.import_sheets import UNPAIRED
from foundation.text import clean, would_compute
from foundation.workbook import BROKEN, UNREADABLE, Bounds, read_rows, refused

MOST_ROWS = 5_000
MOST_COLUMNS = 40
LONGEST_CELL = 4_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIPPED = (b"PK\x03\x04", b"PK\x05\x06")
NOT_XLSX = "这不是 Excel 表格，只是名字以 .xlsx 结尾（或加了密码）。请在 Excel 里另存为 .xlsx 再上传"
TOO_MANY = f"一次最多 {MOST_ROWS} 行，请分成几个文件"
Rows = list[list[str]]


def read_sheet(content: bytes, filename: str) -> Rows:
    """The first sheet of an .xlsx, or a .csv in UTF-8 or GB18030, as text: the head and at most 5,000 rows; empty rows are [].

    Raises Invalid with the field `file`.
    """
    name = filename.lower()
    if not content:
        raise refused("文件是空的，请重新选择")
    if name.endswith(".xls"):
        raise refused("这是老版本的 .xls，请在 Excel 里另存为 .xlsx 再上传")
    if name.endswith(".csv"):
        rows = _read_csv(content)
    elif name.endswith(".xlsx"):
        if not content.startswith(ZIPPED):
            raise refused(NOT_XLSX)
        rows = _read_xlsx(content)
    else:
        raise refused("请上传 .xlsx 或 .csv 文件")
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) > MOST_ROWS + 1:
        raise refused(TOO_MANY)
    return rows


def _row(cells: Iterable[str]) -> list[str]:
    row = [clean(cell.replace("\r\n", "\n").replace("\r", "\n")).strip()[:LONGEST_CELL] for cell in cells]
    return row if any(row) else []


def _read_csv(content: bytes) -> Rows:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise refused("看不懂这个文件的文字编码，请在 Excel 里另存为 .xlsx 再试")
    head = text.split("\n", 1)[0]
    separator = max(",\t;", key=head.count)
    rows: Rows = []
    try:
        for cells in islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), MOST_ROWS + 2):
            rows.append(_row(cells[:MOST_COLUMNS]))
    except csv.Error:
        raise refused(f"第 {len(rows) + 1} 行{UNPAIRED}") from None
    return rows


def _read_xlsx(content: bytes) -> Rows:
    rows: Rows = []
    try:
        for number, values in read_rows(io.BytesIO(content), Bounds(MOST_COLUMNS)):
            if number > MOST_ROWS + 1:
                raise refused(TOO_MANY)
            # A file may give the same row a million times.
            if number > len(rows) and (row := _row(map(_as_text, values))):
                rows += [[] for _ in range(len(rows), number - 1)]
                rows.append(row)
    except UNREADABLE:
        raise refused(BROKEN) from None
    return rows


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "text", value))


def write_book(sheets: Sequence[tuple[str, Sequence[tuple[str, int]], Iterable[Sequence[object]]]]) -> bytes:
    """An .xlsx of (name, columns with their width, rows); numbers stay numbers, everything else is text."""
    book = Workbook(write_only=True)
    for name, columns, rows in sheets:
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for number, (_, width) in enumerate(columns):
            sheet.column_dimensions[chr(ord("A") + number)].width = width
        sheet.append([_head(sheet, title) for title, _ in columns])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _head(sheet: Any, title: str) -> Any:
    cell = WriteOnlyCell(sheet, title)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3EFF9")
    return cell


def _cell(sheet: Any, value: object) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return WriteOnlyCell(sheet, value)
    # What openpyxl's writer cannot put into XML is not in the tables either: `clean` took it out.
    cell = WriteOnlyCell(sheet, "" if value is None else str(value))
    # Saved again by a spreadsheet, or typed over, it still is no formula.
    cell.data_type, cell.quotePrefix = "s", would_compute(str(cell.value or ""))
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
