"""A person's own copy as one zip: a JSON file and a workbook with a sheet for each kind, written row by row to disk."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from sqlalchemy.orm import Session

from customers.person_data import read_person
from foundation import clock
from foundation.db import Json
from foundation.text import clean, cut, would_compute

IN_MEMORY = 2 * 1024 * 1024
LONGEST_CELL = 32_000
README = """这是{brand}保存的、与您有关的个人信息副本（《个人信息保护法》第四十五条）。

个人信息.xlsx   用 Excel 或 WPS 打开，一类一张表
个人信息.json   同样的内容，供其他系统读取

生成时间：{at}（北京时间）
需要更正或删除，请联系您的导购或客服。
"""


@dataclass(frozen=True)
class PersonFile:
    """The zip, open at its beginning; rows by table, and the SHA-256 of the zip."""

    file: IO[bytes]
    counts: dict[str, int]
    sha256: str


def write_person_file(session: Session, ids: Sequence[int], brand: str) -> PersonFile:
    """Write all that is hers. Memory stays small however long her life is; the file goes away when it is closed."""
    out = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 handed on open, closed by the response
    book, counts = Workbook(write_only=True), dict[str, int]()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("个人信息.json", "w") as data:
            data.write(b"{")
            for section, rows in read_person(session, ids):
                data.write(("," if counts else "").encode() + json.dumps(section.title, ensure_ascii=False).encode() + b": [")
                counts[section.table] = _write_section(data, book, section.title, rows)
                data.write(b"]")
            data.write(b"}")
        with archive.open("个人信息.xlsx", "w") as sheet:
            book.save(sheet)
        at = clock.now().astimezone(clock.SHANGHAI)
        archive.writestr("说明.txt", README.format(brand=brand, at=f"{at:%Y-%m-%d %H:%M}"))
    return PersonFile(out, counts, _digest(out))


def _write_section(data: IO[bytes], book: Any, title: str, rows: Any) -> int:
    count, sheet = 0, None
    for row in rows:
        data.write(("," if count else "").encode() + json.dumps(row, ensure_ascii=False, default=str).encode())
        if sheet is None:
            sheet = book.create_sheet(title)
            sheet.append([_head(sheet, name) for name in row])
        sheet.append([_cell(sheet, value) for value in _values(row)])
        count += 1
    return count


def _values(row: Json) -> list[object]:
    return list(row.values())


def _head(sheet: Any, title: str) -> Any:
    cell = WriteOnlyCell(sheet, title)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3EFF9")
    return cell


def _cell(sheet: Any, value: object) -> Any:
    """Text, never a formula: a name may begin with "="."""
    cell = WriteOnlyCell(sheet, cut(clean(str(value)), LONGEST_CELL))
    cell.data_type, cell.quotePrefix = "s", would_compute(str(cell.value or ""))
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while part := file.read(1024 * 1024):
        digest.update(part)
    file.seek(0)
    return digest.hexdigest()
