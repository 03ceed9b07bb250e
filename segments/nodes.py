"""The words a rule is made of: groups, conditions as people write them, and the plain questions they come down to."""

from dataclasses import dataclass
from typing import TypeAlias

Values: TypeAlias = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts: everybody."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Condition:
    """A question as it was written. `value`: ids or choices, (days,), (from, to), six RFM digits, (0 or 1,) or ()."""

    field: str
    op: str
    value: Values


@dataclass(frozen=True, slots=True)
class Within:
    """Who is in another segment."""

    segment_id: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """Who is in a frozen run or a static list."""

    run_id: int


@dataclass(frozen=True, slots=True)
class Has:
    """Her set (tags, channel, codes) holds one of the values, or every one."""

    field: str
    values: tuple[int, ...]
    every: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """Her value is one of these."""

    field: str
    values: Values


@dataclass(frozen=True, slots=True)
class Span:
    """Her number, or the ordinal of her day, lies between both ends, which belong to it."""

    field: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Missing:
    """She has no day or no score."""

    field: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Her RFM digits lie in these ranges: (recency low, high, frequency low, high, money low, high)."""

    ranges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Under:
    """Her owner stands in or below one of these departments."""

    departments: tuple[int, ...]


Leaf: TypeAlias = Has | OneOf | Span | Missing | Scores | Under
Node: TypeAlias = All | AnyOf | Not | Condition | Within | Frozen | Leaf
Rule: TypeAlias = All | AnyOf | Not | Condition | Within | Frozen
Plain: TypeAlias = All | AnyOf | Not | Frozen | Leaf
EVERYBODY = All(())
