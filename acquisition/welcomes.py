"""The brand's welcome and who is owed it: many arrivals at once, in a handful of statements. Nothing is sent late."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from acquisition.models import Welcome
from acquisition.pictures import draw_welcome
from acquisition.queries import find_default_welcome
from acquisition.rules import DEFAULT_TEXT, welcome_deadline, welcome_payload, welcome_text
from foundation import audit, clock
from foundation.blobs import keep_blob
from foundation.config import settings
from foundation.db import Json
from foundation.errors import Invalid
from foundation.log import logger
from foundation.vendor import font_path
from org.models import Staff
from outbox.actions import enqueue
from outbox.media import keep_media, media_slot
from outbox.models import Lane

log = logger(__name__)
SEND_WELCOME = "externalcontact/send_welcome_msg"
FACTS = text("""
    SELECT told.place, staff.name AS guide, store.name AS store, customer.name AS customer, welcome.text, welcome.picture_key
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
    """Owe the welcomes of those still in time, each once however often it is asked; how many are new.

    A guide never heard of is passed over: whoever works the event meets her first and asks again.
    """
    now = clock.now()
    timely = [arrival for arrival in arrivals if welcome_deadline(arrival.event_at) > now]
    if not timely:
        return 0
    usual = default_welcome(session)
    columns = {
        "userids": [arrival.userid for arrival in timely],
        "externals": [arrival.external_userid for arrival in timely],
        "states": [arrival.state for arrival in timely],
    }
    owed: dict[datetime, dict[str, Json]] = defaultdict(dict)
    for row in session.execute(FACTS, columns):
        arrival = timely[row.place - 1]
        words = welcome_text(
            row.text or usual.text,
            customer=row.customer or "",
            guide=row.guide or arrival.userid,
            store=row.store or settings().brand_name,
        )
        picture = row.picture_key if row.text else usual.picture_key
        payload = welcome_payload(arrival.welcome_code, words, media_slot(picture) if picture else None)
        owed[welcome_deadline(arrival.event_at)][_key(arrival.welcome_code)] = payload
    return sum(
        enqueue(session, Lane.WELCOME, SEND_WELCOME, messages, about="welcome", expires_at=expires_at)
        for expires_at, messages in owed.items()
    )


def _key(welcome_code: str) -> str:
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
    if not text.strip() or len(text) > 2000:
        raise Invalid("欢迎语要 1 到 2000 个字", {"text": "1 到 2000 个字"})
    chosen = default_welcome(session)
    chosen.text, chosen.updated_at = text.strip(), clock.now()
    if picture is not None:
        chosen.picture_key = keep_media(session, "image", keep_blob(picture), "welcome.jpg", keep_fresh=True)
    audit.record(session, f"staff:{staff.id}", "welcome.saved", f"welcome:{chosen.id}", text=text[:200])
    session.flush()
    return chosen
