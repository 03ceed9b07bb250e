"""How the outbox changes: calls are owed, called off, re-sent by hand, rescued and expired. Sends nothing itself."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import CursorResult, case, func, select, text, update
from sqlalchemy.orm import Session

from foundation import audit, clock
from foundation.db import Json
from foundation.errors import Conflict
from outbox.models import Lane, MessageStatus, OutgoingMessage, ResultStatus
from outbox.payloads import as_json
from outbox.queries import get_message
from outbox.rules import MOST_LOSSES, MOST_LOSSES_UNREPEATABLE, UNREPEATABLE

CHUNK = 1000
KEY_LENGTH = 200
# What is owed, as a part of a statement's WITH; its parameters come from `owing`. The sender is woken at once where somebody
# asks for `woken`: one row, with how many were new.
OWED = """owed AS (
    INSERT INTO outgoing_message
        (lane, call, payload, idempotency_key, about, status, due_at, expires_at,
         attempts, tries, losses, reason, result_status, result_tries, created_at)
    SELECT :lane, :call, told.payload, told.key, told.about, :status, :due_at, :expires_at,
           0, 0, 0, :reason, :result_status, 0, :now
    FROM jsonb_to_recordset(CAST(:messages AS jsonb)) AS told (key text, about text, payload jsonb)
    ON CONFLICT (idempotency_key) DO NOTHING RETURNING 1
), woken AS (
    SELECT count(*) AS new, CASE WHEN count(*) > 0 AND CAST(:wakes AS boolean) THEN pg_notify('outbox', :lane) END FROM owed
)"""
ENQUEUE = text(f"WITH {OWED} SELECT * FROM woken")  # noqa: S608  our own words
HURRY = text("""
WITH moved AS (
    UPDATE outgoing_message SET lane = CAST(:lane AS text)
    WHERE about = ANY(CAST(:abouts AS text[])) AND lane <> CAST(:lane AS text) AND status = 'waiting' RETURNING 1
), counted AS (SELECT count(*) AS moved FROM moved)
SELECT moved, CASE WHEN moved > 0 THEN pg_notify('outbox', CAST(:lane AS text)) END FROM counted
""")


def enqueue(
    session: Session,
    lane: Lane,
    call: str,
    messages: Mapping[str, Json],
    *,
    about: str,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    wants_result: bool = False,
) -> int:
    """Owe the platform `call` once for each payload, in the transaction of the cause. Returns how many were new.

    The keys of `messages` are idempotency keys: a key whose row is still kept is not owed again. `call` is the path below
    /cgi-bin/, a payload its documented JSON without agentid; media stands in it as media_slot(key).
    """
    told = {key: (about, payload) for key, payload in messages.items()}
    return enqueue_each(session, lane, call, told, due_at=due_at, expires_at=expires_at, wants_result=wants_result)


def enqueue_each(
    session: Session,
    lane: Lane,
    call: str,
    messages: Mapping[str, tuple[str, Json]],
    *,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    wants_result: bool = False,
) -> int:
    """The same for messages that are each about something else: key → (about, payload)."""
    facts = owing({}, lane, call, due_at=due_at, expires_at=expires_at, wants_result=wants_result)
    return _insert(session, messages, facts)


def owing(
    messages: Mapping[str, tuple[str, Json]],
    lane: Lane,
    call: str,
    *,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    wants_result: bool = False,
) -> Json:
    """The parameters of OWED for some such messages, for a room whose statement does more than that."""
    now = clock.now()
    return {
        "messages": _told(messages.items()),
        "lane": lane.value,
        "call": call,
        "status": MessageStatus.WAITING.value,
        "reason": "",
        "due_at": due_at or now,
        "expires_at": expires_at,
        "result_status": ResultStatus.WANTED.value if wants_result else ResultStatus.NONE.value,
        "now": now,
        "wakes": due_at is None or due_at <= now,
    }


def keep_expired(
    session: Session, lane: Lane, call: str, messages: Mapping[str, Json], *, about: str, expires_at: datetime, reason: str
) -> int:
    """Keep what came too late to be owed, so that the console shows it and why; it is never sent. A key already used stays
    what it is. Returns how many were new.
    """
    facts = {
        "lane": lane.value,
        "call": call,
        "status": MessageStatus.EXPIRED.value,
        "reason": reason,
        "due_at": expires_at,
        "expires_at": expires_at,
        "result_status": ResultStatus.NONE.value,
        "now": clock.now(),
        "wakes": False,
    }
    return _insert(session, {key: (about, payload) for key, payload in messages.items()}, facts)


def _insert(session: Session, messages: Mapping[str, tuple[str, Json]], facts: Json) -> int:
    items = iter(messages.items())
    count = 0
    while chunk := list(islice(items, CHUNK)):
        count += session.execute(ENQUEUE, {**facts, "messages": _told(chunk)}).scalar_one()
    return count


def _told(messages: Iterable[tuple[str, tuple[str, Json]]]) -> str:
    return as_json([{"key": _key(key), "about": about[:120], "payload": payload} for key, (about, payload) in messages])


def _key(key: str) -> str:
    if len(key) <= KEY_LENGTH:
        return key
    return key[: KEY_LENGTH - 65] + ":" + hashlib.sha256(key.encode()).hexdigest()


def _rows(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0


def cancel_waiting(session: Session, about: str) -> int:
    """Call off what is owed about something and not being sent right now; the rows stay, as expired. Returns how many."""
    return _rows(
        session.execute(
            update(OutgoingMessage)
            .where(OutgoingMessage.about == about, OutgoingMessage.status == MessageStatus.WAITING)
            .values(status=MessageStatus.EXPIRED, reason="已撤回，不再发送", lease_until=None)
        )
    )


def hurry(session: Session, abouts: Sequence[str], lane: Lane) -> int:
    """Move what waits about these things up into this lane: somebody waits for it now. Returns how many moved."""
    return int(session.execute(HURRY, {"abouts": list(abouts), "lane": lane.value}).scalar_one())


def resend(session: Session, message_id: int, actor: str) -> OutgoingMessage:
    """Owe a dead message again, now, with its whole patience in front of it. Raises NotFound, Conflict."""
    message = get_message(session, message_id, lock=True)
    if message.status not in {MessageStatus.DEAD, MessageStatus.EXPIRED}:
        raise Conflict("只有发送失败或已过期的消息才能重发")
    if message.expires_at is not None and message.expires_at <= clock.now():
        raise Conflict("这条消息已过时效，重发也不会送达")
    message.status, message.due_at, message.reason, message.errcode = MessageStatus.WAITING, clock.now(), "", None
    message.tries = message.losses = 0
    if message.result_status != ResultStatus.NONE:
        message.result_status, message.result_tries = ResultStatus.WANTED, 0
    audit.record(session, actor, "outbox.resend", f"message:{message.id}", call=message.call, about=message.about)
    session.flush()
    session.execute(select(func.pg_notify("outbox", message.lane)))
    return message


def rescue_stuck(session: Session, limit: int = 1000) -> int:
    """Take back calls whose worker was lost: its lease has ended, by the database's clock. Returns how many.

    One that was lost again and again ends as dead: it may be what kills the workers. One that must not be made twice ends
    at its second loss: both calls may have been made.
    """
    lost = (
        select(OutgoingMessage.id)
        .where(OutgoingMessage.status == MessageStatus.SENDING, OutgoingMessage.lease_until < func.clock_timestamp())
        .order_by(OutgoingMessage.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    unrepeatable = OutgoingMessage.call.in_(list(UNREPEATABLE))
    losses = OutgoingMessage.losses + 1
    hopeless = losses >= case((unrepeatable, MOST_LOSSES_UNREPEATABLE), else_=MOST_LOSSES)
    why = case(UNREPEATABLE, value=OutgoingMessage.call, else_="多次发送都没有得到结果")
    return _rows(
        session.execute(
            update(OutgoingMessage)
            .where(OutgoingMessage.id.in_(lost.scalar_subquery()))
            .values(
                status=case((hopeless, MessageStatus.DEAD.value), else_=MessageStatus.WAITING.value),
                reason=case((hopeless, why), else_=OutgoingMessage.reason),
                losses=losses,
                lease_until=None,
            )
            .execution_options(synchronize_session=False)
        )
    )


def expire_overdue(session: Session, limit: int = 1000) -> int:
    """End what may not be sent any more (a welcome after its seconds). Returns how many."""
    overdue = (
        select(OutgoingMessage.id)
        .where(OutgoingMessage.status == MessageStatus.WAITING, OutgoingMessage.expires_at <= clock.now())
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return _rows(
        session.execute(
            update(OutgoingMessage)
            .where(OutgoingMessage.id.in_(overdue.scalar_subquery()))
            .values(
                status=MessageStatus.EXPIRED,
                reason=case((OutgoingMessage.reason == "", "已过时效，没有发送"), else_=OutgoingMessage.reason),
            )
            .execution_options(synchronize_session=False)
        )
    )


def note_result(session: Session, message_id: int, status: ResultStatus) -> None:
    """Say that somebody has taken note of a wanted result (handled) or could not (failed)."""
    session.execute(update(OutgoingMessage).where(OutgoingMessage.id == message_id).values(result_status=status))


def count_result_try(session: Session, message_id: int) -> int:
    """The taker of a wanted result failed once more; how often that is now."""
    counted = (
        update(OutgoingMessage)
        .where(OutgoingMessage.id == message_id)
        .values(result_tries=OutgoingMessage.result_tries + 1)
        .returning(OutgoingMessage.result_tries)
    )
    return session.scalars(counted).one()
