"""What a cell of a worksheet holds: text, a number, a day, a formula as the text a person sees in the editing line."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from openpyxl.formula.translate import Translator
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel, from_ISO8601

Value = str | bool | int | float | datetime | date | time | timedelta | None
Row = list[Value]
# A formula shared by many cells is written anew for each; of long ones that takes minutes.
MOST_TRANSLATED = 200_000
DIGITS = "0123456789"


@dataclass(frozen=True)
class Numbers:
    """Which cell formats (by place) show a number as a day or as a span of time, and from when days are counted."""

    days: frozenset[int] = frozenset()
    spans: frozenset[int] = frozenset()
    from_1904: bool = False

    def read(self, text: str, style: int) -> Value:
        """A number, or what it is shown as. Raises ValueError."""
        number = float(text) if "." in text or "e" in text or "E" in text else int(text)
        if style not in self.days:
            return number
        epoch = CALENDAR_MAC_1904 if self.from_1904 else CALENDAR_WINDOWS_1900
        try:
            moment: Value = from_excel(number, epoch, timedelta=style in self.spans)
        except (OverflowError, ValueError):
            return "#VALUE!"
        return moment


class Formulas:
    """The formulas of one sheet, those that cells share written out for each."""

    def __init__(self) -> None:
        self._shared: dict[str, tuple[Translator, int]] = {}
        self._translated = 0

    def read(self, formula: str, kind: str, group: str, place: str) -> str:
        """The formula of the cell at `place`. Raises ValueError when sharing would write too much."""
        text = "=" + formula
        if kind != "shared":
            return text
        if group not in self._shared:
            if formula:
                self._shared[group] = Translator(text, place), len(text)
            return text
        shared, length = self._shared[group]
        self._translated += length
        if self._translated > MOST_TRANSLATED:
            raise ValueError("too many shared formulas")
        return str(shared.translate_formula(place))


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    return int(column_index_from_string(letters))


def column_of(place: str) -> int:
    """The column of A1 or $A$1, from 1. Raises ValueError."""
    return _column(place.replace("$", "").rstrip(DIGITS))


def moment_of(text: str) -> Value:
    """A day or moment written as ISO 8601. Raises ValueError."""
    moment: Value = from_ISO8601(text)  # type: ignore[no-untyped-call]
    return moment


def unescaped(text: str) -> str:
    """A string as it was meant: an underscore that would look like an escape is escaped itself."""
    return text.replace("x005F_", "") if "x005F_" in text else text
