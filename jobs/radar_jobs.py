"""What a visit of a tracked link brings, seconds later: the timeline, a notice to the guide, tags. Each visit's once."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from content_library.link_actions import note_told
from content_library.link_cards import opened_card
from content_library.link_models import LinkVisit, Reader
from content_library.link_queries import Opened, count_openings, last_told, list_untold
from content_library.link_rules import TAG_DAYS, TAG_TIMES, TELL_AGAIN, tags_wished
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
    total = 0
    while True:
        with transaction() as session:
            done = _tell(session, list_untold(session, clock.now() - back, AT_ONCE))
        total += done
        if done < AT_ONCE:
            return total


def _tell(session: Session, opened: Sequence[Opened]) -> int:
    if not opened:
        return 0
    pairs = [(one.link.customer_id or 0, one.link.staff_id) for one in opened]
    follows = follows_of_pairs(session, pairs)
    told = last_told(session, [one.link.id for one in opened])
    covered: dict[int, LinkVisit] = {}
    for one in opened:
        customer, follow = follows.get((one.link.customer_id or 0, one.link.staff_id), (None, None))
        if customer is None or follow is None:
            continue
        _note(session, one)
        before = told.get(one.link.id)
        if before is not None and before.told_at is not None and clock.now() - before.told_at < TELL_AGAIN:
            covered[one.visit.id] = before
        else:
            _notify(session, one, customer, follow)
            one.visit.told_at = clock.now()
            told[one.link.id] = one.visit
        if one.visit.reader == Reader.HERS:
            _tag(session, one)
    note_told(session, [one.visit for one in opened], covered)
    return len(opened)


def _note(session: Session, one: Opened) -> None:
    """Her own visits one by one; those of people she forwarded it to once a day, however far it went."""
    hers = one.visit.reader == Reader.HERS
    once = f"opened:{one.visit.id}" if hers else f"forwarded:{one.link.id}:{clock.day_of(one.visit.first_at).isoformat()}"
    note_timeline(
        session, one.link.customer_id or 0, "opened" if hers else "forward_opened", staff_id=one.link.staff_id,
        at=one.visit.first_at, once=once, title=one.item.title, content=one.item.kind,
    )  # fmt: skip


def _notify(session: Session, one: Opened, customer: Customer, follow: Follow) -> None:
    if one.guide.status != StaffStatus.ACTIVE or follow.status != FollowStatus.ACTIVE:
        return
    hers = one.visit.reader == Reader.HERS
    key = f"opened:{one.visit.id}" if hers else f"forwarded:{one.link.id}:{clock.day_of(one.visit.first_at).isoformat()}"
    name = cut(follow.remark or customer.name or "您的客户", 12)
    card = opened_card(
        one.guide.userid, customer.external_userid, name, one.item.title, one.item.kind, one.visit.reader, one.visit.first_at
    )
    expires_at = clock.now() + NOTICE_LIVES
    enqueue(session, Lane.INTERACTIVE, "message/send", {key: card}, about=f"customer:{customer.id}", expires_at=expires_at)


def _tag(session: Session, one: Opened) -> None:
    """ "标签:喜欢长款" on an item: who opened such items twice in seven days gets the corp tag 喜欢长款."""
    wished = tags_wished(one.item.tags)
    if not wished or one.link.customer_id is None:
        return
    known = {tag.name: tag.id for group in list_tags(session) for tag in group.tags if tag.platform_id}
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
