"""Cells of a worksheet's XML as values: text, numbers, days; a formula as the text a person sees in the editing line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from openpyxl.formula.translate import Translator
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel, from_ISO8601

Value = str | bool | int | float | datetime | date | time | timedelta | None
Row = list[Value]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MOST_CELLS = 16_384
# A formula shared by many cells is written anew for each; of long ones that takes minutes.
MOST_TRANSLATED = 200_000


@dataclass(frozen=True)
class Numbers:
    """Which cell formats (by place) show a number as a day or as a span of time, and from when days are counted."""

    days: frozenset[int] = frozenset()
    spans: frozenset[int] = frozenset()
    from_1904: bool = False

    def read(self, text: str, style: int) -> Value:
        """A number, or what it is shown as. Raises ValueError."""
        number = float(text) if set(text) & set(".eE") else int(text)
        if style not in self.days:
            return number
        epoch = CALENDAR_MAC_1904 if self.from_1904 else CALENDAR_WINDOWS_1900
        try:
            moment: Value = from_excel(number, epoch, timedelta=style in self.spans)
        except (OverflowError, ValueError):
            return "#VALUE!"
        return moment


class _Formulas:
    def __init__(self) -> None:
        self._shared: dict[str, tuple[Translator, int]] = {}
        self._translated = 0

    def read(self, formula: Element, place: str) -> str:
        text, group = "=" + (formula.text or ""), formula.get("si", "")
        if formula.get("t") != "shared":
            return text
        if group not in self._shared:
            if text != "=":
                self._shared[group] = Translator(text, place), len(text)
            return text
        shared, length = self._shared[group]
        self._translated += length
        if self._translated > MOST_TRANSLATED:
            raise ValueError("too many shared formulas")
        return str(shared.translate_formula(place))


def text_of(node: Element) -> str:
    """The text of a string with all its runs, without its phonetic reading."""
    runs = [node.findtext(f"{MAIN}t"), *(run.findtext(f"{MAIN}t") for run in node.iterfind(f"{MAIN}r"))]
    # An underscore that would look like an escape is escaped itself.
    return "".join(run for run in runs if run).replace("x005F_", "")


def _value(cell: Element, place: str, strings: Sequence[str], numbers: Numbers, formulas: _Formulas) -> Value:
    formula = cell.find(f"{MAIN}f")
    if formula is not None:
        return formulas.read(formula, place)
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(f"{MAIN}is")
        return None if inline is None else text_of(inline)
    text = cell.findtext(f"{MAIN}v")
    if not text:
        return None
    match kind:
        case "n":
            return numbers.read(text, int(cell.get("s") or 0))
        case "s":
            return strings[int(text)]
        case "b":
            return bool(int(text))
        case "d":
            moment: Value = from_ISO8601(text)  # type: ignore[no-untyped-call]
            return moment
    return text


def rows_of_sheet(stream: IO[bytes], strings: Sequence[str], numbers: Numbers, most_columns: int) -> Iterator[tuple[int, Row]]:
    """Rows as (number from 1, values by place); an empty one is not given. Raises ValueError, IndexError, ParseError."""
    number, formulas = 0, _Formulas()
    for _, node in iterparse(stream):  # noqa: S314  read through Parts, which refuses what makes XML dangerous
        if node.tag == f"{MAIN}sheetData":
            return
        if node.tag != f"{MAIN}row":
            continue
        number = int(node.get("r") or number + 1)
        values: Row = [None] * most_columns
        column = 0
        for cell in islice(node, MOST_CELLS):
            place = cell.get("r", "")
            column = coordinate_to_tuple(place)[1] if place else column + 1
            if 1 <= column <= most_columns:
                values[column - 1] = _value(cell, place or "A1", strings, numbers, formulas)
        node.clear()
        if any(value not in (None, "") for value in values):
            yield number, values
