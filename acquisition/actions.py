"""What changes in acquisition: codes are wanted and answered, arrivals are tagged and welcomed. Never calls the platform."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from acquisition.models import ChannelCode, CodeStatus
from acquisition.queries import find_code
from acquisition.rules import code_payload
from acquisition.welcomes import Arrival, default_welcome, greet_arrivals, save_welcome, welcome_key
from customers.actions import start_following, tag_customer
from customers.models import Customer, Follow, FollowStatus
from customers.respect import note_contact
from customers.respect_models import ContactKind
from foundation import clock
from foundation.errors import AppError, Invalid
from foundation.log import logger
from org.actions import meet
from org.models import Staff
from outbox.actions import enqueue
from outbox.models import Lane, MessageStatus, OutgoingMessage
from outbox.queries import is_on_its_way

ADD_CONTACT_WAY = "externalcontact/add_contact_way"
log = logger(__name__)


def want_code(
    session: Session, staff: Staff, channel: str, *, tag_ids: Sequence[int] = (), welcome_id: int | None = None
) -> ChannelCode:
    """Her code for this channel; made on the platform when there is none, or the last try failed (DOC 92228).

    A code that is there already takes over `tag_ids` when some are given, else it keeps its own. It is wanted until the
    answer comes (`code_answered`). Safe to ask twice at once. Raises Invalid for a bad channel name.
    """
    channel = channel.strip()
    if not 1 <= len(channel) <= 40:
        raise Invalid("渠道名称要 1 到 40 个字", {"channel": "1 到 40 个字"})
    session.execute(
        insert(ChannelCode)
        .values(
            state=_new_state(),
            staff_id=staff.id,
            channel=channel,
            tag_ids=list(tag_ids),
            welcome_id=welcome_id,
            status=CodeStatus.FAILED,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )
    chosen = select(ChannelCode).where(ChannelCode.staff_id == staff.id, ChannelCode.channel == channel)
    code = session.scalars(chosen.with_for_update()).one()
    if tag_ids:
        code.tag_ids = list(tag_ids)
    if code.status == CodeStatus.FAILED:
        code.state, code.status, code.problem = _new_state(), CodeStatus.WANTED, ""
        payload = code_payload(staff.userid, channel, code.state)
        key = f"code:{code.state}"
        enqueue(session, Lane.INTERACTIVE, ADD_CONTACT_WAY, {key: payload}, about=f"code:{code.id}", wants_result=True)
    session.flush()
    return code


def _new_state() -> str:
    return f"gd{secrets.token_hex(10)}"


def code_answered(session: Session, message: OutgoingMessage) -> None:
    """The answer of add_contact_way, as jobs.results hands it on."""
    state = str(message.payload["state"])
    if message.status == MessageStatus.SENT and message.answer:
        code_ready(session, state, str(message.answer["config_id"]), str(message.answer.get("qr_code") or ""))
    else:
        code_failed(session, state, message.reason)


def code_unanswered(session: Session, message: OutgoingMessage) -> None:
    """The answer of add_contact_way could not be used, again and again; asking again makes a new code."""
    code_failed(session, str(message.payload["state"]), "企业微信的答复无法处理，请重新生成")


def code_ready(session: Session, state: str, config_id: str, qr_code: str) -> None:
    """The platform made the code; `qr_code` is the address of its picture."""
    code = find_code(session, state)
    if code is not None:
        code.config_id, code.qr_code, code.status, code.problem = config_id, qr_code[:1024], CodeStatus.READY, ""
        session.flush()


def code_failed(session: Session, state: str, problem: str) -> None:
    """The platform refused; `problem` tells a person why. Asking again tries again."""
    code = find_code(session, state)
    if code is not None and code.status == CodeStatus.WANTED:
        code.status, code.problem = CodeStatus.FAILED, problem[:500]
        session.flush()


def arrive(
    session: Session,
    userid: str,
    external_userid: str,
    *,
    at: datetime,
    state: str = "",
    welcome_code: str = "",
    half: bool = False,
) -> Follow:
    """A customer added a guide: the welcome first, then the relation, the channel's tags and the timeline (DOC 92130)."""
    code = find_code(session, state)
    staff = meet(session, userid)
    if welcome_code:
        greet_arrivals(session, [Arrival(userid, external_userid, state, welcome_code, at)])
    channel = code.channel if code is not None else ""
    follow = start_following(session, userid, external_userid, at=at, state=state, half=half, channel=channel)
    if welcome_code and is_on_its_way(session, once := welcome_key(welcome_code)):
        note_contact(session, follow.customer_id, ContactKind.SERVICE, "welcome", staff.id, f"code:{state}", once, at)
    tag_arrival(session, follow, staff)
    return follow


def tag_arrival(session: Session, follow: Follow, staff: Staff) -> None:
    """Give the customer the tags of the channel code she came through. A tag that cannot be given never costs the arrival."""
    code = find_code(session, follow.state)
    if code is None or not code.tag_ids or follow.status not in (FollowStatus.ACTIVE, FollowStatus.HALF):
        return
    try:
        tag_customer(
            session, staff, follow.customer_id, add=code.tag_ids, by=f"channel:{code.id}", why=f"来自渠道「{code.channel}」"
        )
    except AppError as error:
        log.warning("channel tags not given", channel_code_id=code.id, why=error.message)


def welcome(session: Session, follow: Follow, customer: Customer, staff: Staff, welcome_code: str, event_at: datetime) -> bool:
    """Owe the welcome of this arrival; False when its 20 seconds are over (nothing is sent late, a row says so)."""
    return bool(greet_arrivals(session, [Arrival(staff.userid, customer.external_userid, follow.state, welcome_code, event_at)]))


__all__ = [
    "arrive",
    "code_answered",
    "code_failed",
    "code_ready",
    "code_unanswered",
    "default_welcome",
    "greet_arrivals",
    "save_welcome",
    "tag_arrival",
    "want_code",
    "welcome",
]
