"""What is decided about an event before anybody handles it. Pure: no database, no clock."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

from foundation.db import Json
from foundation.text import cut

WELCOME_SECONDS = timedelta(seconds=18)
REPLAY_AFTER = timedelta(minutes=10)
MOST_ATTEMPTS = 5
WELCOME_LANE, OTHER_LANE = 0, 1
NAME_LIMIT = 80
FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
REPLACEMENT = "\ufffd".encode()
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


def digest_of(receiver: str, plaintext: bytes) -> bytes:
    """The key of an event: SHA-256 over receiver and whole content.

    The platform's own advice (FromUserName + CreateTime, DOC 90238) makes one event of two customers added in one second.
    """
    return hashlib.sha256(receiver.encode() + b"\0" + plaintext).digest()


def readable(plaintext: bytes) -> bytes:
    """What XML and JSONB can hold: control characters and broken UTF-8 become U+FFFD, everything else stays as it came.

    A nickname with such a character would otherwise make the whole event unreadable, and lost after three deliveries.
    """
    clean = FORBIDDEN.sub(REPLACEMENT, plaintext)
    try:
        clean.decode()
    except UnicodeDecodeError:
        return clean.decode(errors="replace").encode()
    return clean


def kind_of(body: Json) -> tuple[str, str]:
    """(event, change_type). A message a member wrote has no Event (DOC 90239): it is ("message", its MsgType)."""
    name = body.get("Event")
    if isinstance(name, str) and name:
        change = body.get("ChangeType")
        return cut(name, NAME_LIMIT), cut(change, NAME_LIMIT) if isinstance(change, str) else ""
    kind = body.get("MsgType")
    return "message", cut(kind, NAME_LIMIT) if isinstance(kind, str) else ""


def lane_of(body: Json) -> int:
    """Lane 0 for events that carry a welcome code: it dies 20 seconds after the event (DOC 92137)."""
    return WELCOME_LANE if body.get("WelcomeCode") else OTHER_LANE


def moment_of(body: Json, received_at: datetime) -> datetime:
    """CreateTime as a moment; a missing or senseless one is the moment of receipt."""
    text = body.get("CreateTime")
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 11:
        return received_at
    moment = datetime.fromtimestamp(int(text), UTC)
    return moment if moment < LATEST else received_at


def welcome_counts_from(created_at: datetime, received_at: datetime) -> datetime | None:
    """From when a welcome code's 20 seconds run by our own clock; None for a replayed event, which gets no welcome.

    A CreateTime in the future, or older than a code's life but not by much, is a wrong clock (ours or theirs): the platform
    delivers within seconds, so then the moment of receipt counts. Otherwise a skewed clock would silence every welcome.
    """
    age = received_at - created_at
    if age > REPLAY_AFTER:
        return None
    return created_at if timedelta(0) <= age <= WELCOME_SECONDS else received_at


def wait_before_retry(attempts: int, lane: int) -> timedelta | None:
    """How long to wait after a passing trouble; None when the event is to be set aside. Welcomes cannot wait long."""
    if attempts >= MOST_ATTEMPTS:
        return None
    if lane == WELCOME_LANE:
        return timedelta(seconds=0.5 * 2 ** (attempts - 1))
    return timedelta(seconds=2 * 3 ** (attempts - 1))
