"""What is read of the inbox: how deep it is, how old, and what was set aside."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.models import EventStatus, InboundEvent
from foundation.errors import NotFound


def page_aside(session: Session, before_id: int | None = None, limit: int = 50) -> list[InboundEvent]:
    """Set-aside and ignored events, newest first; `before_id` is the last one of the page before."""
    query = select(InboundEvent).where(InboundEvent.status.in_([EventStatus.SET_ASIDE, EventStatus.IGNORED]))
    if before_id is not None:
        query = query.where(InboundEvent.id < before_id)
    return list(session.scalars(query.order_by(InboundEvent.id.desc()).limit(limit)))


def get_event(session: Session, event_id: int) -> InboundEvent:
    """One event; raises NotFound."""
    event = session.get(InboundEvent, event_id)
    if event is None:
        raise NotFound("没有这个事件")
    return event


def oldest_waiting(session: Session) -> datetime | None:
    """Since when the oldest unworked event waits; None when nothing waits."""
    return session.scalar(select(func.min(InboundEvent.due_at)).where(text("status = 'waiting'")))


def counts(session: Session) -> dict[str, int]:
    """Events by status, for those that are not finished: waiting, working, ignored, set_aside."""
    # Written out, so that each count is answered by its partial index: done events are most of the table.
    conditions = ("status = 'waiting'", "status = 'working'", "status IN ('set_aside', 'ignored')")
    found = dict.fromkeys(("waiting", "working", "ignored", "set_aside"), 0)
    for condition in conditions:
        query = select(InboundEvent.status, func.count()).where(text(condition)).group_by(InboundEvent.status)
        found |= {str(status): count for status, count in session.execute(query)}
    return found


def last_received(session: Session) -> dict[str, datetime]:
    """The newest event of each receiver, to show whether callbacks arrive."""
    newest = select(InboundEvent).order_by(InboundEvent.id.desc()).limit(2000).subquery()
    rows = session.execute(select(newest.c.receiver, func.max(newest.c.received_at)).group_by(newest.c.receiver))
    return {receiver: moment for receiver, moment in rows}
