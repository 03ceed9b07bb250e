"""What the outbox can be asked: what waits, what died and why, what is paused, whose results nobody has taken yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.errors import NotFound
from outbox.models import Lane, MessageStatus, OutgoingMessage, PausedCall, ResultStatus

NEWEST_LOOKED_AT = 20_000
ENDED = (MessageStatus.SENT, MessageStatus.DEAD, MessageStatus.EXPIRED)


def get_message(session: Session, message_id: int, *, lock: bool = False) -> OutgoingMessage:
    """One message; raises NotFound."""
    found = session.get(OutgoingMessage, message_id, with_for_update=lock or None, populate_existing=True)
    if found is None:
        raise NotFound("没有这条消息")
    return found


def is_on_its_way(session: Session, key: str) -> bool:
    """Whether a call under this idempotency key is kept and was not let go (expired)."""
    found = session.scalar(select(OutgoingMessage.status).where(OutgoingMessage.idempotency_key == key))
    return found is not None and found != MessageStatus.EXPIRED


def page_dead(session: Session, before_id: int | None = None, limit: int = 50) -> list[OutgoingMessage]:
    """Dead and expired messages, newest first, older than `before_id`."""
    query = select(OutgoingMessage).where(OutgoingMessage.status.in_([MessageStatus.DEAD, MessageStatus.EXPIRED]))
    if before_id is not None:
        query = query.where(OutgoingMessage.id < before_id)
    return list(session.scalars(query.order_by(OutgoingMessage.id.desc()).limit(limit)))


def count_by_status(session: Session) -> dict[MessageStatus, int]:
    """How many are waiting, sending, dead and expired. Sent ones are not counted: there are millions."""
    open_ones = [MessageStatus.WAITING, MessageStatus.SENDING, MessageStatus.DEAD, MessageStatus.EXPIRED]
    counts = dict.fromkeys(open_ones, 0)
    for status in open_ones:
        counts[status] = session.scalar(select(func.count()).where(OutgoingMessage.status == status)) or 0
    return counts


def count_waiting_by_lane(session: Session) -> dict[Lane, int]:
    """How many are due or will be, per lane."""
    rows = session.execute(
        select(OutgoingMessage.lane, func.count())
        .where(OutgoingMessage.status == MessageStatus.WAITING)
        .group_by(OutgoingMessage.lane)
    )
    return {lane: 0 for lane in Lane} | {Lane(lane): count for lane, count in rows}


def oldest_waiting(session: Session) -> datetime | None:
    """Since when the oldest due message waits; None when nothing is due."""
    due = select(func.min(OutgoingMessage.due_at)).where(
        OutgoingMessage.status == MessageStatus.WAITING, OutgoingMessage.due_at <= clock.now()
    )
    return session.scalar(due)


def is_owed(session: Session, about: str) -> bool:
    """Whether something about it still waits or is being sent right now."""
    open_ones = (MessageStatus.WAITING, MessageStatus.SENDING)
    query = select(OutgoingMessage.id).where(OutgoingMessage.about == about, OutgoingMessage.status.in_(open_ones))
    return session.scalar(query.limit(1)) is not None


def list_sent_about(session: Session, about: str, call: str, *, after_id: int, limit: int) -> list[OutgoingMessage]:
    """Calls about something that the platform took, oldest first, with its answers."""
    query = select(OutgoingMessage).where(OutgoingMessage.about == about, OutgoingMessage.id > after_id)
    query = query.where(OutgoingMessage.call == call, OutgoingMessage.status == MessageStatus.SENT)
    return list(session.scalars(query.order_by(OutgoingMessage.id).limit(limit)))


def list_about(session: Session, about: str, limit: int = 50) -> list[OutgoingMessage]:
    """What was owed about something, newest first."""
    return list(
        session.scalars(
            select(OutgoingMessage).where(OutgoingMessage.about == about).order_by(OutgoingMessage.id.desc()).limit(limit)
        )
    )


def find_paused(session: Session) -> list[PausedCall]:
    """The APIs that are paused now."""
    return list(session.scalars(select(PausedCall).where(PausedCall.until > clock.now()).order_by(PausedCall.call)))


def list_results_wanted(session: Session, limit: int = 100) -> list[OutgoingMessage]:
    """Ended calls whose result somebody waits for and nobody has taken yet, oldest first: the sweeper's list."""
    return list(
        session.scalars(
            select(OutgoingMessage)
            .where(OutgoingMessage.result_status == ResultStatus.WANTED, OutgoingMessage.status.in_(ENDED))
            .order_by(OutgoingMessage.id)
            .limit(limit)
        )
    )


@dataclass(frozen=True)
class CallPace:
    """How one call goes: what waits by lane, how many were sent in the last hour, how many died, until when it is paused."""

    waiting: dict[Lane, int]
    per_hour: int
    dead: int
    paused_until: datetime | None


def pace_of(session: Session, call: str, most: int = 100_000) -> CallPace:
    """How a call goes, from bounded looks: up to `most` waiting rows of each lane, and the newest 20,000 rows for the hour."""
    waiting = {lane: _count_waiting(session, call, lane, most) for lane in Lane}
    newest = select(func.coalesce(func.max(OutgoingMessage.id), 0) - NEWEST_LOOKED_AT).scalar_subquery()
    late = (OutgoingMessage.id > newest, OutgoingMessage.call == call, OutgoingMessage.sent_at > clock.now() - clock.days(1 / 24))
    per_hour = session.scalar(select(func.count()).where(*late)) or 0
    died = select(OutgoingMessage.id).where(OutgoingMessage.status == MessageStatus.DEAD, OutgoingMessage.call == call)
    dead = session.scalar(select(func.count()).select_from(died.limit(most).subquery())) or 0
    paused = session.scalar(select(PausedCall.until).where(PausedCall.call == call, PausedCall.until > clock.now()))
    return CallPace({lane: count for lane, count in waiting.items() if count}, per_hour, dead, paused)


def _count_waiting(session: Session, call: str, lane: Lane, most: int) -> int:
    chosen = select(OutgoingMessage.id).where(
        OutgoingMessage.lane == lane, OutgoingMessage.call == call, OutgoingMessage.status == MessageStatus.WAITING
    )
    return session.scalar(select(func.count()).select_from(chosen.limit(most).subquery())) or 0


def list_dead_of(session: Session, calls: Sequence[str], limit: int = 20) -> list[OutgoingMessage]:
    """Dead messages of some calls, newest first."""
    query = select(OutgoingMessage).where(OutgoingMessage.status == MessageStatus.DEAD, OutgoingMessage.call.in_(calls))
    return list(session.scalars(query.order_by(OutgoingMessage.id.desc()).limit(limit)))
