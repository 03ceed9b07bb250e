"""What only the console asks of the outbox: what died, by call and reason, and what of it may be re-sent. Changes nothing."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from foundation import clock
from outbox.models import MessageStatus, OutgoingMessage

REASONS_SHOWN = 30


@dataclass(frozen=True)
class Dead:
    """How many messages of one call died for one reason."""

    call: str
    errcode: int | None
    reason: str
    count: int


def list_dead_kinds(session: Session) -> list[Dead]:
    """The dead by call and reason, the most first (at most 30 kinds)."""
    kind = (OutgoingMessage.call, OutgoingMessage.errcode, OutgoingMessage.reason)
    query = select(*kind, func.count()).where(OutgoingMessage.status == MessageStatus.DEAD).group_by(*kind)
    return [Dead(*row) for row in session.execute(query.order_by(func.count().desc(), *kind).limit(REASONS_SHOWN))]


def list_resendable(session: Session, call: str, errcode: int | None, limit: int = 500) -> list[int]:
    """Ids of dead messages of a call that ended with this errcode and are not past their time, oldest first."""
    query = select(OutgoingMessage.id).where(
        OutgoingMessage.status == MessageStatus.DEAD,
        OutgoingMessage.call == call,
        OutgoingMessage.errcode.is_(None) if errcode is None else OutgoingMessage.errcode == errcode,
        or_(OutgoingMessage.expires_at.is_(None), OutgoingMessage.expires_at > clock.now()),
    )
    return list(session.scalars(query.order_by(OutgoingMessage.id).limit(limit)))
