"""Customers found by a rule, with what a person is shown of them: name, owner, store. Only those the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, null, select
from sqlalchemy.orm import Session

from customers.models import Customer
from org.models import Staff, Store
from segments.models import CustomerFacts
from segments.scopes import Scope, owned, scope_of, seen


@dataclass(frozen=True, slots=True)
class Person:
    """A customer in a list; `guide` and `store` are empty where her owner is none, or stands outside the viewer's scope."""

    id: int
    external_userid: str
    name: str
    guide: str
    store: str
    added_on: date | None


def people(session: Session, viewer: Staff | Scope, ids: Sequence[int]) -> list[Person]:
    """These customers in the order of `ids`, in one statement; those the viewer may not see are left out."""
    if not ids:
        return []
    scope = scope_of(viewer)
    guide = func.coalesce(func.nullif(Staff.name, ""), Staff.userid)
    mine = owned(scope)
    chosen = (
        select(
            Customer.id, Customer.external_userid, Customer.name, case((mine, guide), else_=null()),
            case((mine, Store.name), else_=null()), CustomerFacts.added_on,
        )
        .join(CustomerFacts, CustomerFacts.customer_id == Customer.id)
        .outerjoin(Staff, Staff.id == CustomerFacts.owner_id)
        .outerjoin(Store, Store.id == CustomerFacts.store_id)
        .where(Customer.id.in_(ids), seen(scope))
    )  # fmt: skip
    found = {
        id_: Person(id_, external, name or "微信客户", owner or "", store or "", added)
        for id_, external, name, owner, store, added in session.execute(chosen)
    }
    return [found[id_] for id_ in ids if id_ in found]
