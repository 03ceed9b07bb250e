"""Which slots a plain question holds for, as an array of truths: asked of whole columns, or of the few slots that changed."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segments.columns import CODED, DAYS, NO_DAY, TEXTS, Column
from segments.fetching import Words
from segments.fields import FIELDS
from segments.nodes import Missing, OneOf, Scores, Span, Under

Truths: TypeAlias = NDArray[np.bool_]
DAY_ZERO = date(2000, 1, 1).toordinal()
CODES: dict[str, dict[str, int]] = {
    name: {str(value): place for place, (value, _) in enumerate(FIELDS[name].choices, 1)} for name in CODED
}


class Table(Protocol):
    """Columns by name: all slots, or some."""

    def __getitem__(self, name: str) -> Column:
        """One column."""


class Paths:
    """Which numbered paths lie somewhere; worked out once for each question until a new path is met."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._kept: dict[tuple[int, object], Truths] = {}

    def where(self, question: object, holds: Callable[[str], bool]) -> Truths:
        """A truth for each number of a path; number 0 is no path."""
        paths = self._words.codes["path"]
        key = (len(paths), question)
        if key not in self._kept:
            if len(self._kept) > 500:
                self._kept.clear()
            self._kept[key] = np.fromiter((False, *map(holds, paths)), np.bool_, len(paths) + 1)
        return self._kept[key]


def mask(leaf: OneOf | Span | Missing | Scores | Under, table: Table, words: Words, paths: Paths) -> Truths:
    """The truth of a question for each row of the table."""
    match leaf:
        case OneOf(name, values):
            return _one_of(table[name], _codes(name, values, words.codes))
        case Span(name, low, high):
            return _span(table[name], *(_day(name, end) for end in (low, high)))
        case Missing(name):
            return np.asarray(table[name] == (NO_DAY if name in DAYS else 0))
        case Scores(ranges):
            return _scores(ranges)[table["rfm"]]
        case Under(departments):
            return paths.where(leaf, lambda path: any(f".{each}." in f".{path}" for each in departments))[table["path"]]


def _codes(name: str, values: tuple[int | str, ...], words: Mapping[str, dict[str, int]]) -> list[int]:
    if name in TEXTS or name in CODED:
        known = words[name] if name in TEXTS else CODES[name]
        return [known[str(value)] for value in values if str(value) in known]
    return [value for value in values if isinstance(value, int)]


def _one_of(column: Column, codes: list[int]) -> Truths:
    if column.dtype == np.int8:
        known = np.zeros(256, np.bool_)
        known[codes] = True
        return known[column.view(np.uint8)]
    limits = np.iinfo(column.dtype)
    fitting = [code for code in codes if limits.min <= code <= limits.max]
    return np.isin(column, np.array(fitting, column.dtype))


def _day(name: str, end: int) -> int:
    return min(max(end - DAY_ZERO, NO_DAY + 1), 32_767) if name in DAYS else end


def _span(column: Column, low: int, high: int) -> Truths:
    limits: Any = np.iinfo(column.dtype)
    if low > limits.max or high < limits.min:
        return np.zeros(len(column), np.bool_)
    kind: Any = column.dtype.type
    return np.asarray((column >= kind(max(low, limits.min))) & (column <= kind(min(high, limits.max))))


def _scores(ranges: tuple[int, ...]) -> Truths:
    known = np.zeros(1000, np.bool_)
    for score in range(111, 556):
        digits = (score // 100, score // 10 % 10, score % 10)
        known[score] = all(ranges[2 * place] <= digit <= ranges[2 * place + 1] for place, digit in enumerate(digits))
    return known
