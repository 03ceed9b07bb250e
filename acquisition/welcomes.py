"""The brand's welcome and who is owed it: many arrivals at once, in a handful of statements. What is late is kept as expired."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from acquisition.models import Welcome
from acquisition.pictures import checked_picture, draw_welcome
from acquisition.queries import find_default_welcome
from acquisition.rules import DEFAULT_TEXT, welcome_deadline, welcome_payload, welcome_problem, welcome_text
from customers.respect import Letter, send_to_customers
from customers.respect_models import ContactKind
from foundation import audit, clock
from foundation.blobs import keep_blob
from foundation.config import settings
from foundation.errors import Invalid
from foundation.log import logger
from foundation.vendor import font_path
from org.models import Staff
from outbox.actions import keep_expired
from outbox.media import keep_media, media_slot
from outbox.models import Lane

log = logger(__name__)
TOO_LATE = "轮到处理时已超过 18 秒，欢迎语没有发送"
SEND_WELCOME = "externalcontact/send_welcome_msg"
FACTS = text("""
    SELECT told.place, customer.id AS customer_id, staff.name AS guide, store.name AS store, customer.name AS customer,
        welcome.text, welcome.picture_key
    FROM unnest(CAST(:userids AS text[]), CAST(:externals AS text[]), CAST(:states AS text[]))
         WITH ORDINALITY AS told (userid, external_userid, state, place)
    JOIN staff ON staff.userid = told.userid
    LEFT JOIN store ON store.id = staff.store_id
    LEFT JOIN customer ON customer.external_userid = told.external_userid
    LEFT JOIN channel_code ON channel_code.state = told.state AND told.state <> ''
    LEFT JOIN welcome ON welcome.id = channel_code.welcome_id
""")


@dataclass(frozen=True)
class Arrival:
    """A customer added a guide, with a code that is good for 20 seconds from `event_at` (DOC 92137)."""

    userid: str
    external_userid: str
    state: str
    welcome_code: str
    event_at: datetime


def greet_arrivals(session: Session, arrivals: Sequence[Arrival]) -> int:
    """Owe the welcomes of those still in time, each once however often it is asked; how many are new. What comes too late is
    kept as expired.

    A guide never heard of is passed over: whoever works the event meets her first and asks again.
    """
    if not arrivals:
        return 0
    owed = _composed(session, arrivals)
    return sum(_owe(session, messages, expires_at) for expires_at, messages in owed.items())


def _owe(session: Session, letters: dict[str, Letter], expires_at: datetime) -> int:
    if expires_at > clock.now():
        return send_to_customers(
            session, Lane.WELCOME, SEND_WELCOME, letters, kind=ContactKind.SERVICE, about="welcome", expires_at=expires_at
        )
    messages = {key: letter.payload for key, letter in letters.items()}
    late = keep_expired(session, Lane.WELCOME, SEND_WELCOME, messages, about="welcome", expires_at=expires_at, reason=TOO_LATE)
    if late:
        log.warning("welcomes too late", count=late)
    return 0


def _composed(session: Session, arrivals: Sequence[Arrival]) -> dict[datetime, dict[str, Letter]]:
    """The calls by deadline and key."""
    usual = default_welcome(session)
    columns = {
        "userids": [arrival.userid for arrival in arrivals],
        "externals": [arrival.external_userid for arrival in arrivals],
        "states": [arrival.state for arrival in arrivals],
    }
    owed: dict[datetime, dict[str, Letter]] = defaultdict(dict)
    for row in session.execute(FACTS, columns):
        arrival = arrivals[row.place - 1]
        words = welcome_text(
            row.text or usual.text,
            customer=row.customer or "",
            guide=row.guide or arrival.userid,
            store=row.store or settings().brand_name,
        )
        picture = row.picture_key if row.text else usual.picture_key
        payload = welcome_payload(arrival.welcome_code, words, media_slot(picture) if picture else None)
        owed[welcome_deadline(arrival.event_at)][welcome_key(arrival.welcome_code)] = Letter(row.customer_id, payload)
    return owed


def welcome_key(welcome_code: str) -> str:
    """The idempotency key of this welcome, in the outbox and in the ledger of contacts."""
    # The code is a secret until it is used: the key must not show it.
    return "welcome:" + hashlib.sha256(welcome_code.encode()).hexdigest()[:40]


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
    if problem := welcome_problem(text.strip()):
        raise Invalid("欢迎语没有保存", {"text": problem})
    chosen = default_welcome(session)
    chosen.text, chosen.updated_at = text.strip(), clock.now()
    if picture is not None:
        name = f"welcome.{checked_picture(picture)}"
        chosen.picture_key = keep_media(session, "image", keep_blob(picture), name, keep_fresh=True)
    actor, subject = f"staff:{staff.id}", f"welcome:{chosen.id}"
    audit.record(session, actor, "welcome.saved", subject, text=text[:200], new_picture=picture is not None)
    session.flush()
    return chosen
