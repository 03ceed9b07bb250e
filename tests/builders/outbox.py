"""Rows of the outbox for tests."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import transaction
from outbox.actions import enqueue
from outbox.models import Lane, MessageStatus, OutgoingMessage
from outbox.queries import get_message


def make_message(
    session: Session,
    *,
    lane: Lane = Lane.TASK,
    call: str = "message/send",
    payload: dict[str, Any] | None = None,
    key: str = "k1",
    about: str = "task:1",
    status: MessageStatus = MessageStatus.WAITING,
    due_at: datetime | None = None,
    **facts: Any,
) -> OutgoingMessage:
    """One row in any state."""
    now = clock.now()
    message = OutgoingMessage(
        lane=lane, call=call, idempotency_key=key,
        payload=payload or {"touser": "ai", "msgtype": "text", "text": {"content": "你好"}},
        about=about, status=status, due_at=due_at or now, created_at=now, **facts,
    )  # fmt: skip
    session.add(message)
    session.flush()
    return message


def owe(
    count: int = 1, *, lane: Lane = Lane.TASK, call: str = "message/send", prefix: str = "m", about: str = "task:1", **facts: Any
) -> None:
    """Commit `count` calls to different members."""
    payloads = {
        f"{prefix}:{n}": {"touser": f"{prefix}{n}", "msgtype": "text", "text": {"content": f"你好 {n}"}} for n in range(count)
    }
    with transaction() as session:
        enqueue(session, lane, call, payloads, about=about, **facts)


def all_messages() -> list[OutgoingMessage]:
    """Every committed row, oldest first."""
    with transaction() as session:
        return list(session.query(OutgoingMessage).order_by(OutgoingMessage.id))


def message_now(message_id: int) -> OutgoingMessage:
    """A committed row as it is now."""
    with transaction() as session:
        return get_message(session, message_id)
