"""What a visit of a tracked link brings, seconds later: the timeline, a notice to the guide, tags. Each visit's once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from content_library.link_actions import note_told
from content_library.link_cards import opened_card
from content_library.link_models import Reader
from content_library.link_queries import Opened, count_openings, last_told, list_untold
from content_library.link_rules import NOBODY, TAG_DAYS, TAG_TIMES, TELL_AGAIN, tags_wished
from customers.actions import note_timeline, tag_customer
from customers.follow_pairs import follows_of_pairs
from customers.models import Customer, Follow, FollowStatus
from customers.queries import list_tags
from foundation import clock
from foundation.db import transaction
from foundation.errors import AppError
from foundation.log import logger
from foundation.text import cut
from org.models import StaffStatus
from outbox.actions import enqueue
from outbox.models import Lane

AT_ONCE = 200
# The quick pass looks at few rows, every two seconds; what a long stop left behind is found by the slow one.
FRESH, MISSED = timedelta(minutes=5), timedelta(days=3)
NOTICE_LIVES = timedelta(hours=1)
log = logger(__name__)


def tell_fresh() -> int:
    """Effects of the visits of the last minutes; how many."""
    return _tell_since(FRESH)


def tell_missed() -> int:
    """Effects of whatever visit still lacks them; how many."""
    return _tell_since(MISSED)


def _tell_since(back: timedelta) -> int:
    """A batch, a transaction; a visit that failed is passed over and left for a later run."""
    since, total = clock.now() - back, 0
    after: tuple[datetime, int] | None = None
    while True:
        with transaction() as session:
            opened = list_untold(session, since, AT_ONCE, after)
            if opened:
                after = opened[-1].visit.first_at, opened[-1].visit.id
                total += _tell(session, opened)
        if len(opened) < AT_ONCE:
            return total


def _tell(session: Session, opened: Sequence[Opened]) -> int:
    """How many of these had their effects."""
    now = clock.now()
    follows = follows_of_pairs(session, [(one.link.customer_id or 0, one.link.staff_id) for one in opened])
    told = last_told(session, [one.link.id for one in opened], told_since=now - TELL_AGAIN, begun_since=now - MISSED)
    known = _corp_tags(session, opened)
    done: dict[int, datetime] = {}
    for one in opened:
        place, pair = (one.link.id, str(one.visit.reader)), (one.link.customer_id or 0, one.link.staff_id)
        moment = _effects(session, one, follows.get(pair), told.get(place), known)
        if moment is not None:
            done[one.visit.id] = moment
            told |= {place: moment} if moment != NOBODY else {}
    note_told(session, done)
    return len(done)


def _effects(
    session: Session, one: Opened, follow: tuple[Customer, Follow] | None, told: datetime | None, known: Mapping[str, int]
) -> datetime | None:
    """All of one visit or nothing: when the guide was told of it (or just before, of another), NOBODY, or None when it failed."""
    if follow is None:
        return NOBODY
    visit_id = one.visit.id
    try:
        with session.begin_nested():
            _note(session, one)
            if told is None:
                told = clock.now() if _notify(session, one, *follow) else NOBODY
            if one.visit.reader == Reader.HERS:
                _tag(session, one, known)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # one visit that cannot be told must not keep everybody else's guide waiting: logged, tried again later
        log.exception("visit not told", visit=visit_id)
        return None
    return told


def _note(session: Session, one: Opened) -> None:
    """Her own visits one by one; those of people she forwarded it to once a day, however far it went."""
    hers = one.visit.reader == Reader.HERS
    once = f"opened:{one.visit.id}" if hers else f"forwarded:{one.link.id}:{clock.day_of(one.visit.first_at).isoformat()}"
    note_timeline(
        session, one.link.customer_id or 0, "opened" if hers else "forward_opened", staff_id=one.link.staff_id,
        at=one.visit.first_at, once=once, title=one.item.title, content=one.item.kind, item=one.item.id,
        category=one.item.category_id, marks=list(one.item.tags),
    )  # fmt: skip


def _notify(session: Session, one: Opened, customer: Customer, follow: Follow) -> bool:
    """Whether a notice goes out: not to who left, nor a second one of a day's forwarded readers."""
    if one.guide.status != StaffStatus.ACTIVE or follow.status != FollowStatus.ACTIVE:
        return False
    hers = one.visit.reader == Reader.HERS
    key = f"opened:{one.visit.id}" if hers else f"forwarded:{one.link.id}:{clock.day_of(one.visit.first_at).isoformat()}"
    name = cut(follow.remark or customer.name or "您的客户", 12)
    card = opened_card(
        one.guide.userid, customer.external_userid, name, one.item.title, one.item.kind, one.visit.reader, one.visit.first_at
    )
    expires_at = clock.now() + NOTICE_LIVES
    about = f"customer:{customer.id}"
    return enqueue(session, Lane.INTERACTIVE, "message/send", {key: card}, about=about, expires_at=expires_at) > 0


def _corp_tags(session: Session, opened: Sequence[Opened]) -> dict[str, int]:
    """The corp tags by name, asked for once in a batch and only when an item of it wants one."""
    if not any(tags_wished(one.item.tags) for one in opened):
        return {}
    return {tag.name: tag.id for group in list_tags(session) for tag in group.tags if tag.platform_id}


def _tag(session: Session, one: Opened, known: Mapping[str, int]) -> None:
    """ "标签:喜欢长款" on an item: who opened such items twice in seven days gets the corp tag 喜欢长款."""
    wished = tags_wished(one.item.tags)
    if not wished or one.link.customer_id is None:
        return
    since = clock.now() - timedelta(days=TAG_DAYS)
    for name in wished:
        marks = [tag for tag in one.item.tags if tags_wished([tag]) == [name]]
        if name not in known or count_openings(session, one.link.customer_id, marks, since) < TAG_TIMES:
            continue
        try:
            with session.begin_nested():
                tag_customer(session, one.guide, one.link.customer_id, add=[known[name]], by="rule:radar", why=one.item.title)
        except AppError as problem:
            log.info("not tagged", customer=one.link.customer_id, tag=name, why=problem.message)
