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
IN_ORDER = ("externalcontact/mark_tag", "externalcontact/remark", "externalcontact/edit_corp_tag")
LOST_MEDIA = frozenset({40007, 40145})
CROWDED = frozenset({45033})

# Made twice they may exist twice: the platform knows no key of ours, finds a code by its config_id, never by our state, and
# shows none in its console (DOC 92228). What may have happened is asked for once more, then a person decides by these words.
UNREPEATABLE = {
    "externalcontact/add_contact_way": "企业微信没有答复，活码可能已建成（管理后台看不到）；再发会另建一个，多出的占用名额",
    "externalcontact/add_corp_tag": "企业微信没有答复，标签可能已经建好；请先在企业微信后台「客户标签」核对，没有再重发",
}

# What ends in front of a customer: owed only by customers.respect.send_to_customers, which asks whether she may be contacted.
TO_CUSTOMERS = frozenset(
    {WELCOME, "externalcontact/add_msg_template", "externalcontact/add_moment_task", "kf/send_msg", "kf/send_msg_on_event"}
)

MOST_LOSSES = 20
MOST_LOSSES_UNREPEATABLE = 2
DUPLICATE_CHECK_FROM, DUPLICATE_CHECK_SPREAD = 1800, 3600


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the first wait is, how long the longest, and after how many failed tries we stop."""

    first: float
    longest: float
    tries: int


# All waits of SILENT together stay inside the 30 minutes in which the platform recognises a repeated message.
WELCOME_PROBE = timedelta(seconds=3)
WELCOME_PATIENCE = Patience(0.3, 2.0, 30)
BUSY = Patience(1.0, 16.0, 4)
CONTENDED = Patience(0.5, 60.0, 30)
SILENT = Patience(2.0, 300.0, 12)
UNREACHABLE = Patience(2.0, 300.0, 60)
NO_TOKEN = Patience(5.0, 300.0, 6)
ONCE_MORE = Patience(2.0, 2.0, 2)


def patience_for(failure: PlatformError) -> Patience | None:
    """None when waiting would not help."""
    if isinstance(failure, TokenRefused):
        return NO_TOKEN
    if not isinstance(failure, RetryLater):
        return None
    if is_doubtful(failure):
        return ONCE_MORE
    if failure.errcode is None:
        return SILENT if failure.maybe_done else UNREACHABLE
    return BUSY if failure.errcode in {-1, 6000} else CONTENDED


def is_doubtful(failure: PlatformError) -> bool:
    """The platform may have acted, and would act again if asked again."""
    return isinstance(failure, RetryLater) and failure.maybe_done and failure.call in UNREPEATABLE


def uses_a_try(failure: PlatformError) -> bool:
    """A throttled call was not tried: waiting for its window costs no patience, however often."""
    return not isinstance(failure, Throttled)


def rest_after(failure: Throttled, lane: Lane) -> timedelta:
    """How long a throttled API rests. A welcome is dead after 20 s, so its API is tried again long before the window is over:
    what the platform still refuses costs nothing more, what it takes again is not lost.
    """
    window = timedelta(seconds=failure.window_seconds)
    return min(window, WELCOME_PROBE) if lane == Lane.WELCOME else window


def wait_before_retry(tries: int, failure: PlatformError, *, lane: Lane = Lane.TASK, jitter: float = 1.0) -> timedelta | None:
    """How long to wait after the failure that made `tries` of them since the message was last owed; None means it is dead.

    `jitter`, 0 to 1, spreads the callers.
    """
    if isinstance(failure, Throttled):
        return rest_after(failure, lane)
    patience = patience_for(failure)
    if patience is None:
        return None
    if lane == Lane.WELCOME:
        patience = WELCOME_PATIENCE
    if tries >= patience.tries:
        return None
    ceiling = min(patience.first * 2 ** min(tries - 1, 20), patience.longest)
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
