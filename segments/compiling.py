"""A plain rule as a condition on customer_facts. Each part is true or false, never NULL, so that NOT means what it says."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, String, and_, cast, func, literal, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from segments.models import CustomerFacts, SegmentMember
from segments.nodes import All, AnyOf, Frozen, Has, Missing, Not, OneOf, Plain, Scores, Span, Under

Clause = ColumnElement[bool]


def clause(rule: Plain) -> Clause:
    """The condition of a plain rule."""
    match rule:
        case All(parts):
            return and_(true(), *(clause(part) for part in parts))  # type: ignore[arg-type]
        case AnyOf(parts):
            return or_(*(clause(part) for part in parts))  # type: ignore[arg-type]
        case Not(part):
            return not_(clause(part))  # type: ignore[arg-type]
        case Frozen(run_id):
            members = select(SegmentMember.customer_id).where(SegmentMember.run_id == run_id)
            return CustomerFacts.customer_id.in_(members)
        case _:
            return LEAVES[type(rule)](rule)


def _column(name: str) -> InstrumentedAttribute[Any]:
    found: InstrumentedAttribute[Any] = getattr(CustomerFacts, name)
    return found


def _has(leaf: Has) -> Clause:
    values = cast(list(leaf.values), ARRAY(Integer))
    column = _column(leaf.field)
    found: Clause = column.contains(values) if leaf.every else column.overlap(values)
    return found


def _one_of(leaf: OneOf) -> Clause:
    column = _column(leaf.field)
    if leaf.field == "following":
        return column.is_(bool(leaf.values[0]))
    kind = String if isinstance(leaf.values[0], str) else Integer
    return and_(column.is_not(None), column == func.any(cast(list(leaf.values), ARRAY(kind))))


def _span(leaf: Span) -> Clause:
    column = _column(leaf.field)
    low, high = (date.fromordinal(end) if leaf.field.endswith("_on") else end for end in (leaf.low, leaf.high))
    return and_(column.is_not(None), column.between(low, high))


def _missing(leaf: Missing) -> Clause:
    column = _column(leaf.field)
    return column == "" if leaf.field == "rfm" else column.is_(None)


def _scores(leaf: Scores) -> Clause:
    digits = [func.substr(CustomerFacts.rfm, place, 1) for place in (1, 2, 3)]
    low, high = leaf.ranges[::2], leaf.ranges[1::2]
    inside = [digit.between(str(low[place]), str(high[place])) for place, digit in enumerate(digits)]
    return and_(CustomerFacts.rfm != "", *inside)


def _under(leaf: Under) -> Clause:
    """A path names every department above: "1.2.31." lies below 2. The dot in front keeps 2 from meaning 12."""
    path = literal(".").concat(CustomerFacts.path)
    return or_(*(path.contains(f".{department}.", autoescape=True) for department in leaf.departments))


LEAVES: dict[type, Callable[[Any], Clause]] = {
    Has: _has, OneOf: _one_of, Span: _span, Missing: _missing, Scores: _scores, Under: _under,
}  # fmt: skip
