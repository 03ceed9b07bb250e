"""Telling of losses by the brand's rule: a card to the guide, to her store manager, or to nobody; one a day at most."""

from collections.abc import Iterable, Mapping
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.handover_models import Loss
from customers.loss_cards import loss_card
from customers.loss_rules import NIGHT_FROM, NIGHT_UNTIL, LossRules, card_due, is_worth_telling, rules_of, whom_to_tell
from customers.models import Customer
from customers.policies import policy
from customers.respect_rules import Quiet
from customers.tier_models import CustomerTier
from foundation import clock
from foundation.db import Json
from org.models import Role, Staff, StaffStatus
from outbox.actions import enqueue
from outbox.models import Lane

NIGHT = Quiet(time(NIGHT_FROM), time(NIGHT_UNTIL))
SEND = "message/send"


def tell_losses(session: Session, limit: int = 200) -> int:
    """Tell of losses nobody was told of yet, the oldest first; how many were gone through. Safe to repeat."""
    now = clock.now()
    untold = (
        select(Loss, Customer, Staff, CustomerTier.value)
        .join(Customer, Customer.id == Loss.customer_id)
        .join(Staff, Staff.id == Loss.staff_id)
        .outerjoin(CustomerTier, CustomerTier.customer_id == Loss.customer_id)
        .where(Loss.told_at.is_(None))
        .order_by(Loss.id)
        .limit(limit)
        .with_for_update(of=Loss, skip_locked=True)
    )
    rows = session.execute(untold).all()
    if not rows:
        return 0
    rules, managers = rules_of(policy(session, "loss")), _managers(session, (guide.store_id for _, _, guide, _ in rows))
    cards: dict[str, Json] = {}
    for loss, customer, guide, value in rows:
        loss.told_at = now
        if not is_worth_telling(loss.at, now):
            continue
        told = _told(rules, loss, guide, value or 0, managers)
        loss.told = [one.id for one in told]
        for one in told:
            card = loss_card(
                one.userid, loss, customer.external_userid, customer.name, guide.name or guide.userid, value or 0,
                own=one.id == guide.id,
            )  # fmt: skip
            # Deleted and added again ten times in a day she is ten losses on the board, and one card.
            cards[f"loss:{loss.customer_id}:{loss.staff_id}:{clock.day_of(loss.at)}:{one.id}"] = card
    session.flush()
    enqueue(session, Lane.TASK, SEND, cards, about="loss", due_at=card_due(now, NIGHT))
    return len(rows)


def _told(rules: LossRules, loss: Loss, guide: Staff, value: int, managers: Mapping[int | None, list[Staff]]) -> list[Staff]:
    bosses = managers.get(guide.store_id, [])
    here = guide.id if guide.status == StaffStatus.ACTIVE else None
    wanted = whom_to_tell(rules, loss.by, value, here, [boss.id for boss in bosses])
    return [one for one in (guide, *bosses) if one.id in wanted]


def _managers(session: Session, store_ids: Iterable[int | None]) -> dict[int | None, list[Staff]]:
    """Store managers at work, by store."""
    stores = {id_ for id_ in store_ids if id_ is not None}
    chosen = select(Staff).where(Staff.store_id.in_(stores), Staff.role == Role.STORE_MANAGER, Staff.status == StaffStatus.ACTIVE)
    found: dict[int | None, list[Staff]] = {}
    for boss in session.scalars(chosen.order_by(Staff.id)) if stores else ():
        found.setdefault(boss.store_id, []).append(boss)
    return found
