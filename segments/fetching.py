"""Reads customer_facts into arrays: COPY in binary, taken apart by numpy a hundred thousand rows at a time, no object a row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from sqlalchemy.orm import Session

from segments.columns import KEPT, SETS, TEXTS, Column
from segments.numbering import Ids

Buffer: TypeAlias = bytes | bytearray | memoryview

SIGNATURE = b"PGCOPY\n\xff\r\n\x00"
HEADER = 19
END = b"\xff\xff"
ARRAYS = (*SETS, "staff_ids")
FIXED = np.dtype(
    [("fields", ">i2"), ("id_size", ">i4"), ("id", ">i8")]
    + [pair for kept in KEPT for pair in ((f"{kept.name}_size", ">i4"), (kept.name, kept.sent))]
)
# On the wire an array is its size, a head of 12 bytes, 8 more and then size and value of each element unless it is empty.
ARRAY_HEAD, ELEMENT = 24, 8

ALL = "SELECT * FROM customer_facts"
SOME = "SELECT * FROM customer_facts WHERE customer_id = ANY(%s::bigint[])"
NEXT = "SELECT * FROM customer_facts WHERE customer_id > %s ORDER BY customer_id LIMIT %s"
ROWS = (
    "COPY (SELECT facts.customer_id::int8, "  # noqa: S608  (names are our own)
    + ", ".join(kept.sql for kept in KEPT)
    + ", "
    + ", ".join(f"facts.{name}" for name in ARRAYS)
    + " FROM ({rows}) AS facts "
    + " ".join(
        f"LEFT JOIN unnest(%s::text[], %s::int4[]) AS {name}s (word, code) ON {name}s.word = facts.{name}" for name in TEXTS
    )
    + ") TO STDOUT (FORMAT BINARY)"
)


class Words:
    """Numbers for the paths and places met so far, from 1; 0 is no word."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, int]] = {name: {} for name in TEXTS}

    def learn(self, name: str, words: Sequence[str]) -> list[int]:
        """The number of each word, new ones where needed."""
        known = self.codes[name]
        return [known.setdefault(word, len(known) + 1) for word in words]


@dataclass(slots=True)
class Batch:
    """Some customers' facts: ids rising; `pairs` holds for each set (place in `ids`, value)."""

    ids: Ids
    columns: dict[str, Column] = field(default_factory=dict)
    pairs: dict[str, tuple[NDArray[np.int64], NDArray[np.int32]]] = field(default_factory=dict)


def fetch_some(session: Session, words: Words, ids: Sequence[int]) -> Batch:
    """The facts of these customers; those without facts are missing from the batch."""
    values = (list(ids),)
    return _fetch(session, words, SOME, values, _learned(session, words, SOME, values))


def learn_all(session: Session, words: Words) -> None:
    """Number every path and place there is, so that the great read need not look for them."""
    _learned(session, words, ALL, ())


def fetch_next(session: Session, words: Words, after: int, limit: int) -> Batch:
    """The next customers by id. A word that came in meanwhile is learned, and the rows are read again."""
    values = (after, limit)
    batch = _fetch(session, words, NEXT, values, {name: list(codes) for name, codes in words.codes.items()})
    if any((batch.columns[name] == 0).any() for name in TEXTS if len(batch.ids)):
        batch = _fetch(session, words, NEXT, values, _learned(session, words, NEXT, values))
    return batch


def _learned(session: Session, words: Words, rows: str, values: tuple[Any, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with _driver(session).cursor() as cursor:
        for name in TEXTS:
            cursor.execute(f"SELECT DISTINCT {name} FROM ({rows}) AS facts", values)  # noqa: S608  (names are our own)
            found[name] = [row[0] for row in cursor.fetchall()]
            words.learn(name, found[name])
    return found


def _fetch(session: Session, words: Words, rows: str, values: tuple[Any, ...], known: dict[str, list[str]]) -> Batch:
    told: list[Any] = []
    for name in TEXTS:
        told += [known[name], words.learn(name, known[name])]
    with _driver(session).cursor() as cursor:
        return _taken_apart(_received(cursor, ROWS.replace("{rows}", rows), (*values, *told)))


def _driver(session: Session) -> Any:
    return session.connection().connection.driver_connection


def _received(cursor: "psycopg.Cursor[Any]", statement: str, values: tuple[Any, ...]) -> list[Buffer]:
    """The rows as they came, without the head and the end of the stream."""
    with cursor.copy(sql.SQL(statement), values) as copy:
        rows: list[Buffer] = list(copy)
    if bytes(rows[0][: len(SIGNATURE)]) == SIGNATURE:
        rows[0] = rows[0][HEADER:]
    # The end of the stream stands in a part of its own, or alone behind the head when there are no rows.
    return [row for row in rows if len(row) > len(END)]


def _taken_apart(rows: list[Buffer]) -> Batch:
    if not rows:
        return Batch(np.zeros(0, np.int64))
    starts = np.fromiter(accumulate(map(len, rows), initial=0), np.int64, len(rows) + 1)[:-1]
    stream = b"".join(rows)
    # Rows differ in length, so each row's fixed part is gathered byte by byte into one even block.
    raw = np.frombuffer(stream, np.uint8)
    fixed = np.lib.stride_tricks.sliding_window_view(raw, FIXED.itemsize)[starts].view(FIXED)[:, 0]
    order = np.argsort(fixed["id"], kind="stable")
    batch = Batch(fixed["id"][order].astype(np.int64))
    for kept in KEPT:
        batch.columns[kept.name] = fixed[kept.name][order]
    numbers = np.ndarray((len(stream) - 3,), ">i4", stream, strides=(1,))
    at = starts[order] + FIXED.itemsize
    for name in ARRAYS:
        sizes = numbers[at].astype(np.int64)
        batch.pairs[name] = _elements(numbers, at, sizes)
        at = at + 4 + sizes
    return batch


def _elements(
    numbers: NDArray[Any], at: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    counts = np.maximum(sizes + 4 - ARRAY_HEAD, 0) // ELEMENT
    owners = np.repeat(np.arange(len(at)), counts)
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    places = at[owners] + ARRAY_HEAD + ELEMENT * (np.arange(len(owners)) - firsts) + 4
    return owners, numbers[places].astype(np.int32)
