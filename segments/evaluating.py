"""A plain rule over bitmaps: who it holds for, how many, a page of them, and how they split."""

import time
from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from segments.bitmaps import Bitmaps
from segments.nodes import All, AnyOf, Frozen, Not, Plain
from segments.roaring import bitmap_of, slots_in
from segments.scopes import Scope, is_everybody
from segments.splitting import part_below

# Below segments.asking.ANSWER_SECONDS: an answer that comes later is waited for by nobody.
MOST_SECONDS = 1.2


class NotYet(Exception):
    """A frozen run must be read first; its id is the argument."""


class TooSlow(Exception):
    """The answer took longer than anybody waits; what was worked out so far is kept for the next time."""


class Evaluation:
    """One rule being worked out."""

    def __init__(self, bitmaps: Bitmaps) -> None:
        self._all = bitmaps
        self._until = time.monotonic() + MOST_SECONDS

    def select(self, rule: Plain) -> BitMap:
        """Who the rule holds for, in no scope yet. Shared: never change it. Raises NotYet, TooSlow."""
        if time.monotonic() > self._until:
            raise TooSlow
        match rule:
            case All(parts):
                return self._every(parts)  # type: ignore[arg-type]
            case AnyOf(parts):
                return reduce(or_, (self.select(part) for part in parts))  # type: ignore[arg-type]
            case Not(part):
                return self._all.alive - self.select(part)  # type: ignore[arg-type]
            case Frozen(run_id):
                members = self._all.frozen(run_id)
                if members is None:
                    raise NotYet(run_id)
                return members
            case _:
                return self._all.answer(rule)

    def _every(self, parts: Sequence[Plain]) -> BitMap:
        """The smallest first, and what must not hold is taken away instead of being turned round."""
        wanted = [self.select(part) for part in parts if not isinstance(part, Not)]
        unwanted = [self.select(part.part) for part in parts if isinstance(part, Not)]  # type: ignore[arg-type]
        found = reduce(and_, sorted(wanted, key=len)) if wanted else self._all.alive
        for one in unwanted:
            found = found - one
        return found


def count(bitmaps: Bitmaps, rule: Plain, scope: Scope) -> int:
    """How many in the scope."""
    return int(Evaluation(bitmaps).select(rule).intersection_cardinality(bitmaps.answer(scope)))


def page(bitmaps: Bitmaps, rule: Plain, scope: Scope, after: int | None, limit: int) -> list[int]:
    """The next ids below `after`, the newest customer first."""
    found = Evaluation(bitmaps).select(rule) & bitmaps.answer(scope)
    ids = bitmaps.numbering.ids
    if bitmaps.numbering.ordered:
        below = len(ids) if after is None else int(np.searchsorted(ids, after))
        end = found.rank(below - 1) if below else 0
        return [int(one) for one in ids[slots_in(found[max(end - limit, 0) : end])][::-1]]
    own = ids[slots_in(found)]
    own = own if after is None else own[own < after]
    if len(own) > limit:
        own = np.partition(own, len(own) - limit)[-limit:]
    return [int(one) for one in np.sort(own)[::-1]]


def among(bitmaps: Bitmaps, rule: Plain, scope: Scope, ids: Sequence[int]) -> list[int]:
    """Which of these ids, the newest customer first."""
    slots = bitmaps.numbering.find(np.array(ids, np.int64))
    found = bitmap_of(slots[slots >= 0]) & Evaluation(bitmaps).select(rule) & bitmaps.answer(scope)
    return [int(one) for one in np.sort(bitmaps.numbering.ids[slots_in(found)])[::-1]]


def split(bitmaps: Bitmaps, rule: Plain, scope: Scope, by: str) -> list[tuple[int, int]]:
    """(id, count) by "region", "store" or "guide", the largest first; 0 stands for nobody and for owners outside the scope."""
    found = Evaluation(bitmaps).select(rule) & bitmaps.answer(scope)
    # Of everybody there is nothing to pick out of the columns.
    slots = slice(None) if len(found) == bitmaps.numbering.count else slots_in(found)
    paths = bitmaps.columns["path"][slots]
    if by == "region":
        known = bitmaps.words.codes["path"]
        parts = np.fromiter((0, *(part_below(path, scope.path) for path in known)), np.int64, len(known) + 1)
        return _counted(parts[paths])
    keys = bitmaps.columns["owner_id" if by == "guide" else "store_id"][slots]
    if is_everybody(scope):
        return _counted(keys)
    own = bitmaps.inside(scope)[paths] if scope.path else bitmaps.columns["owner_id"][slots] == scope.staff_id
    return _counted(keys if own.all() else np.where(own, keys, 0))


def _counted(keys: NDArray[np.int64] | NDArray[np.int32]) -> list[tuple[int, int]]:
    if len(keys) and int(keys.max()) < 8 * len(keys) + 1_000_000:
        counts = np.bincount(keys)
        different = np.flatnonzero(counts)
        counts = counts[different]
    else:
        different, counts = np.unique(keys, return_counts=True)
    order = np.lexsort((different, -counts))
    return [(int(key), int(many)) for key, many in zip(different[order], counts[order], strict=True)]
