"""Between numpy and roaring bitmaps, without a Python object for each number."""

import struct
from array import array

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

# The portable form of a bitmap (github.com/RoaringBitmap/RoaringFormatSpec): blocks of 65,536 numbers, each a list of two-byte
# numbers or, with more than 4,096 of them, 8 KiB of bits.
COOKIE = 12_346
BLOCK = 65_536
MOST_LISTED = 4_096


def bitmap_of(slots: NDArray[np.int64]) -> BitMap:
    """A bitmap of slots; by way of array, which pyroaring reads as it is."""
    numbers = array("I")
    numbers.frombytes(slots.astype(np.uint32).tobytes())
    return BitMap(numbers)


def slots_in(bitmap: BitMap) -> NDArray[np.uint32]:
    """The slots of a bitmap, rising."""
    return np.frombuffer(bitmap.to_array(), np.uint32)


def bitmap_where(truths: NDArray[np.bool_]) -> BitMap:
    """A bitmap of the places that are true. Ten times as fast as listing them first, when there are millions."""
    packed = np.packbits(truths, bitorder="little")
    blocks = np.zeros(-(-len(truths) // BLOCK) * BLOCK // 8, np.uint8)
    blocks[: len(packed)] = packed
    counts = np.bitwise_count(blocks.view(np.uint64)).reshape(-1, BLOCK // 64).sum(axis=1, dtype=np.int64)
    keys = np.flatnonzero(counts).tolist()
    bodies = []
    for key in keys:
        if counts[key] > MOST_LISTED:
            bodies.append(blocks[key * BLOCK // 8 : (key + 1) * BLOCK // 8].tobytes())
        else:
            bodies.append(np.flatnonzero(truths[key * BLOCK : (key + 1) * BLOCK]).astype("<u2").tobytes())
    heads = b"".join(struct.pack("<HH", key, int(counts[key]) - 1) for key in keys)
    first = 8 + 8 * len(keys)
    offsets = np.cumsum([first, *map(len, bodies)])[:-1].astype("<u4").tobytes()
    return BitMap.deserialize(b"".join([struct.pack("<II", COOKIE, len(keys)), heads, offsets, *bodies]))
