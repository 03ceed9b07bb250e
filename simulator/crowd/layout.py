"""A brand file: a header in JSON, the organisation in JSON, and columns of 32-bit numbers that are mapped, not read.

Columns: `starts` (guides + 1) is where each guide's rows begin; `customer`, `created` and `following` (one per relation) are
the customer's number, unix seconds, and the next row of the same customer; `first` (one per customer) is her first row.
"""

import hashlib
import json
import mmap
import os
import struct
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

# array is generic for mypy only.
if TYPE_CHECKING:
    Column: TypeAlias = array[int]
else:
    Column = array
MAGIC = b"WECOMB01"
NONE = 0xFFFFFFFF
COLUMNS = ("starts", "customer", "created", "following", "first")


@dataclass(frozen=True, slots=True)
class BrandFile:
    """`facts` are the header's: seed, as_of, customers, follows, digest …; `people` is the organisation."""

    path: Path
    facts: dict[str, Any]
    people: dict[str, Any]
    columns: dict[str, memoryview]


def write(path: Path, facts: Mapping[str, Any], people: Mapping[str, Any], columns: Mapping[str, Column]) -> str:
    """Write a brand file in one step; its digest, which names the content. The same content is the same bytes."""
    told = json.dumps(people, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.blake2b(json.dumps(facts, sort_keys=True).encode() + told, digest_size=16)
    sizes = {"people": len(told)}
    for name in COLUMNS:
        digest.update(memoryview(columns[name]))
        sizes[name] = len(columns[name]) * 4
    header = {**facts, "byteorder": sys.byteorder, "digest": digest.hexdigest(), "sizes": sizes}
    packed = json.dumps(header, sort_keys=True).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(f"{path.name}.{os.getpid()}.new")
    parts: list[bytes | Column] = [MAGIC + struct.pack("<I", len(packed)) + packed, told, *(columns[name] for name in COLUMNS)]
    with waiting.open("wb") as file:
        for part in parts:
            file.write(part)
            file.write(bytes(-file.tell() % 8))
    os.replace(waiting, path)
    return digest.hexdigest()


def read(path: Path) -> BrandFile:
    """Map a brand file; ValueError when it is not one, is damaged, or was made on a machine of another byte order."""
    try:
        return _read(path)
    except (KeyError, TypeError, struct.error, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is a damaged brand file; generate it again") from error


def _read(path: Path) -> BrandFile:
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ValueError(f"{path} is not a brand file; make one with: script/simulator generate --preset small --out {path}")
        (length,) = struct.unpack("<I", file.read(4))
        facts = json.loads(file.read(length))
        if facts["byteorder"] != sys.byteorder:
            raise ValueError(f"{path} was made on a machine of another byte order; generate it here")
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    position, parts = len(MAGIC) + 4 + length, dict[str, memoryview]()
    for name in ("people", *COLUMNS):
        position += -position % 8
        size = int(facts["sizes"][name])
        parts[name] = whole[position : position + size]
        if len(parts[name]) != size:
            raise ValueError(f"{path} is a damaged brand file (it ends too early); generate it again")
        position += size
    people = json.loads(bytes(parts.pop("people")))
    return BrandFile(path.resolve(), facts, people, {name: part.cast("I") for name, part in parts.items()})
