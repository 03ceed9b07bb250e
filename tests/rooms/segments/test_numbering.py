"""Dense numbers: whatever order ids come in, each keeps its slot, and is found again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import segments.numbering as numbering_module
from segments.numbering import Numbering


@given(st.lists(st.sets(st.integers(1, 10**12) | st.integers(1, 60), max_size=20), max_size=8), st.integers(1, 40))
def test_every_id_keeps_its_slot(batches: list[set[int]], fresh: int) -> None:
    kept, numbering_module.FRESH = numbering_module.FRESH, fresh
    try:
        numbering, slots = Numbering(), dict[int, int]()
        for batch in batches:
            ids = np.array(sorted(batch), np.int64)
            taken, new = numbering.take(ids)
            assert new == any(one not in slots for one in batch)
            for one, slot in zip(ids.tolist(), taken.tolist(), strict=True):
                assert slots.setdefault(one, slot) == slot
        assert sorted(slots.values()) == list(range(numbering.count))
        assert all(numbering.ids[slot] == one for one, slot in slots.items())
        asked = np.array([*slots, 10**13, 0], np.int64)
        assert numbering.find(asked).tolist() == [*slots.values(), -1, -1]
        assert not numbering.ordered or list(numbering.ids) == sorted(slots)
    finally:
        numbering_module.FRESH = kept
