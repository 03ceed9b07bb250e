"""Bitmaps made of truths hold the places that are true, sparse blocks and dense ones alike."""

import numpy as np
import pytest
from pyroaring import BitMap

from segments.roaring import BLOCK, bitmap_of, bitmap_where, slots_in


@pytest.mark.parametrize("length", [0, 1, 63, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 77])
@pytest.mark.parametrize("share", [0.0, 0.0001, 0.05, 4_096 / BLOCK, 0.5, 1.0])
def test_a_bitmap_holds_the_places_that_are_true(length: int, share: float) -> None:
    truths = np.random.default_rng(length).random(length) < share
    truths[BLOCK : 2 * BLOCK] = False
    places = np.flatnonzero(truths)
    made = bitmap_where(truths)
    assert made == BitMap(places.tolist()) == bitmap_of(places)
    assert slots_in(made).tolist() == places.tolist()
    assert made | BitMap([3]) == BitMap([*places.tolist(), 3]), "and it goes on living as any other"
