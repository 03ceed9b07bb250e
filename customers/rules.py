"""What is decided about customers: which event of a follow relation wins, whose customer she is, how tags merge. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from customers.models import FollowStatus
from customers.phones import normal_phone

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
SAME_ADDING = timedelta(seconds=90)
MAX_TAGS_AT_ONCE = 50
AUTOMATIC = ("channel", "rule", "job", "platform")

RANK = {
    FollowStatus.HALF: 0,
    FollowStatus.ACTIVE: 1,
    FollowStatus.ENDED_BY_CUSTOMER: 2,
    FollowStatus.ENDED_BY_GUIDE: 3,
    FollowStatus.TRANSFERRED: 4,
}
ENDED = frozenset({FollowStatus.ENDED_BY_CUSTOMER, FollowStatus.ENDED_BY_GUIDE, FollowStatus.TRANSFERRED})
ENDED_BY = {
    "customer": FollowStatus.ENDED_BY_CUSTOMER,
    "guide": FollowStatus.ENDED_BY_GUIDE,
    "transfer": FollowStatus.TRANSFERRED,
}
SEEN_BY_GUIDE = (FollowStatus.ACTIVE, FollowStatus.HALF, FollowStatus.ENDED_BY_CUSTOMER)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a follow relation stands, or what one event says of it.

    `changed_at` is the platform's moment of the newest event; `followed_at` of the newest adding (NEVER while only its end is
    known, because the deletion arrived before the adding); `state` belongs to that newest adding.
    """

    status: FollowStatus
    changed_at: datetime
    followed_at: datetime
    state: str = ""


def added(at: datetime, *, half: bool = False, state: str = "") -> Standing:
    """What an add event (or a half-add, 免验证) says."""
    return Standing(FollowStatus.HALF if half else FollowStatus.ACTIVE, at, at, state)


def ended(at: datetime, by: str) -> Standing:
    """What a deletion says; `by` is customer, guide or transfer."""
    return Standing(ENDED_BY[by], at, NEVER)


def merged(one: Standing, other: Standing) -> Standing:
    """Both together: the newer event wins, at the same second the higher rank (an end wins over an adding).

    Commutative, associative, idempotent: events may arrive in any order and any number of times. At the same second the end
    wins because the platform can only end what was begun, while nobody adds, deletes and adds again within one second.
    """
    newer = max(one, other, key=lambda standing: (standing.changed_at, RANK[FollowStatus(standing.status)]))
    adding = max(one, other, key=lambda standing: (standing.followed_at, standing.state))
    return replace(newer, followed_at=adding.followed_at, state=adding.state)


def pulled(known: Standing, createtime: datetime, state: str) -> Standing:
    """What a profile pulled from the platform adds: she is followed since `createtime`.

    A relation the customer ended is still listed (one-way relation), so only an adding newer than the end revives it;
    a half relation is not listed before the guide confirms, so being listed makes it active.
    """
    result = merged(known, added(createtime, state=state))
    if result.status == FollowStatus.HALF:
        return replace(result, status=FollowStatus.ACTIVE)
    return result


def is_new_adding(known: Standing | None, now: Standing) -> bool:
    """Whether what is known now holds an adding not noted yet: the first, one after an end nobody told of, or a confirmed half.

    A `createtime` a moment after the event's is the same adding.
    """
    if known is None or (known.status == FollowStatus.HALF and now.status == FollowStatus.ACTIVE):
        return True
    return now.followed_at > known.followed_at + SAME_ADDING


def is_gone(known: Standing, absent_at: datetime) -> bool:
    """Whether a relation absent from a complete answer asked for at `absent_at` has ended (the guide deleted her)."""
    return known.status == FollowStatus.ACTIVE and known.changed_at < absent_at


def ended_at(standing: Standing) -> datetime | None:
    """The moment of the end, for relations that have ended."""
    return standing.changed_at if standing.status in ENDED else None


@dataclass(frozen=True, slots=True)
class Tags:
    """A follow relation's tags after a pull: ours, the platform's, and what the guide changed in her WeCom client."""

    ours: list[int]
    platform: list[int]
    added: list[int]
    removed: list[int]


def merge_tags(ours: Sequence[int], base: Sequence[int], theirs: Iterable[int]) -> Tags:
    """Three-way merge: what differs between `base` (the platform as last known) and `theirs` (as pulled) is her doing.

    What is ours and not yet written stays; a tag that arrives at the platform from our own call is nobody's news.
    """
    mine, known, told = set(ours), set(base), set(theirs)
    fresh, lost = told - known - mine, (known - told) & mine
    return Tags(sorted((mine | (told - known)) - (known - told)), sorted(told), sorted(fresh), sorted(lost))


def tag_delta(ours: Iterable[int], platform: Iterable[int]) -> tuple[list[int], list[int]]:
    """What to add to and remove from the platform so that it has ours."""
    mine, known = set(ours), set(platform)
    return sorted(mine - known), sorted(known - mine)


def tag_entry(by: str, added_any: bool) -> str:
    """The kind of timeline entry: only a person's tagging counts for boards ("tagged")."""
    if not added_any:
        return "untagged"
    return "auto_tagged" if by.startswith(AUTOMATIC) else "tagged"


def phone_of(numbers: object) -> str | None:
    """The first usable phone of `remark_mobiles`, in its one normal spelling (customers.phones)."""
    told = (normal_phone(str(number)) for number in (numbers if isinstance(numbers, list) else []))
    return next((phone for phone in told if phone), None)
