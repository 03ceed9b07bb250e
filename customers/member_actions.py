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
    """Write facts by customer id: (ids that changed, every one's external_userid). The rows are locked first, in one order."""
    if not facts:
        return set(), {}
    chosen = select(Customer.id, Customer.external_userid).where(Customer.id.in_(facts))
    locked = session.execute(chosen.order_by(Customer.external_userid).with_for_update(key_share=True)).all()
    rows = list(facts.values())
    told = {
        "ids": list(facts), "member_nos": [row.member_no for row in rows],
        "phones": [sealed_phone(row.phone) if row.phone else None for row in rows],
        "last4s": [row.phone[-4:] if row.phone else None for row in rows], "birthdays": [row.birthday for row in rows],
        "provinces": [row.province for row in rows], "cities": [row.city for row in rows],
    }  # fmt: skip
    changed = set(session.scalars(TOLD_MEMBERS, told))
    want_retier(session, changed)
    return changed, {customer_id: external_userid for customer_id, external_userid in locked}
