"""The welcome before everything else: events with a welcome code are greeted in batches, then passed on to be worked.

Greeting only owes the welcome. The handler owes it again under the same key: a greeting skipped costs time, nothing more.
Usually the welcome road greets; what it leaves lying for STAND_IN_AFTER is greeted by the road in.
"""

from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from acquisition.welcomes import greet_arrivals
from bot.handlers import external_contact
from bot.models import EventStatus, InboundEvent
from bot.rules import OTHER_LANE, WELCOME_LANE
from foundation import clock

GREETED = frozenset({"add_external_contact", "add_half_external_contact"})
BATCH = 20
AT_ONCE = timedelta(0)
STAND_IN_AFTER = timedelta(seconds=3)


def greet_waiting(session: Session, limit: int = BATCH, *, waited: timedelta = AT_ONCE) -> int:
    """Owe the welcomes of the next events that carry a code and have `waited`, and pass the events on; how many. Their rows
    stay locked until the transaction ends, so two greeters never take the same and a killed one leaves them waiting.
    """
    events = _next(session, limit, waited)
    owed = [external_contact.greeting_of(event) for event in events if event.change_type in GREETED]
    greet_arrivals(session, [arrival for arrival in owed if arrival is not None])
    return _pass_on(session, events)


def pass_on_ungreeted(session: Session, *, waited: timedelta = AT_ONCE) -> int:
    """Hand the next event on as it is, after its greeting failed: whoever works it finds and records the trouble."""
    return _pass_on(session, _next(session, 1, waited))


def _next(session: Session, limit: int, waited: timedelta) -> list[InboundEvent]:
    due = InboundEvent.due_at <= clock.now() - waited
    chosen = select(InboundEvent).where(InboundEvent.lane == WELCOME_LANE, InboundEvent.status == EventStatus.WAITING, due)
    chosen = chosen.order_by(InboundEvent.due_at, InboundEvent.id).limit(limit)
    return list(session.scalars(chosen.with_for_update(skip_locked=True)))


def _pass_on(session: Session, events: list[InboundEvent]) -> int:
    if events:
        passed = update(InboundEvent).where(InboundEvent.id.in_([event.id for event in events])).values(lane=OTHER_LANE)
        session.execute(passed.execution_options(synchronize_session=False))
        session.execute(select(func.pg_notify("inbox", str(OTHER_LANE))))
    return len(events)
