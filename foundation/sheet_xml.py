"""The XML of a worksheet and of its strings, read piece by piece as it is unpacked: nothing of it is kept but what rows need."""

from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import IO, overload
from xml.parsers import expat

from foundation.cells import Formulas, Numbers, Row, Value, column_of, moment_of, unescaped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CHUNK = 64 * 1024
MOST_CELLS = 16_384
# Excel itself holds 32,767.
LONGEST_TEXT = 200_000
# A tag, comment or instruction: what is unfinished is looked at from its beginning with each piece, so a long one takes minutes.
LONGEST_TOKEN = 256 * 1024
ROW, CELL, VALUE, FORMULA, TEXT, PHONETIC, STRING, DATA = (
    f"{MAIN} {name}" for name in ("row", "c", "v", "f", "t", "rPh", "si", "sheetData")
)
Attributes = dict[str, str]


class Stretch:
    """The text of the element being read; as an element never closed it could be endless. Raises ValueError beyond the bound."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, text: str) -> None:
        """More of it."""
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise ValueError("a cell's text is too long")
        self._pieces.append(text)

    def clear(self) -> None:
        """The next begins."""
        self._pieces.clear()
        self._length = 0

    def take(self) -> str:
        """All of it; the next begins."""
        text = "".join(self._pieces)
        self.clear()
        return text


class Feed:
    """A part on its way through the parser. Raises ValueError for a document type (entities can burst) or an endless tag."""

    def __init__(self, stream: IO[bytes], start: Callable[[str, Attributes], None], end: Callable[[str], None]) -> None:
        self.text = Stretch()
        self.ended = False
        self._stream, self._fed = stream, 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = start, end
        self._parser.CharacterDataHandler = self.text.add
        self._parser.StartDoctypeDeclHandler = _refuse

    def more(self) -> None:
        """Parse the next piece. Raises ExpatError, what reading a damaged zip raises."""
        chunk = self._stream.read(CHUNK)
        self.ended = not chunk
        self._parser.Parse(chunk, self.ended)
        self._fed += len(chunk)
        if self._fed - self._parser.CurrentByteIndex > LONGEST_TOKEN:
            raise ValueError("a tag or comment is too long")


def _refuse(*_: object) -> None:
    raise ValueError("a workbook has no document type")


class Strings(Sequence[str]):
    """The shared strings, read no further than they are asked for, kept as bytes: objects of Python take five times more."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._ends, self._kept = array("Q", [0]), bytearray()
        self._feed = Feed(stream, self._start, self._end)
        self._parts: list[str] = []
        self._phonetic = False

    def _start(self, name: str, attributes: Attributes) -> None:
        self._feed.text.clear()
        if name == PHONETIC:
            self._phonetic = True

    def _end(self, name: str) -> None:
        if name == TEXT:
            text = self._feed.text.take()
            if not self._phonetic:
                self._parts.append(text)
        elif name == STRING:
            self._kept += unescaped("".join(self._parts)).encode()
            self._ends.append(len(self._kept))
            self._parts.clear()
        elif name == PHONETIC:
            self._phonetic = False

    def __len__(self) -> int:
        """How many there are so far."""
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        """One string. Raises IndexError."""
        if isinstance(place, slice):
            raise TypeError("strings are asked for one by one")
        while place >= len(self) and not self._feed.ended:
            self._feed.more()
        if not 0 <= place < len(self):
            raise IndexError(place)
        return self._kept[self._ends[place] : self._ends[place + 1]].decode()


class Sheet:
    """Rows of a sheet as (number from 1, values by place); an empty one is not given."""

    def __init__(self, stream: IO[bytes], strings: Sequence[str], numbers: Numbers, columns: int, *, computed: bool) -> None:
        self._feed = Feed(stream, self._start, self._end)
        self._strings, self._numbers, self._columns, self._computed = strings, numbers, columns, computed
        self._formulas = Formulas()
        self._rows: deque[tuple[int, Row]] = deque()
        self._number, self._column, self._cells = 0, 0, 0
        self._values: Row = []
        self._attributes: Attributes = {}
        self._formula: tuple[str, str, str] | None = None
        self._value, self._inline = "", ""
        self._phonetic = self._over = False
        self._ends = {
            VALUE: self._end_value, FORMULA: self._end_formula, TEXT: self._end_text, CELL: self._end_cell, ROW: self._end_row,
        }  # fmt: skip

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Raises ValueError, IndexError, ExpatError, and what unpacking raises."""
        while not (self._over or self._feed.ended):
            self._feed.more()
            while self._rows:
                yield self._rows.popleft()

    def _start(self, name: str, attributes: Attributes) -> None:
        # Blanks between cells are no text of any.
        self._feed.text.clear()
        if name == CELL:
            self._attributes, self._formula, self._value, self._inline = attributes, None, "", ""
        elif name == FORMULA:
            self._formula = "", attributes.get("t", ""), attributes.get("si", "")
        elif name == ROW:
            self._number = int(attributes.get("r") or self._number + 1)
            self._values, self._column, self._cells = [None] * self._columns, 0, 0
        elif name == PHONETIC:
            self._phonetic = True

    def _end(self, name: str) -> None:
        if end := self._ends.get(name):
            end()
        elif name == PHONETIC:
            self._phonetic = False
        elif name == DATA:
            self._over = True

    def _end_value(self) -> None:
        self._value = self._feed.text.take()

    def _end_formula(self) -> None:
        if self._formula is not None:
            self._formula = self._feed.text.take(), *self._formula[1:]

    def _end_text(self) -> None:
        text = self._feed.text.take()
        self._inline += "" if self._phonetic else text
        if len(self._inline) > LONGEST_TEXT:
            raise ValueError("a cell's text is too long")

    def _end_cell(self) -> None:
        place = self._attributes.get("r", "")
        self._column = column_of(place) if place else self._column + 1
        self._cells += 1
        if 1 <= self._column <= len(self._values) and self._cells <= MOST_CELLS:
            self._values[self._column - 1] = self._read(place or "A1")

    def _read(self, place: str) -> Value:
        kind, text = self._attributes.get("t", "n"), self._value
        # A formula whose result is an empty text has a kind; one that was never worked out has none.
        if self._formula is not None and not (self._computed and (text or kind == "str")):
            return self._formulas.read(*self._formula, place)
        if kind == "inlineStr":
            return unescaped(self._inline)
        if not text:
            return None
        match kind:
            case "n":
                return self._numbers.read(text, int(self._attributes.get("s") or 0))
            case "s":
                return self._strings[int(text)]
            case "b":
                return bool(int(text))
            case "d":
                return moment_of(text)
        return text

    def _end_row(self) -> None:
        if not self._over and any(value not in (None, "") for value in self._values):
            self._rows.append((self._number, self._values))
        self._values = []
