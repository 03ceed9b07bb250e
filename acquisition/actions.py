"""What changes in acquisition: codes are wanted and answered, arrivals are tagged and welcomed. Never calls the platform."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from acquisition.models import ChannelCode, CodeStatus, Welcome
from acquisition.pictures import draw_welcome
from acquisition.queries import find_code, find_default_welcome
from acquisition.rules import DEFAULT_TEXT, code_payload, welcome_deadline, welcome_payload, welcome_text
from customers.actions import start_following, tag_customer
from customers.models import Customer, Follow, FollowStatus
from customers.queries import find_customer
from foundation import audit, clock
from foundation.blobs import keep_blob
from foundation.config import settings
from foundation.errors import AppError, Invalid
from foundation.log import logger
from foundation.vendor import font_path
from org.actions import meet
from org.models import Staff
from org.queries import get_store
from outbox.actions import enqueue
from outbox.media import keep_media, media_slot
from outbox.models import Lane, MessageStatus, OutgoingMessage

ADD_CONTACT_WAY = "externalcontact/add_contact_way"
SEND_WELCOME = "externalcontact/send_welcome_msg"
log = logger(__name__)


def want_code(
    session: Session, staff: Staff, channel: str, *, tag_ids: Sequence[int] = (), welcome_id: int | None = None
) -> ChannelCode:
    """Her code for this channel; made on the platform when there is none, or the last try failed (DOC 92228).

    It is wanted until the answer comes (`code_answered`). Safe to ask twice at once. Raises Invalid for a bad channel name.
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
    chosen = select(ChannelCode).where(
        ChannelCode.staff_id == staff.id, ChannelCode.channel == channel, ChannelCode.status != CodeStatus.RETIRED
    )
    code = session.scalars(chosen.with_for_update()).one()
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


def code_ready(session: Session, state: str, config_id: str, qr_code: str) -> None:
    """The platform made the code; `qr_code` is the address of its picture."""
    code = find_code(session, state)
    if code is not None and code.status != CodeStatus.RETIRED:
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
    known = find_customer(session, external_userid)
    if welcome_code:
        _welcome(session, staff, known.name if known else "", code, welcome_code, at)
    channel = code.channel if code is not None else ""
    follow = start_following(session, userid, external_userid, at=at, state=state, half=half, channel=channel)
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
        log.warning("channel tags not given", code=code.id, why=error.message)


def welcome(session: Session, follow: Follow, customer: Customer, staff: Staff, welcome_code: str, event_at: datetime) -> bool:
    """Owe the welcome of this arrival; False when its 20 seconds are over (nothing is sent late)."""
    return _welcome(session, staff, customer.name, find_code(session, follow.state), welcome_code, event_at)


def _welcome(
    session: Session, staff: Staff, customer: str, code: ChannelCode | None, welcome_code: str, event_at: datetime
) -> bool:
    expires_at = welcome_deadline(event_at)
    if expires_at <= clock.now():
        return False
    chosen = _welcome_of(session, code)
    store = get_store(session, staff.store_id).name if staff.store_id is not None else settings().brand_name
    text = welcome_text(chosen.text, customer=customer, guide=staff.name or staff.userid, store=store)
    picture = media_slot(chosen.picture_key) if chosen.picture_key else None
    # The code is a secret until it is used: the key must not show it.
    key = "welcome:" + hashlib.sha256(welcome_code.encode()).hexdigest()[:40]
    payload = welcome_payload(welcome_code, text, picture)
    return bool(enqueue(session, Lane.WELCOME, SEND_WELCOME, {key: payload}, about=f"staff:{staff.id}", expires_at=expires_at))


def _welcome_of(session: Session, code: ChannelCode | None) -> Welcome:
    found = session.get(Welcome, code.welcome_id) if code is not None and code.welcome_id is not None else None
    return found or default_welcome(session)


def default_welcome(session: Session) -> Welcome:
    """The brand's default welcome; made, with a picture of the brand's name kept alive on the platform, when there is none."""
    found = find_default_welcome(session)
    if found is None:
        picture = keep_media(session, "image", keep_blob(_brand_picture()), "welcome.jpg", keep_fresh=True)
        found = Welcome(name="默认欢迎语", text=DEFAULT_TEXT, picture_key=picture, is_default=True, updated_at=clock.now())
        session.add(found)
        session.flush()
    return found


def _brand_picture() -> bytes:
    try:
        font = str(font_path("bold"))
    except (KeyError, RuntimeError) as problem:
        log.warning("welcome picture without words: no font", why=str(problem))
        font = None
    return draw_welcome(settings().brand_name, font)


def save_welcome(session: Session, staff: Staff, text: str, picture: bytes | None = None) -> Welcome:
    """Change the brand's default welcome; a new picture (JPEG or PNG) replaces the old. Raises Invalid with the field."""
    if not text.strip() or len(text) > 2000:
        raise Invalid("欢迎语要 1 到 2000 个字", {"text": "1 到 2000 个字"})
    chosen = default_welcome(session)
    chosen.text, chosen.updated_at = text.strip(), clock.now()
    if picture is not None:
        chosen.picture_key = keep_media(session, "image", keep_blob(picture), "welcome.jpg", keep_fresh=True)
    audit.record(session, f"staff:{staff.id}", "welcome.saved", f"welcome:{chosen.id}", text=text[:200])
    session.flush()
    return chosen


__all__ = [
    "arrive",
    "code_answered",
    "code_failed",
    "code_ready",
    "default_welcome",
    "save_welcome",
    "tag_arrival",
    "want_code",
    "welcome",
]
