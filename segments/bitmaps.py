"""Everything rules ask, in memory: a bitmap a tag, columns for the rest, and answered questions that follow every change."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from segments.columns import GUIDE_COLUMNS, KEPT, SETS, Columns, Some
from segments.fetching import Batch, Words
from segments.masks import Paths, Table, Truths, mask
from segments.nodes import Has, Missing, OneOf, Scores, Span, Under
from segments.numbering import Numbering, Slots
from segments.roaring import bitmap_of, bitmap_where
from segments.scopes import Scope

Question: TypeAlias = OneOf | Span | Missing | Scores | Under | Has | Scope
MOST_ANSWERS = 128
MOST_FROZEN = 32


class Bitmaps:
    """The facts of all customers. Not for two threads at once: its owner holds a lock (segments.answering)."""

    def __init__(self, expected: int = 0) -> None:
        self.words = Words()
        self.numbering = Numbering(expected)
        self.columns = Columns(expected)
        self.alive = BitMap()
        self._paths = Paths(self.words)
        self._sets: dict[str, dict[int, BitMap]] = {name: {} for name in SETS}
        self._more_guides: dict[int, tuple[int, ...]] = {}
        self._staff_paths: dict[int, str] = {}
        self._answers: OrderedDict[Question, BitMap] = OrderedDict()
        self._frozen: OrderedDict[int, tuple[BitMap, bool]] = OrderedDict()

    def set_staff(self, paths: Mapping[int, str]) -> None:
        """Where every member stands now; scopes are worked out anew."""
        self._staff_paths = dict(paths)
        for question in [one for one in self._answers if isinstance(one, Scope)]:
            del self._answers[question]

    def apply(self, batch: Batch, asked: Sequence[int] = ()) -> None:
        """These customers' facts are now as in the batch; who was asked for and is not in it has none any more."""
        slots, fresh = self.numbering.take(batch.ids)
        self.columns.make_room(self.numbering.count)
        for kept in KEPT:
            self.columns[kept.name][slots] = batch.columns.get(kept.name, 0)
        left = self.numbering.find(np.setdiff1d(np.array(asked, np.int64), batch.ids))
        changed = bitmap_of(slots)
        touched = changed | bitmap_of(left[left >= 0])
        if len(batch.ids):
            self._set_guides(slots, *batch.pairs["staff_ids"])
        for name in SETS:
            self._set_values(self._sets[name], slots, touched & self.alive, batch.pairs.get(name))
        self.alive = (self.alive - touched) | changed
        self._follow(slots, touched)
        if fresh:
            self._frozen = OrderedDict((run, kept) for run, kept in self._frozen.items() if kept[1])

    def _set_guides(self, slots: Slots, places: NDArray[np.int64], guides: NDArray[np.int32]) -> None:
        counts = np.bincount(places, minlength=len(slots))
        firsts = np.cumsum(counts) - counts
        for nth, name in enumerate(GUIDE_COLUMNS):
            values = np.zeros(len(slots), np.int32)
            holders = np.flatnonzero(counts > nth)
            values[holders] = guides[firsts[holders] + nth]
            self.columns[name][slots] = values
        if self._more_guides:
            for slot in slots.tolist():
                self._more_guides.pop(slot, None)
        for place in np.flatnonzero(counts > len(GUIDE_COLUMNS)).tolist():
            own = guides[firsts[place] + len(GUIDE_COLUMNS) : firsts[place] + counts[place]]
            self._more_guides[int(slots[place])] = tuple(own.tolist())

    @staticmethod
    def _set_values(
        bitmaps: dict[int, BitMap],
        slots: Slots,
        known: BitMap,
        pairs: tuple[NDArray[np.int64], NDArray[np.int32]] | None,
    ) -> None:
        if known:
            for bitmap in bitmaps.values():
                bitmap -= known
        if pairs is None:
            return
        places, values = pairs
        # Sixteen bits are sorted by counting, five times as fast; most brands have fewer tags than that.
        small = len(values) and int(values.max()) < 2**16 and int(values.min()) >= 0
        order = np.argsort(values.astype(np.uint16) if small else values, kind="stable")
        sorted_values, sorted_slots = values[order], slots[places[order]]
        begins = np.flatnonzero(np.diff(sorted_values, prepend=-1))
        for begin, end in pairwise([*begins.tolist(), len(values)]):
            bitmaps.setdefault(int(sorted_values[begin]), BitMap()).__ior__(bitmap_of(sorted_slots[begin:end]))

    def _follow(self, slots: Slots, touched: BitMap) -> None:
        """Bring every kept answer up to date by asking it of the changed slots alone."""
        table = Some(self.columns, slots)
        changed = bitmap_of(slots)
        for question, answer in self._answers.items():
            answer -= touched
            if isinstance(question, Has):
                answer |= self._holders(question) & changed
            else:
                answer |= bitmap_of(slots[self._truths(question, table, slots)])

    def answer(self, question: Question) -> BitMap:
        """Who it holds for, living customers only. Shared: never change it."""
        kept = self._answers.get(question)
        if kept is not None:
            self._answers.move_to_end(question)
            return kept
        if isinstance(question, Has):
            found = self._holders(question)
            if len(question.values) == 1:
                return found
        else:
            found = bitmap_where(self._truths(question, self.columns, None))
            if len(found) and len(self.alive) < self.numbering.count:
                found &= self.alive
        self._answers[question] = found
        if len(self._answers) > MOST_ANSWERS:
            self._answers.popitem(last=False)
        return found

    def _holders(self, question: Has) -> BitMap:
        bitmaps = self._sets[question.field]
        found = [bitmaps.get(value, BitMap()) for value in question.values]
        if len(found) == 1:
            return found[0]
        return BitMap.intersection(*found) if question.every else BitMap.union(*found)

    def _truths(self, question: OneOf | Span | Missing | Scores | Under | Scope, table: Table, slots: Slots | None) -> Truths:
        if isinstance(question, Scope):
            return self._seen(question, table, slots)
        return mask(question, table, self.words, self._paths)

    def _seen(self, scope: Scope, table: Table, slots: Slots | None) -> Truths:
        if scope.path:
            guides = [one for one, path in self._staff_paths.items() if path.startswith(scope.path)]
            seen = self.inside(scope)[table["path"]]
        else:
            guides, seen = [scope.staff_id], np.zeros(len(table["path"]), np.bool_)
        known = np.zeros(max([0, *guides]) + 2, np.bool_)
        known[guides] = True
        for name in GUIDE_COLUMNS:
            seen = seen | known[np.minimum(table[name], len(known) - 1)]
        rest = self._more_guides if slots is None else {
            place: self._more_guides[slot] for place, slot in enumerate(slots.tolist()) if slot in self._more_guides
        }  # fmt: skip
        chosen = set(guides)
        seen[[place for place, others in rest.items() if not chosen.isdisjoint(others)]] = True
        return np.asarray(seen)

    def inside(self, scope: Scope) -> Truths:
        """For each number of a path, whether it lies in the scope's subtree."""
        return self._paths.where(scope, lambda path: bool(scope.path) and path.startswith(scope.path))

    def hold_frozen(self, run_id: int, ids: NDArray[np.int64]) -> None:
        """The members of a run. Members without facts make it be read again when a customer is new."""
        slots = self.numbering.find(ids)
        self._frozen[run_id] = (bitmap_of(slots[slots >= 0]), bool((slots >= 0).all()))
        if len(self._frozen) > MOST_FROZEN:
            self._frozen.popitem(last=False)

    def frozen(self, run_id: int) -> BitMap | None:
        """The living members of a run, or None when it must be read first."""
        kept = self._frozen.get(run_id)
        return None if kept is None else kept[0] & self.alive
