"""What is decided about an owed call: done, again, or over. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from foundation.db import Json
from outbox.models import Lane, MessageStatus
from wecom.errors import PlatformError, RetryLater, Throttled, TokenRefused

WELCOME = "externalcontact/send_welcome_msg"
SEND = "message/send"
UPLOAD = "media/upload"

# Errors that mean the thing is as it should be: a welcome was given, a card was already changed.
DONE = frozenset({(WELCOME, 41051), ("message/update_template_card", 60140)})
# Two writers on one customer give 45035, and order matters: one at a time for each `about`.
IN_ORDER = ("externalcontact/mark_tag", "externalcontact/remark")
LOST_MEDIA = frozenset({40007, 40145})
CROWDED = frozenset({45033})

# Attempts only ever grow (they are the fence), so they are counted in ranges of this size.
MOST_ATTEMPTS = 100
MOST_LOSSES = 20
DUPLICATE_CHECK_FROM, DUPLICATE_CHECK_SPREAD = 1800, 3600


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the first wait is, how long the longest, and after how many attempts we stop."""

    first: float
    longest: float
    attempts: int


# All waits of SILENT together stay inside the 30 minutes in which the platform recognises a repeated message.
WELCOME_PATIENCE = Patience(0.3, 2.0, 30)
BUSY = Patience(1.0, 16.0, 4)
CONTENDED = Patience(0.5, 60.0, 30)
SILENT = Patience(2.0, 300.0, 12)
UNREACHABLE = Patience(2.0, 300.0, 60)
NO_TOKEN = Patience(5.0, 300.0, 6)


def patience_for(failure: PlatformError) -> Patience | None:
    """None when waiting would not help."""
    if isinstance(failure, TokenRefused):
        return NO_TOKEN
    if not isinstance(failure, RetryLater):
        return None
    if failure.errcode is None:
        return SILENT if failure.maybe_done else UNREACHABLE
    return BUSY if failure.errcode in {-1, 6000} else CONTENDED


def tries(attempts: int) -> int:
    """Which attempt it is since the message was last owed: re-sending by hand starts a new range of MOST_ATTEMPTS."""
    return (attempts - 1) % MOST_ATTEMPTS + 1


def wait_before_retry(attempts: int, failure: PlatformError, *, lane: Lane = Lane.TASK, jitter: float = 1.0) -> timedelta | None:
    """How long to wait after a failed attempt; None means the message is dead. `jitter`, 0 to 1, spreads the callers."""
    if isinstance(failure, Throttled):
        return timedelta(seconds=failure.window_seconds)
    patience = patience_for(failure)
    if patience is None:
        return None
    if lane == Lane.WELCOME:
        patience = WELCOME_PATIENCE
    number = tries(attempts)
    if number >= patience.attempts:
        return None
    ceiling = min(patience.first * 2 ** min(number - 1, 20), patience.longest)
    return timedelta(seconds=ceiling * (0.5 + 0.5 * jitter))


def outcome_of(call: str, error: PlatformError | None) -> MessageStatus:
    """SENT when done (or as good as done), WAITING when another attempt may work, DEAD when none will."""
    if error is None or (call, error.errcode) in DONE:
        return MessageStatus.SENT
    if isinstance(error, Throttled) or patience_for(error) is not None:
        return MessageStatus.WAITING
    return MessageStatus.DEAD


def shortfall(call: str, payload: Json, answer: Json) -> str | None:
    """Why an accepted message reached nobody, in Chinese; None when it did. Lists name userids joined by "|", lower case."""
    if call != SEND or payload.get("toparty") or payload.get("totag") or payload.get("touser") == "@all":
        return None
    wanted = _names(payload.get("touser"))
    unlicensed, invalid = _names(answer.get("unlicenseduser")), _names(answer.get("invaliduser"))
    if not wanted or wanted - unlicensed - invalid:
        return None
    return "成员没有企业微信的「接口许可」，消息没有送达" if unlicensed else "成员已离职，或不在应用的可见范围里，消息没有送达"


def _names(joined: object) -> set[str]:
    return {name.lower() for name in str(joined or "").split("|") if name}


def marked_once(call: str, message_id: int, payload: Json) -> Json:
    """A message/send that the platform delivers once however often we repeat it (DOC 90236: same JSON inside the interval).

    The interval differs from message to message, so that two messages with the same words are two messages.
    """
    if call != SEND or "enable_duplicate_check" in payload:
        return payload
    interval = DUPLICATE_CHECK_FROM + message_id % DUPLICATE_CHECK_SPREAD
    return {**payload, "enable_duplicate_check": 1, "duplicate_check_interval": interval}


def worth_keeping(answer: Json) -> Json:
    """The facts of an answer: no errcode, no errmsg, nothing empty."""
    return {name: value for name, value in answer.items() if name not in {"errcode", "errmsg"} and value not in ("", [], None)}
