"""Dense numbers for customers: bitmaps and columns are over slots 0, 1, 2 …, whatever gaps the ids of rows have."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ids: TypeAlias = NDArray[np.int64]
Slots: TypeAlias = NDArray[np.int64]

FRESH = 50_000


class Numbering:
    """id → slot and back. Ids that come in rising order cost an array lookup; late ones a second array, the newest a dict.

    `ordered` says whether slots still rise with ids, which makes a page of ids a walk along the bitmap.
    """

    def __init__(self, expected: int = 0) -> None:
        self._ids: Ids = np.zeros(max(1024, expected), np.int64)
        self.count = 0
        self._sorted_to = 0
        self._late_ids: Ids = np.zeros(0, np.int64)
        self._late_slots: Slots = np.zeros(0, np.int64)
        self._fresh: dict[int, int] = {}

    @property
    def ordered(self) -> bool:
        """Whether slots rise with ids."""
        return self._sorted_to == self.count

    @property
    def rising_to(self) -> int:
        """Slots below this one rise with ids."""
        return self._sorted_to

    @property
    def ids(self) -> Ids:
        """The id of each slot."""
        return self._ids[: self.count]

    def find(self, wanted: Ids) -> Slots:
        """The slot of each id, -1 where it has none."""
        found = self._look(self._ids[: self._sorted_to], None, wanted)
        if len(self._late_ids):
            late = self._look(self._late_ids, self._late_slots, wanted)
            found = np.where(found < 0, late, found)
        if self._fresh:
            missing = np.flatnonzero(found < 0)
            found[missing] = [self._fresh.get(int(one), -1) for one in wanted[missing]]
        return found

    @staticmethod
    def _look(ids: Ids, slots: Slots | None, wanted: Ids) -> Slots:
        if not len(ids):
            return np.full(len(wanted), -1, np.int64)
        places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
        return np.where(ids[places] == wanted, places if slots is None else slots[places], -1)

    def take(self, wanted: Ids) -> tuple[Slots, bool]:
        """The slot of each id (distinct, rising), new ones where needed; and whether any is new."""
        slots = self.find(wanted)
        missing = np.flatnonzero(slots < 0)
        if not len(missing):
            return slots, False
        slots[missing] = self._add(wanted[missing])
        return slots, True

    def _add(self, fresh: Ids) -> Slots:
        begin, end = self.count, self.count + len(fresh)
        if end > len(self._ids):
            self._ids = np.concatenate([self._ids, np.zeros(max(len(self._ids) // 4, len(fresh)), np.int64)])
        self._ids[begin:end] = fresh
        rises = self.ordered and (not begin or fresh[0] > self._ids[begin - 1])
        self.count = end
        if rises:
            self._sorted_to = end
        else:
            self._fresh.update(zip(fresh.tolist(), range(begin, end), strict=True))
            if len(self._fresh) > FRESH:
                self._settle()
        return np.arange(begin, end)

    def _settle(self) -> None:
        """Move the dict's ids into the second array."""
        ids = np.concatenate([self._late_ids, np.fromiter(self._fresh, np.int64, len(self._fresh))])
        slots = np.concatenate([self._late_slots, np.fromiter(self._fresh.values(), np.int64, len(self._fresh))])
        order = np.argsort(ids, kind="stable")
        self._late_ids, self._late_slots = ids[order], slots[order]
        self._fresh = {}
