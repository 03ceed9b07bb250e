"""An .xlsx that a stranger may have made, read part by part: each part is bounded, and only what its rows need is looked at.

openpyxl's own reader makes an object of each style, name and rule: 14 KB of them hold a thread for a minute and fill a gigabyte.
"""

import lzma
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, cast
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers.expat import ExpatError

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from foundation.cells import Numbers, Row
from foundation.errors import Invalid
from foundation.sheet_xml import MAIN, Sheet, Strings

LARGEST_PART = 1024 * 1024
# Real sheets shrink to a tenth or a fiftieth; a file made to burst shrinks to a thousandth.
MOST_SHRUNK, LET_SHRINK = 200, 256 * 1024
MB = 1024 * 1024
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TAG = f"{{{MAIN}}}"
TOO_MUCH = "文件解开后太大，请删掉多余的工作表、空行、格式和图片再试"
BROKEN = "打不开这个文件，可能已损坏或加了密码。请在 Excel 里另存为 .xlsx 再试"
# What reading a file that is damaged, locked or made by hand runs into: RuntimeError is zipfile's word for a password.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ParseError, ExpatError,
    LookupError, ValueError, TypeError, OverflowError, StopIteration,
)  # fmt: skip


@dataclass(frozen=True)
class Bounds:
    """How much of a workbook is read: bytes when unpacked, columns, and marks (tags and attributes of one part).

    Each mark costs a microsecond or two, however few bytes it is. `computed`: of a formula its last result counts, where there is
    one; otherwise the formula itself.
    """

    columns: int
    unpacked: int = 80 * MB
    sheet: int = 60 * MB
    strings: int = 20 * MB
    marks: int = 1_200_000
    computed: bool = False


def refused(why: str) -> Invalid:
    """What is wrong with a file, at its field."""
    return Invalid(why, {"file": why})


class Marked:
    """A part being unpacked, its marks counted. Raises Invalid when there are too many."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self._stream, self._left = stream, most

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        chunk = self._stream.read(size)
        # In UTF-16 each of these letters stands beside a NUL.
        plain = chunk.replace(b"\0", b"")
        self._left -= plain.count(b"<") + plain.count(b"=")
        if self._left < 0:
            raise refused(TOO_MUCH)
        return chunk


class Parts(zipfile.ZipFile):
    """The parts of an .xlsx. Raises Invalid for one that is too large, or so small that it was made to burst."""

    def whole(self, name: str, most_marks: int) -> Element:
        """A small part as a tree. Raises KeyError."""
        self._allow(name, LARGEST_PART)
        with self.open(name) as part:
            content = Marked(part, most_marks).read()
        if b"<!DOCTYPE" in content.replace(b"\0", b""):
            raise ValueError("a workbook has no document type")
        return fromstring(content)  # noqa: S314  entities were refused above

    def stream(self, name: str, largest: int, most_marks: int) -> IO[bytes]:
        """A large part, to be read once. Raises KeyError."""
        self._allow(name, largest)
        return cast(IO[bytes], Marked(self.open(name), most_marks))

    def _allow(self, name: str, largest: int) -> None:
        part = self.getinfo(name)
        bursts = part.file_size > LET_SHRINK and part.file_size > MOST_SHRUNK * part.compress_size
        if part.file_size > largest or bursts:
            raise refused(TOO_MUCH)

    def targets(self, name: str, most_marks: int) -> dict[str, tuple[str, str]]:
        """Where the part leads: (the last word of the kind, the part) by id."""
        folder, file = posixpath.split(name)
        found = {}
        for one in self.whole(posixpath.join(folder, "_rels", f"{file}.rels"), most_marks):
            if one.get("TargetMode") != "External":
                kind, target = one.get("Type", "").rpartition("/")[2], one.get("Target", "")
                found[one.get("Id", "")] = (kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
        return found


@lru_cache(maxsize=1024)
def _is_moment(code: str) -> tuple[bool, bool]:
    return bool(is_date_format(code)), bool(is_timedelta_format(code))


def _numbers(parts: Parts, styles: str, most_marks: int, *, from_1904: bool) -> Numbers:
    """Which cell formats make a number a day or a span of time."""
    if not styles:
        return Numbers(from_1904=from_1904)
    root = parts.whole(styles, most_marks)
    codes = {number: str(code) for number, code in BUILTIN_FORMATS.items()}
    codes |= {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in root.iter(f"{TAG}numFmt")}
    formats = [_is_moment(codes.get(int(one.get("numFmtId", "0")), "")) for one in root.iterfind(f"{TAG}cellXfs/{TAG}xf")]
    days = frozenset(number for number, (day, _) in enumerate(formats) if day)
    return Numbers(days, frozenset(number for number, (_, span) in enumerate(formats) if span), from_1904)


def read_rows(file: IO[bytes], bounds: Bounds) -> Iterator[tuple[int, Row]]:
    """The rows of the first sheet that is a table (a chart may stand before it): (number from 1, values by place).

    Raises Invalid with the field `file`, here or between rows; UNREADABLE for a broken file.
    """
    with Parts(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > bounds.unpacked:
            raise refused(TOO_MUCH)
        name = next(target for kind, target in parts.targets("", bounds.marks).values() if kind == "officeDocument")
        book, targets = parts.whole(name, bounds.marks), parts.targets(name, bounds.marks)
        by_kind = {kind: target for kind, target in targets.values()}
        sheets = [targets.get(one.get(LINK, ""), ("", "")) for one in book.iterfind(f"{TAG}sheets/{TAG}sheet")]
        sheet = next((target for kind, target in sheets if kind == "worksheet"), "")
        if not sheet:
            raise refused("文件里没有表格（只有图表），请把内容放在第一张工作表里再上传")
        facts = book.find(f"{TAG}workbookPr")
        from_1904 = facts is not None and facts.get("date1904") in {"1", "true"}
        shared = by_kind.get("sharedStrings")
        strings = Strings(parts.stream(shared, bounds.strings, bounds.marks)) if shared else ()
        numbers = _numbers(parts, by_kind.get("styles", ""), bounds.marks, from_1904=from_1904)
        stream = parts.stream(sheet, bounds.sheet, bounds.marks)
        yield from Sheet(stream, strings, numbers, bounds.columns, computed=bounds.computed).rows()
