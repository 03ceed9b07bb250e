"""A page of the people a rule holds for by a column, from memory: one walk over their slots, a stretch at a time.

Nothing is sorted but the page itself: a stretch is compared with the last of those kept so far, and mostly nobody is better.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segments.bitmaps import Bitmaps
from segments.columns import Column
from segments.evaluating import Evaluation
from segments.nodes import Plain
from segments.numbering import Ids, Numbering
from segments.ordering import Order, Place, rank, ranks
from segments.roaring import slots_in
from segments.scopes import Scope

# What is made of one stretch, a few megabytes at most, is all that stands beside the columns.
STRETCH = 2**18


class _Mark(NamedTuple):
    """A place by rank: (rank, id), the larger first."""

    rank: int
    id: int


class _Stretch(NamedTuple):
    """Some slots that rise, the ranks there, and the lowest and the highest id of them."""

    slots: NDArray[np.int64]
    ranks: Column
    oldest: int
    newest: int


def ranked(bitmaps: Bitmaps, rule: Plain, scope: Scope, order: Order, after: Place | None, limit: int) -> list[Place]:
    """The first `limit` behind `after`, in order. Raises NotYet, TooSlow."""
    found = Evaluation(bitmaps).select(rule) & bitmaps.answer(scope)
    column, numbering = bitmaps.columns[order.column], bitmaps.numbering
    slots = None if len(found) == numbering.count else slots_in(found)
    below = None if after is None else _Mark(rank(order, after.value), after.id)
    kept_ranks, kept_ids = np.zeros(0, column.dtype), np.zeros(0, np.int64)
    # From the newest on: of equals she comes first, so that whoever is met later has to be better.
    for end in range(len(found), 0, -STRETCH):
        one = _stretch(numbering, column, slots, order, max(end - STRETCH, 0), end)
        last = _Mark(int(kept_ranks[-1]), int(kept_ids[-1])) if len(kept_ids) == limit > 0 else None
        places = _between(one, numbering.ids, last, below)
        if len(places):
            kept_ranks, kept_ids = _first(
                np.concatenate([kept_ranks, one.ranks[places]]),
                np.concatenate([kept_ids, numbering.ids[one.slots[places]]]),
                limit,
            )
    return [Place(int(id_), int(value)) for id_, value in zip(kept_ids, ranks(order, kept_ranks), strict=True)]


def _stretch(
    numbering: Numbering, column: Column, slots: NDArray[np.uint32] | None, order: Order, begin: int, end: int
) -> _Stretch:
    # Of everybody there is nothing to pick out of the columns.
    own = np.arange(begin, end) if slots is None else slots[begin:end].astype(np.int64)
    values = column[begin:end] if slots is None else column[own]
    ids = numbering.ids
    if own[-1] < numbering.rising_to:
        return _Stretch(own, ranks(order, values), int(ids[own[0]]), int(ids[own[-1]]))
    return _Stretch(own, ranks(order, values), int(ids[own].min()), int(ids[own].max()))


def _between(one: _Stretch, ids: Ids, above: _Mark | None, below: _Mark | None) -> NDArray[np.int64]:
    """Where in the stretch somebody stands before `above` and behind `below`; ids are looked at among equals alone."""
    inside = np.ones(len(one.ranks), np.bool_) if above is None else one.ranks > above.rank
    if below is not None:
        inside &= one.ranks < below.rank
    places = [np.flatnonzero(inside)]
    tied = set()
    if above is not None and one.newest > above.id and (below is None or above.rank <= below.rank):
        tied.add(above.rank)
    if below is not None and one.oldest < below.id and (above is None or above.rank < below.rank):
        tied.add(below.rank)
    for own in tied:
        equals = np.flatnonzero(one.ranks == own)
        theirs = ids[one.slots[equals]]
        fitting = np.ones(len(equals), np.bool_)
        if above is not None and own == above.rank:
            fitting &= theirs > above.id
        if below is not None and own == below.rank:
            fitting &= theirs < below.id
        places.append(equals[fitting])
    return np.concatenate(places) if len(places) > 1 else places[0]


def _first(found: Column, ids: Ids, limit: int) -> tuple[Column, Ids]:
    """The first `limit` of these, in order: (ranks, ids)."""
    if len(found) > limit:
        worst = np.partition(found, len(found) - limit)[len(found) - limit]
        better, equals = np.flatnonzero(found > worst), np.flatnonzero(found == worst)
        wanted = limit - len(better)
        if len(equals) > wanted:
            equals = equals[np.argpartition(ids[equals], len(equals) - wanted)[-wanted:]]
        chosen = np.concatenate([better, equals])
        found, ids = found[chosen], ids[chosen]
    order = np.lexsort((ids, found))[::-1]
    return found[order], ids[order]
