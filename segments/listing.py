"""The customer list (客户列表): a page of people with everything its columns may show, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, func, null, select
from sqlalchemy.orm import Session

from customers.models import Customer, Follow
from org.models import Staff, Store
from segments.models import CustomerFacts
from segments.scopes import owned, scope_of, seen


@dataclass(frozen=True, slots=True)
class Line:
    """One customer of the list; `guide`, `store` and `remark` are empty where her owner stands outside the viewer's scope."""

    id: int
    external_userid: str
    name: str
    remark: str
    phone_last4: str | None
    member_no: str | None
    guide: str
    store: str
    facts: CustomerFacts


def lines(session: Session, viewer: Staff, ids: Sequence[int]) -> list[Line]:
    """These customers in the order of `ids`; who the viewer may not see is left out."""
    if not ids:
        return []
    scope = scope_of(viewer)
    mine = owned(scope)
    chosen = (
        select(
            CustomerFacts, Customer.external_userid, Customer.name, case((mine, Follow.remark), else_=null()),
            Customer.phone_last4, Customer.member_no,
            case((mine, func.coalesce(func.nullif(Staff.name, ""), Staff.userid)), else_=null()),
            case((mine, Store.name), else_=null()),
        )
        .join(Customer, Customer.id == CustomerFacts.customer_id)
        .outerjoin(Follow, and_(Follow.customer_id == CustomerFacts.customer_id, Follow.staff_id == CustomerFacts.owner_id))
        .outerjoin(Staff, Staff.id == CustomerFacts.owner_id)
        .outerjoin(Store, Store.id == CustomerFacts.store_id)
        .where(CustomerFacts.customer_id.in_(ids), seen(scope))
    )  # fmt: skip
    found = {
        facts.customer_id: Line(
            facts.customer_id, external, name or "微信客户", remark or "", last4, member, guide or "", store or "", facts
        )
        for facts, external, name, remark, last4, member, guide, store in session.execute(chosen)
    }
    return [found[id_] for id_ in ids if id_ in found]
