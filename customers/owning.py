"""Whose customer she is (归属): set by hand or worked out by the brand's rules, each move kept and told."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.models import Customer, TimelineEntry
from customers.owner_models import OwnerChange
from customers.owner_rules import FIRST, HAND, HANDOVER, MERGE, UNDO, WHY_NAMES, Owned, default_body, firmness, rules_of
from customers.owner_sql import REFRESH, TRY
from customers.policies import policy
from foundation import clock
from foundation.db import Json
from foundation.errors import Invalid, NotFound
from org.models import Staff

LONGEST_NOTE = 200
MANY = 100


def refresh_owners(session: Session, customer_ids: Sequence[int]) -> None:
    """Work out owner and tag union of some customers again; a move is kept in OwnerChange and told. One statement."""
    if customer_ids:
        without_jit(session, customer_ids)
        session.execute(REFRESH, asked_with(customer_ids, None) | {"words": json.dumps(WHY_NAMES)})


def without_jit(session: Session, customer_ids: Sequence[int]) -> None:
    """Compiling the statement for thousands takes longer than running it ten times (12.6 s against 1.8 s for 20,000)."""
    if len(customer_ids) > MANY:
        session.execute(select(func.set_config("jit", "off", True)))


def asked_with(customer_ids: Sequence[int], body: Json | None) -> Json:
    """What the statements of owners are asked with; a `body` takes the place of the brand's own rules."""
    held = None if body is None else json.dumps(body)
    return {"ids": list(customer_ids), "now": clock.now(), "default": json.dumps(default_body()), "body": held}


def set_owner(
    session: Session, customer_id: int, staff_id: int | None, why: str, by: str, note: str = "",
    *, locked_until: datetime | None = None,
) -> bool:  # fmt: skip
    """Give a customer to a guide: `why` is hand, handover or undo, `by` "staff:7" or "batch:3". Whether that is news.

    It holds until `locked_until`, then the brand's rules speak again; without an end, until a source above 手动 speaks.
    Undoing gives her back to the rules when they choose the same guide. None leaves her to the rules.
    Raises NotFound, Invalid.
    """
    if why not in (HAND, HANDOVER, UNDO):
        raise Invalid("归属变更的原因不对", {"why": "没有这种原因"})
    customer = lock_person(session, customer_id)
    if staff_id is not None and session.get(Staff, staff_id) is None:
        raise NotFound("没有这位导购")
    was = customer.owner_id
    if why == UNDO or staff_id is None:
        customer.owner_why, customer.owner_locked_until = FIRST, None
        session.flush()
        asked = asked_with([customer.id], None)
        chosen = session.execute(TRY, asked).one()
        if staff_id is None or chosen.owner_id == staff_id:
            staff_id, kept = chosen.owner_id, chosen.why
        else:
            kept = HAND
    else:
        kept = why
    customer.owner_id, customer.owner_why, customer.owner_locked_until = staff_id, kept, locked_until
    session.flush()
    if was != staff_id:
        note_owner(session, customer.id, was, staff_id, why, by, note[:LONGEST_NOTE])
    return was != staff_id


def take_firmer_owner(session: Session, one: Customer, other: Customer, by: str) -> None:
    """What a hand or a handover decided of the other row, now one person with this, holds here unless this one's is as firm."""
    rules, now = rules_of(policy(session, "owner")), clock.now()
    mine, hers = (Owned(row.owner_id, row.owner_why, row.owner_locked_until) for row in (one, other))
    if firmness(hers, rules, now) <= firmness(mine, rules, now):
        return
    one.owner_id, one.owner_why, one.owner_locked_until = hers.owner_id, hers.why, hers.locked_until
    session.flush()
    if mine.owner_id != hers.owner_id:
        note_owner(session, one.id, mine.owner_id, hers.owner_id, MERGE, by, WHY_NAMES[hers.why])


def lock_person(session: Session, customer_id: int) -> Customer:
    """The row she lives on, locked: who was merged is the one she was merged into. Raises NotFound."""
    home = select(func.coalesce(Customer.merged_into_id, Customer.id)).where(Customer.id == customer_id).scalar_subquery()
    chosen = select(Customer).where(Customer.id == home, Customer.merged_into_id.is_(None)).with_for_update(key_share=True)
    customer = session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()
    if customer is None:
        raise NotFound("没有这位客户")
    return customer


def note_owner(
    session: Session, customer_id: int, was: int | None, now_id: int | None, why: str, by: str, note: str
) -> None:  # fmt: skip
    """Keep a move from owner to owner that was just made, and tell it on her timeline."""
    now = clock.now()
    change = OwnerChange(customer_id=customer_id, was_id=was, now_id=now_id, why=why, by=by[:60], note=note, at=now)
    session.add(change)
    session.flush()
    guide = session.get(Staff, now_id) if now_id is not None else None
    title = f"转给{guide.name or guide.userid}" if guide else "暂时没有归属"
    told = "，".join(one for one in (WHY_NAMES[why], note) if one)
    facts = {"title": title, "reason": told, "was": was, "change": change.id}
    row = {"customer_id": customer_id, "staff_id": now_id, "kind": "owner", "at": now, "facts": facts}
    session.execute(insert(TimelineEntry).values(once=f"owner:{change.id}", **row))
