"""What of customer_facts is kept in memory as columns: how PostgreSQL sends each, and the arrays they live in."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segments.fields import FIELDS

Column: TypeAlias = NDArray[Any]

DAY_ZERO = "DATE '2000-01-01'"
NO_DAY = -32_768
SETS = ("tag_ids", "channel_ids", "codes")
TEXTS = ("path", "province", "city")
DAYS = ("added_on", "last_contact_on", "last_order_on", "last_visit_on", "last_open_on", "last_reply_on")
CODED = ("role", "stage", "consent")
# The third and further guides of a customer are few and stand beside the columns.
GUIDE_COLUMNS = ("guide_a", "guide_b")


@dataclass(frozen=True, slots=True)
class Kept:
    """A column: its name, the width it is sent and kept with (bytes), and the SQL that makes it."""

    name: str
    width: int
    sql: str

    @property
    def sent(self) -> str:
        """As COPY BINARY sends it."""
        return f">i{self.width}"


def _coded(name: str) -> str:
    words = ", ".join(f"'{value}'" for value, _ in FIELDS[name].choices)
    return f"COALESCE(array_position(ARRAY[{words}]::varchar[], facts.{name}), 0)::int2"


def _day(name: str) -> str:
    days = f"LEAST(GREATEST(facts.{name} - {DAY_ZERO}, -32767), 32767)"
    return f"(CASE WHEN facts.{name} IS NULL THEN {NO_DAY} ELSE {days} END)::int2"


KEPT = (
    Kept("owner_id", 4, "COALESCE(facts.owner_id, 0)::int4"),
    Kept("store_id", 4, "COALESCE(facts.store_id, 0)::int4"),
    *(Kept(name, 4, f"COALESCE({name}s.code, 0)") for name in TEXTS),
    *(Kept(name, 2, _coded(name)) for name in CODED),
    Kept("following", 2, "facts.following::int::int2"),
    Kept("gender", 2, "facts.gender"),
    Kept("value", 2, "facts.value"),
    Kept("rfm", 2, "CASE WHEN facts.rfm = '' THEN 0 ELSE facts.rfm::int2 END::int2"),
    Kept("birthday_md", 2, "COALESCE(facts.birthday_md, 0)::int2"),
    *(Kept(name, 2, _day(name)) for name in DAYS),
    Kept("orders", 2, "LEAST(facts.orders, 32767)::int2"),
    Kept("spent_yuan", 4, "facts.spent_yuan"),
    Kept("opens_30d", 2, "LEAST(facts.opens_30d, 32767)::int2"),
    Kept("contacts_30d", 2, "LEAST(facts.contacts_30d, 32767)::int2"),
)
# Kept as one byte, although PostgreSQL has no such number to send.
SMALL = frozenset({*CODED, "following", "gender", "value"})


def kept_type(column: Kept) -> str:
    """The type a column is kept with."""
    return "int8" if column.name in SMALL else f"int{8 * column.width}"


class Columns:
    """The arrays, one value a slot; grown by a quarter when they are full."""

    def __init__(self, expected: int = 0) -> None:
        self._room = max(1024, expected)
        kinds = {column.name: kept_type(column) for column in KEPT} | dict.fromkeys(GUIDE_COLUMNS, "int32")
        self._arrays: dict[str, Column] = {name: np.zeros(self._room, kind) for name, kind in kinds.items()}
        self.count = 0

    def make_room(self, count: int) -> None:
        """Slots below `count` exist from now on."""
        self.count = max(self.count, count)
        if self.count <= self._room:
            return
        self._room = max(self.count, self._room + self._room // 4)
        for name, array in self._arrays.items():
            grown = np.zeros(self._room, array.dtype)
            grown[: len(array)] = array
            self._arrays[name] = grown

    def __getitem__(self, name: str) -> Column:
        return self._arrays[name][: self.count]


class Some:
    """The columns of a few slots only: what a changed condition is asked of."""

    def __init__(self, columns: Columns, slots: NDArray[np.int64]) -> None:
        self._columns, self._slots = columns, slots

    def __getitem__(self, name: str) -> Column:
        return self._columns[name][self._slots]
