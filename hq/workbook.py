"""An .xlsx that a stranger may have made, read part by part: each part is bounded, and only what its rows need is looked at.

openpyxl's own reader makes an object of each style, name and rule: 14 KB of them hold a thread for a minute and fill a gigabyte.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from typing import IO
from xml.etree.ElementTree import Element, fromstring, iterparse

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from foundation.errors import Invalid
from hq.cells import MAIN, Numbers, Row, rows_of_sheet, text_of

MOST_UNPACKED = 80 * 1024 * 1024
LARGEST_SHEET = 60 * 1024 * 1024
LARGEST_STRINGS = 20 * 1024 * 1024
LARGEST_PART = 1024 * 1024
# Real sheets shrink to a tenth or a fiftieth; a file made to burst shrinks to a thousandth.
MOST_SHRUNK, LET_SHRINK = 200, 256 * 1024
# Tags and attributes of a part: each costs a microsecond or two, however few bytes it is.
MOST_MARKS = 1_200_000
CHUNK = 1024 * 1024
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TOO_MUCH = "文件解开后太大，请删掉多余的工作表、空行、格式和图片再试"


def refused(why: str) -> Invalid:
    """What is wrong with a file, at its field."""
    return Invalid(why, {"file": why})


class Parts(zipfile.ZipFile):
    """The parts of an .xlsx. Raises Invalid for one that is too large, or so small that it was made to burst."""

    def whole(self, name: str) -> Element:
        """A small part as a tree. Raises KeyError."""
        self._allow(name, LARGEST_PART)
        return fromstring(self.read(name))  # noqa: S314  entities were refused above

    def stream(self, name: str, largest: int) -> IO[bytes]:
        """A large part, to be read once. Raises KeyError."""
        self._allow(name, largest)
        return self.open(name)

    def _allow(self, name: str, largest: int) -> None:
        part = self.getinfo(name)
        bursts = part.file_size > LET_SHRINK and part.file_size > MOST_SHRUNK * part.compress_size
        if part.file_size > largest or bursts:
            raise refused(TOO_MUCH)
        marks, end = 0, b""
        with self.open(name) as content:
            # In UTF-16 each of these letters stands beside a NUL.
            while chunk := content.read(CHUNK).replace(b"\0", b""):
                marks += chunk.count(b"<") + chunk.count(b"=")
                if marks > MOST_MARKS:
                    raise refused(TOO_MUCH)
                if b"<!DOCTYPE" in end + chunk:
                    raise ValueError("a workbook has no document type")
                end = chunk[-8:]

    def targets(self, name: str) -> dict[str, tuple[str, str]]:
        """Where the part leads: (the last word of the kind, the part) by id."""
        folder, file = posixpath.split(name)
        found = {}
        for one in self.whole(posixpath.join(folder, "_rels", f"{file}.rels")):
            if one.get("TargetMode") != "External":
                kind, target = one.get("Type", "").rpartition("/")[2], one.get("Target", "")
                found[one.get("Id", "")] = (kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
        return found


@lru_cache(maxsize=1024)
def _is_moment(code: str) -> tuple[bool, bool]:
    return bool(is_date_format(code)), bool(is_timedelta_format(code))


def _numbers(parts: Parts, styles: str, *, from_1904: bool) -> Numbers:
    """Which cell formats make a number a day or a span of time."""
    if not styles:
        return Numbers(from_1904=from_1904)
    root = parts.whole(styles)
    codes = {number: str(code) for number, code in BUILTIN_FORMATS.items()}
    codes |= {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in root.iter(f"{MAIN}numFmt")}
    formats = [_is_moment(codes.get(int(one.get("numFmtId", "0")), "")) for one in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf")]
    days = frozenset(number for number, (day, _) in enumerate(formats) if day)
    return Numbers(days, frozenset(number for number, (_, span) in enumerate(formats) if span), from_1904)


def _strings(parts: Parts, name: str) -> list[str]:
    strings = []
    with parts.stream(name, LARGEST_STRINGS) as part:
        for _, node in iterparse(part):  # noqa: S314  entities were refused by stream
            if node.tag == f"{MAIN}si":
                strings.append(text_of(node))
                node.clear()
    return strings


def read_rows(file: IO[bytes], most_columns: int) -> Iterator[tuple[int, Row]]:
    """The rows of the first sheet that is a table (a chart may stand before it): (number from 1, values by place).

    Raises Invalid with the field `file`; what zipfile and the XML parser raise for a broken file.
    """
    with Parts(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
            raise refused(TOO_MUCH)
        name = next(target for kind, target in parts.targets("").values() if kind == "officeDocument")
        book, targets = parts.whole(name), parts.targets(name)
        by_kind = {kind: target for kind, target in targets.values()}
        sheets = [targets.get(one.get(LINK, ""), ("", "")) for one in book.iterfind(f"{MAIN}sheets/{MAIN}sheet")]
        sheet = next((target for kind, target in sheets if kind == "worksheet"), "")
        if not sheet:
            raise refused("文件里没有表格（只有图表），请把内容放在第一张工作表里再上传")
        facts = book.find(f"{MAIN}workbookPr")
        from_1904 = facts is not None and facts.get("date1904") in {"1", "true"}
        strings = _strings(parts, by_kind["sharedStrings"]) if "sharedStrings" in by_kind else []
        numbers = _numbers(parts, by_kind.get("styles", ""), from_1904=from_1904)
        with parts.stream(sheet, LARGEST_SHEET) as stream:
            yield from rows_of_sheet(stream, strings, numbers, most_columns)
