"""What changes with an event: claimed, finished, tried again, set aside, replayed. Takes a session, never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.models import EventStatus, InboundEvent
from bot.rules import MOST_ATTEMPTS, wait_before_retry
from foundation import audit, clock
from foundation.errors import Conflict, NotFound
from foundation.text import cut

# A lease is measured by the database's clock: workers on several machines have several. Lane 0 cannot wait for a dead worker.
CLAIM = text("""
    UPDATE inbound_event SET status = 'working', attempts = attempts + 1,
        lease_until = clock_timestamp() + CASE lane WHEN 0 THEN interval '5 seconds' ELSE interval '30 seconds' END
    WHERE id IN (SELECT id FROM inbound_event WHERE status = 'waiting' AND lane = ANY(:lanes) AND due_at <= :now
                 ORDER BY lane, due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING id, attempts, lane
""")
RESCUE = text("""
    UPDATE inbound_event SET status = CASE WHEN attempts >= :most THEN 'set_aside' ELSE 'waiting' END, lease_until = NULL,
        error = CASE WHEN attempts >= :most THEN '处理时进程多次中断' ELSE error END
    WHERE id IN (SELECT id FROM inbound_event WHERE status = 'working' AND lease_until < clock_timestamp()
                 ORDER BY lease_until LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING id
""")


@dataclass(frozen=True)
class Claim:
    """An event taken for work. `attempts` is the fence: who holds an older number may no longer write."""

    id: int
    attempts: int
    lane: int


def claim(session: Session, lanes: Sequence[int] = (0, 1), limit: int = 1) -> list[Claim]:
    """Take the next due events of these lanes, the lower lane first; two workers never get the same one."""
    rows = session.execute(CLAIM, {"lanes": list(lanes), "now": clock.now(), "limit": limit})
    return sorted((Claim(*row) for row in rows), key=lambda claim: (claim.lane, claim.id))


def take(session: Session, claim: Claim) -> InboundEvent | None:
    """The claimed event, locked until the transaction ends; None when the lease ran out and somebody else has it."""
    return session.scalar(
        select(InboundEvent)
        .where(InboundEvent.id == claim.id, InboundEvent.attempts == claim.attempts, InboundEvent.status == EventStatus.WORKING)
        .with_for_update()
    )


def finish(session: Session, event: InboundEvent, status: EventStatus) -> None:
    """Close an event in the transaction of its effect: done, or ignored when nobody serves it."""
    event.status, event.lease_until, event.error, event.worked_at = status, None, "", clock.now()
    session.flush()


def give_back(session: Session, claims: Sequence[Claim]) -> None:
    """Put claimed but untouched events back, uncounted, when a worker stops."""
    for each in claims:
        session.execute(
            update(InboundEvent)
            .where(InboundEvent.id == each.id, InboundEvent.attempts == each.attempts, InboundEvent.status == EventStatus.WORKING)
            .values(status=EventStatus.WAITING, attempts=each.attempts - 1, lease_until=None)
        )


def fail(session: Session, claim: Claim, reason: str, *, passing: bool) -> bool:
    """Record a failed try: again later when the trouble is passing, otherwise aside. Returns whether it was set aside."""
    wait = wait_before_retry(claim.attempts, claim.lane) if passing else None
    values: dict[str, object] = {"lease_until": None, "error": cut(reason.replace("\0", ""), 500)}
    if wait is None:
        values |= {"status": EventStatus.SET_ASIDE, "worked_at": clock.now()}
    else:
        values |= {"status": EventStatus.WAITING, "due_at": clock.now() + wait}
    session.execute(
        update(InboundEvent)
        .where(InboundEvent.id == claim.id, InboundEvent.attempts == claim.attempts, InboundEvent.status == EventStatus.WORKING)
        .values(**values)
    )
    return wait is None


def rescue_stuck(session: Session, limit: int = 500) -> int:
    """Events whose worker died go back to waiting; one that killed its worker five times is set aside."""
    return len(session.execute(RESCUE, {"most": MOST_ATTEMPTS, "limit": limit}).all())


def replay(session: Session, event_id: int, actor: str) -> InboundEvent:
    """Work a set-aside or ignored event again; raises NotFound, Conflict. Audited."""
    event = session.get(InboundEvent, event_id, with_for_update=True)
    if event is None:
        raise NotFound("没有这个事件")
    if event.status not in {EventStatus.SET_ASIDE, EventStatus.IGNORED}:
        raise Conflict("这个事件不在待处理列表中，无需重放")
    event.status, event.attempts, event.due_at, event.error = EventStatus.WAITING, 0, clock.now(), ""
    audit.record(session, actor, "inbox.replay", f"event:{event_id}", event=event.event, change_type=event.change_type)
    session.execute(text("SELECT pg_notify('inbox', :lane)"), {"lane": str(event.lane)})
    return event


def forget_old(session: Session, before: datetime, limit: int = 5000) -> int:
    """Delete worked and ignored events older than `before`; what was set aside stays until a person looked at it."""
    worked = InboundEvent.status.in_([EventStatus.DONE, EventStatus.IGNORED])
    ids = select(InboundEvent.id).where(worked, InboundEvent.received_at < before).limit(limit)
    result = session.execute(text("DELETE FROM inbound_event WHERE id = ANY(:ids)"), {"ids": list(session.scalars(ids))})
    return int(result.rowcount)  # type: ignore[attr-defined]
