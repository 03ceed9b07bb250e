"""A file read row by row as text: CSV of any size in UTF-8, GB18030 or UTF-16, or an .xlsx within bounds. Knows no meaning.

Memory stays flat for a CSV; of an .xlsx the strings are kept, within bounds.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO, StringIO, TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import IO, AnyStr, BinaryIO, NamedTuple

from customers.import_rules import unwrapped
from foundation.errors import Invalid
from foundation.text import clean
from foundation.workbook import BROKEN, MB, UNREADABLE, Bounds, read_rows

SAMPLE_BYTES, BLOCK_BYTES = 4 * 1024 * 1024, 256 * 1024
# Of a line, and of a row that goes over many; one without an end would be kept in memory whole.
LONGEST_LINE = MB
MOST_BYTES, MOST_XLSX_BYTES = 300 * MB, 30 * MB
MOST_ROWS, MOST_XLSX_ROWS, MOST_COLUMNS = 2_000_000, 200_000, 60
# A cell is about eight marks and forty bytes; of a formula its last result is what people see.
WHOLE = Bounds(MOST_COLUMNS, unpacked=800 * MB, sheet=600 * MB, strings=100 * MB, marks=100_000_000, computed=True)
# Looked at by a page that somebody waits for.
HEAD = replace(WHOLE, marks=2_000_000)
MIXED = "这一行的文字编码和其他行不一样，请把整份文件另存为 UTF-8 再导"
UNPAIRED = "附近有引号没有成对，后面的内容读不出来。请在 Excel 里另存为新的 CSV 再传"
ENDLESS = "太长（超过 1 MB），可能少了换行或引号没有成对。请在 Excel 里另存为新的 CSV 再传"
UNKNOWN = "看不懂这个文件的文字编码，请在 Excel 里另存为「CSV UTF-8」再试"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What 一 to 鿿 look like in UTF-8; a few pairs of characters in GB18030 look so too.
UTF8_CHINESE = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")


class Record(NamedTuple):
    """One row below the head; `number` as a spreadsheet counts them, `broken` says why its text cannot be trusted."""

    number: int
    cells: list[str]
    broken: str = ""


@dataclass(frozen=True)
class Sheet:
    """A file looked at: how to read on, its headings, its first rows, and about how many rows it has."""

    path: Path
    encoding: str
    separator: str
    headings: list[str]
    head_row: int
    samples: list[list[str]]
    rows: int


def look(path: Path, filename: str) -> Sheet:
    """The head of a file. Raises Invalid with the field `file`."""
    name, size = filename.lower(), path.stat().st_size
    if not size:
        raise wrong("文件是空的，请重新选择")
    if name.endswith(".xls"):
        raise wrong("这是老版本的 .xls，请在 Excel 里另存为 .xlsx 再上传")
    if not name.endswith((".csv", ".txt", ".xlsx")):
        raise wrong("请上传 .csv 或 .xlsx 文件")
    if size > (MOST_XLSX_BYTES if name.endswith(".xlsx") else MOST_BYTES):
        raise wrong("文件太大：CSV 最大 300 MB，Excel 最大 30 MB，更大的请分成几个文件")
    encoding = "xlsx" if name.endswith(".xlsx") else _encoding(path)
    separator = "" if encoding == "xlsx" else _separator(path, encoding)
    found = list(islice(_read(path, encoding, separator, HEAD), 6))
    if not found or found[0].broken:
        raise wrong(found[0].broken if found else "文件里没有内容")
    head = [cell.strip() for cell in found[0].cells]
    doubles = {one for one in head if one and head.count(one) > 1}
    if doubles:
        raise wrong(f"有两列都叫「{min(doubles)}」，请改成不同的列名")
    if len(found) == 1:
        raise wrong("只有列名，还没有内容")
    return Sheet(path, encoding, separator, head, found[0].number, [one.cells for one in found[1:]], _about(path, encoding))


def wrong(why: str) -> Invalid:
    """A file that cannot be taken, said at the field `file`."""
    return Invalid(why, {"file": why})


def records(path: Path, encoding: str, separator: str, after: int = 0) -> Iterator[Record]:
    """The rows that are not empty, the head first, only those numbered beyond `after`. Raises Invalid where reading must end."""
    return (one for one in _read(path, encoding, separator, WHOLE) if one.number > after)


def _read(path: Path, encoding: str, separator: str, bounds: Bounds) -> Iterator[Record]:
    found = _xlsx(path, bounds) if encoding == "xlsx" else _csv(path, encoding, separator)
    return (one for one in found if any(one.cells))


def _encoding(path: Path) -> str:
    """By the marks at its beginning, else whether more of its first lines with Chinese are UTF-8 or not."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if sample.startswith(UTF16):
        return "utf-16"
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    lines = [line for line in sample.split(b"\n")[: -1 if len(sample) == SAMPLE_BYTES else None] if not line.isascii()]
    good = sum(_decodes(line, "utf-8") for line in lines)
    if good * 2 >= len(lines):
        return "utf-8"
    if not any(_decodes(line, "gb18030") for line in lines):
        raise wrong(UNKNOWN)
    return "gb18030"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _separator(path: Path, encoding: str) -> str:
    try:
        with path.open("rb") as file:
            head = next(iter(_Texts(file, encoding)), "")
    except UnicodeError:
        raise wrong(UNKNOWN) from None
    return max(",\t;", key=head.count)


