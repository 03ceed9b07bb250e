"""The customer list by one of its columns: which, which way, and a place in that order; the same in memory and in SQL.

A rank says who comes first: the larger one, and of equal ranks the newest customer. Who has no day has the lowest either way.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, case, cast, literal_column, tuple_

from segments.columns import DAYS, KEPT, NO_DAY, Column
from segments.models import CustomerFacts

SORTABLE = (*DAYS, "orders", "spent_yuan")
_SQL = {kept.name: kept.sql.replace("facts.", f"{CustomerFacts.__tablename__}.") for kept in KEPT if kept.name in SORTABLE}
_MOST = {kept.name: 1 << (8 * kept.width - 1) for kept in KEPT if kept.name in SORTABLE}


@dataclass(frozen=True, slots=True)
class Order:
    """By a column of customer_facts, its largest value first (`falling`) or its smallest. Raises ValueError for other columns."""

    column: str
    falling: bool

    def __post_init__(self) -> None:
        if self.column not in SORTABLE:
            raise ValueError(f"no order by {self.column}")

    def holds(self, value: int) -> bool:
        """Whether a place in this order can have the value."""
        return -_MOST[self.column] <= value < _MOST[self.column]


class Place(NamedTuple):
    """A customer and the value she is sorted by, as the counter keeps it: a number, or days since 2000 (NO_DAY: none)."""

    id: int
    value: int


def ranks(order: Order, values: Column) -> Column:
    """The ranks of values, and the values of ranks. Of two bytes, -NO_DAY is NO_DAY again, so that it stays the lowest."""
    if order.falling:
        return values
    turned: Column = np.negative(values) if order.column in DAYS else np.invert(values)
    return turned


def rank(order: Order, value: int) -> int:
    """The rank of one value."""
    if order.falling or (order.column in DAYS and value == NO_DAY):
        return value
    return -value if order.column in DAYS else ~value


def value_of(order: Order) -> ColumnElement[int]:
    """On customer_facts: the value as the counter keeps it."""
    return cast(literal_column(f"({_SQL[order.column]})"), BigInteger)


def rank_of(order: Order) -> ColumnElement[int]:
    """On customer_facts: the rank."""
    value = value_of(order)
    if order.falling:
        return value
    return case((value == NO_DAY, value), else_=-value) if order.column in DAYS else -1 - value


def beyond(order: Order, after: Place) -> ColumnElement[bool]:
    """On customer_facts: behind this place."""
    return tuple_(rank_of(order), CustomerFacts.customer_id) < (rank(order, after.value), after.id)
