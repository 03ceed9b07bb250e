"""Whom a person may find by a rule: a guide her own customers, a manager her subtree's; as customers.queries.may_see."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, cast, func, or_, select

from org.models import Role, Staff
from org.queries import inside
from org.rules import NOWHERE
from segments.models import CustomerFacts
from segments.nodes import OneOf, Plain, Under


@dataclass(frozen=True, slots=True)
class Scope:
    """A subtree, or one guide's own customers. Of a job that counts for a segment: Scope(segment.path)."""

    path: str = ""
    staff_id: int = 0


def scope_of(viewer: Staff | Scope) -> Scope:
    """The scope of a person; a manager whose place is not known yet has only her own customers."""
    if isinstance(viewer, Scope):
        return viewer
    if viewer.role == Role.GUIDE or viewer.path in {"", NOWHERE}:
        return Scope(staff_id=viewer.id)
    return Scope(path=viewer.path)


def seen(scope: Scope) -> ColumnElement[bool]:
    """On customer_facts: a guide who has her now is in the scope, or her owner is."""
    if not scope.path:
        return CustomerFacts.staff_ids.contains([scope.staff_id])
    guides = func.array(select(cast(Staff.id, Integer)).where(inside(Staff.path, scope.path)).scalar_subquery())
    return or_(inside(CustomerFacts.path, scope.path), CustomerFacts.staff_ids.overlap(guides))


def owned(scope: Scope) -> ColumnElement[bool]:
    """On customer_facts: her owner stands in the scope, so that the person may be told who that is."""
    return inside(CustomerFacts.path, scope.path) if scope.path else CustomerFacts.owner_id.is_not_distinct_from(scope.staff_id)


def told_owners(scope: Scope) -> Plain | None:
    """The same as a plain question, for the rules she asks (segments.plain); None where she may be told of everybody."""
    departments = [int(part) for part in scope.path.split(".") if part]
    if not departments:
        return OneOf("owner_id", (scope.staff_id,))
    return Under((departments[-1],)) if departments[1:] else None