def _about(path: Path, encoding: str) -> int:
    """About how many rows: what the first four megabytes hold, taken for the rest."""
    if encoding == "xlsx":
        return 0
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    return max(0, round(sample.count(b"\n") * path.stat().st_size / len(sample)) - 1)


class _Texts:
    """The lines of an open file as text for the csv reader; `broken`: one since the last look was in another encoding.

    `row` is the last row the reader has made of them. Raises Invalid where a line or row is too long.
    """

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self.broken, self.row = False, 0
        self._file = file
        self._encoding = encoding

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._wide() if self._encoding == "utf-16" else self._narrow())

    def _wide(self) -> Iterator[Iterable[str]]:
        for block in self._blocks(TextIOWrapper(self._file, "utf-16", newline=""), "\n"):
            yield StringIO(block, newline="")

    def _narrow(self) -> Iterator[Iterable[str]]:
        """Only where a line is in another encoding each is looked at."""
        mark = b"\xef\xbb\xbf"
        for block in self._blocks(self._file, b"\n"):
            block, mark = block.removeprefix(mark), b""
            text = self._whole(block)
            yield map(self._line, BytesIO(block)) if text is None else StringIO(text, newline="\n")

    def _blocks(self, file: IO[AnyStr], end: AnyStr) -> Iterator[AnyStr]:
        """Whole lines at a time."""
        row, held = 0, 0
        while block := file.read(BLOCK_BYTES) + (line := file.readline(LONGEST_LINE + 1)):
            row, held = self.row, held if self.row == row else 0
            if held > LONGEST_LINE:
                break
            held += len(block)
            if len(line) > LONGEST_LINE:
                yield block[: block.rfind(end) + 1]
                break
            yield block
        else:
            return
        raise wrong(f"第 {self.row + 1} 行{ENDLESS}")

    def _whole(self, block: bytes) -> str | None:
        try:
            text = block.decode(self._encoding)
        except UnicodeDecodeError:
            return None
        return None if self._encoding == "gb18030" and _has_utf8_line(block) else text

    def _line(self, line: bytes) -> str:
        if line.isascii():
            return line.decode("ascii")
        if self._encoding == "gb18030" and _is_utf8_chinese(line):
            self.broken = True
            return line.decode("utf-8")
        try:
            return line.decode(self._encoding)
        except UnicodeDecodeError:
            self.broken = True
            return line.decode("gb18030" if self._encoding == "utf-8" else self._encoding, "replace")


def _has_utf8_line(block: bytes) -> bool:
    place = 0
    while found := UTF8_CHINESE.search(block, place):
        start, end = block.rfind(b"\n", 0, found.start()) + 1, block.find(b"\n", found.start())
        place = end if end >= 0 else len(block)
        if _is_utf8_chinese(block[start:place]):
            return True
    return False


def _is_utf8_chinese(line: bytes) -> bool:
    """Chinese in UTF-8 often decodes as GB18030 too, as other characters; the reverse hardly ever happens to a whole line."""
    try:
        return any("一" <= letter <= "鿿" for letter in line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _csv(path: Path, encoding: str, separator: str) -> Iterator[Record]:
    with path.open("rb") as file:
        yield from _rows(_Texts(file, encoding), separator)


def _rows(texts: _Texts, separator: str) -> Iterator[Record]:
    # Not strict, a stray quotation mark would make one cell of all the rows behind it.
    reader, number = csv.reader(texts, delimiter=separator, strict=True), 0
    try:
        for cells in reader:
            texts.row = number = number + 1
            if number > MOST_ROWS + 1:
                raise wrong(f"一个文件最多 {MOST_ROWS // 10_000} 万行，请分成几个文件")
            broken = ""
            if texts.broken:
                broken, texts.broken = MIXED, False
            yield Record(number, tidy(cells), broken)
    except (csv.Error, UnicodeError):
        raise wrong(f"第 {number + 1} 行{UNPAIRED}") from None


def tidy(cells: Sequence[str]) -> list[str]:
    """Cells without spaces around, and without what neither a table nor a page can hold."""
    whole = "".join(cells)
    if whole.isprintable() and '="' not in whole and len(cells) <= MOST_COLUMNS:
        return [cell.strip() for cell in cells]
    return [_tidy(cell) if cell else "" for cell in cells[:MOST_COLUMNS]]


def _tidy(cell: str) -> str:
    text = (cell if cell.isprintable() else clean(cell)).strip()
    return unwrapped(text) if text.startswith('="') else text


def _xlsx(path: Path, bounds: Bounds) -> Iterator[Record]:
    last = 0
    try:
        with path.open("rb") as file:
            for number, values in read_rows(file, bounds):
                if number > MOST_XLSX_ROWS + 1:
                    raise wrong(f"Excel 最多 {MOST_XLSX_ROWS // 10_000} 万行，更多的请另存为 CSV 再上传")
                # A file made by hand may give the same row many times.
                if number > last:
                    last = number
                    while values[-1] is None:
                        values.pop()
                    yield Record(number, tidy([_text(value) for value in values]))
    except UNREADABLE:
        raise wrong(BROKEN) from None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}" if value.hour or value.minute or value.second else f"{value:%Y-%m-%d}"
    return value.isoformat() if isinstance(value, date) else str(value)
