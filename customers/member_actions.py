"""What other systems know of members, written for many customers at once: numbers, phones, birthdays, places."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.import_sql import TOLD_MEMBERS
from customers.matching import sealed_phone
from customers.models import Customer
from customers.tier_due import want_retier


@dataclass(frozen=True)
class MemberFacts:
    """What is told of one member; None leaves what is known. The phone is normal (customers.phones)."""

    member_no: str | None = None
    phone: str | None = None
    birthday: date | None = None
    province: str | None = None
    city: str | None = None


def put_members(session: Session, facts: Mapping[int, MemberFacts]) -> tuple[set[int], dict[int, str]]:
    """Write facts by customer id: (ids that changed, every one's external_userid). The rows are locked first, in one order.

    Who was merged into another while this waited is that other one; who was erased meanwhile is missing.
    """
    if not facts:
        return set(), {}
    chosen = select(Customer.id, Customer.external_userid, Customer.merged_into_id).where(Customer.id.in_(facts))
    locked = session.execute(chosen.order_by(Customer.external_userid).with_for_update(key_share=True)).all()
    homes = {row.id: row.merged_into_id or row.id for row in locked if row.merged_into_id != row.id}
    meant = {homes[customer_id]: facts[customer_id] for customer_id in reversed(list(facts)) if customer_id in homes}
    rows = list(meant.values())
    told = {
        "ids": list(meant), "member_nos": [one.member_no for one in rows],
        "phones": [sealed_phone(one.phone) if one.phone else None for one in rows],
        "last4s": [one.phone[-4:] if one.phone else None for one in rows], "birthdays": [one.birthday for one in rows],
        "provinces": [one.province for one in rows], "cities": [one.city for one in rows],
    }  # fmt: skip
    changed = set(session.scalars(TOLD_MEMBERS, told))
    want_retier(session, changed)
    return {one for one in homes if homes[one] in changed}, {row.id: row.external_userid for row in locked if row.id in homes}
