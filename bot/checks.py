"""What this room adds to /readyz and /metrics: how long the oldest of both roads waits, and how deep they are."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import queries
from foundation import clock
from foundation.health import Finding, register_check, register_gauge
from outbox.queries import count_by_status
from outbox.queries import oldest_waiting as oldest_message

EVENT_PATIENCE = timedelta(minutes=1)
MESSAGE_PATIENCE = timedelta(minutes=15)


def register() -> None:
    """Put the checks and gauges in place; doing it twice changes nothing."""
    register_check("oldest_event", lambda session: waiting(queries.oldest_waiting(session), EVENT_PATIENCE))
    register_check("oldest_message", lambda session: waiting(oldest_message(session), MESSAGE_PATIENCE))
    register_gauge("guidedesk_inbox_events", "Unfinished events by status", ("status",), _inbox_depth)
    register_gauge("guidedesk_outbox_messages", "Owed messages by status", ("status",), _outbox_depth)
    register_gauge("guidedesk_oldest_seconds", "How long the oldest waits", ("road",), _oldest)


def waiting(since: datetime | None, patience: timedelta) -> Finding:
    """Fine while nothing waits longer than `patience`."""
    age = _age(since)
    return Finding(age <= patience.total_seconds(), {"seconds": round(age, 1)})


def _age(since: datetime | None) -> float:
    return max(0.0, (clock.now() - since).total_seconds()) if since else 0.0


def _inbox_depth(session: Session) -> dict[tuple[str, ...], float]:
    return {(status,): float(count) for status, count in queries.counts(session).items()}


def _outbox_depth(session: Session) -> dict[tuple[str, ...], float]:
    return {(str(status),): float(count) for status, count in count_by_status(session).items()}


def _oldest(session: Session) -> dict[tuple[str, ...], float]:
    return {("inbox",): _age(queries.oldest_waiting(session)), ("outbox",): _age(oldest_message(session))}
