"""Whom a person may find by a rule: a guide her own customers, a manager her subtree's; as customers.queries.may_see."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, cast, func, or_, select, true

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
    """On customer_facts: her owner stands in the scope, so that the person may be told who that is. Headquarters may always be:
    also of an owner whose place is not known yet.
    """
    if not scope.path:
        return CustomerFacts.owner_id.is_not_distinct_from(scope.staff_id)
    return true() if is_everybody(scope) else inside(CustomerFacts.path, scope.path)


def is_everybody(scope: Scope) -> bool:
    """The whole brand: its path is that of the first department."""
    return scope.path.count(".") == 1


def told_owners(scope: Scope) -> Plain | None:
    """The same as a plain question, for the rules she asks (segments.plain); None where she may be told of everybody."""
    if not scope.path:
        return OneOf("owner_id", (scope.staff_id,))
    return None if is_everybody(scope) else Under((int(scope.path.split(".")[-2]),))
