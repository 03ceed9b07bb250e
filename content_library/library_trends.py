"""How the library wears: sends and openings by day, items that age, searches without result. Bounded by dates, never kept."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from content_library.item_figures import Asked, of_items
from content_library.link_models import LinkVisit, TrackedLink
from content_library.models import Item, ItemSend, ItemStatus, ItemVersion, SearchMiss
from foundation import clock
from org.models import Staff
from org.queries import inside

AGED_DAYS = 90
WINDOW_DAYS = 30


@dataclass(frozen=True)
class Ageing:
    """An item published long ago that is sent less than it was: sends of the last 30 days and of the 30 before."""

    item: Item
    published_at: datetime
    lately: int
    before: int


@dataclass(frozen=True)
class Gap:
    """Words that found nothing: looked for by so many guides, so often, last on."""

    words: str
    guides: int
    times: int
    last_on: date


def _day(moment: InstrumentedAttribute[datetime]) -> ColumnElement[date]:
    return func.timezone("Asia/Shanghai", moment).cast(Date)


def by_day(session: Session, viewer: Staff, asked: Asked) -> list[tuple[date, int, int]]:
    """(Shanghai day, sends, openings) of each asked day, the oldest first; days on which nothing happened count zero."""

    sent_on, opened_on = _day(ItemSend.sent_at), _day(LinkVisit.first_at)
    within = [inside(Staff.path, asked.path), *of_items(viewer, asked)]
    sends = (
        select(sent_on, func.count())
        .join(Staff, Staff.id == ItemSend.staff_id)
        .join(Item, Item.id == ItemSend.item_id)
        .where(ItemSend.sent_at >= asked.since, *within)
        .group_by(sent_on)
    )
    opens = (
        select(opened_on, func.count())
        .join(TrackedLink, TrackedLink.id == LinkVisit.link_id)
        .join(Staff, Staff.id == TrackedLink.staff_id)
        .join(Item, Item.id == TrackedLink.item_id)
        .where(LinkVisit.first_at >= asked.since, *within)
        .group_by(opened_on)
    )
    sent = {row[0]: row[1] for row in session.execute(sends)}
    opened = {row[0]: row[1] for row in session.execute(opens)}
    first, last = clock.day_of(asked.since), clock.today()
    days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
    return [(one, sent.get(one, 0), opened.get(one, 0)) for one in days]


def list_ageing(session: Session, viewer: Staff, asked: Asked, limit: int = 30) -> list[Ageing]:
    """Items whose shown version is older than 90 days and that were sent less in the last 30 days than half of the 30 before,
    or not at all in both; the oldest first."""
    now = clock.now()
    recent, earlier = now - clock.days(WINDOW_DAYS), now - clock.days(2 * WINDOW_DAYS)
    lately = func.sum(case((ItemSend.sent_at >= recent, 1), else_=0))
    before = func.sum(case((ItemSend.sent_at < recent, 1), else_=0))
    sends = (
        select(ItemSend.item_id, lately.label("lately"), before.label("before"))
        .join(Staff, Staff.id == ItemSend.staff_id)
        .where(ItemSend.sent_at >= earlier, inside(Staff.path, asked.path))
        .group_by(ItemSend.item_id)
        .subquery()
    )
    counts = func.coalesce(sends.c.lately, 0), func.coalesce(sends.c.before, 0)
    rows = session.execute(
        select(Item, ItemVersion.published_at, *counts)
        .join(ItemVersion, ItemVersion.id == Item.version_id)
        .outerjoin(sends, sends.c.item_id == Item.id)
        .where(
            Item.status == ItemStatus.PUBLISHED, ItemVersion.published_at <= now - clock.days(AGED_DAYS),
            counts[0] * 2 <= counts[1], *of_items(viewer, asked),
        )
        .order_by(ItemVersion.published_at, Item.id)
        .limit(limit)
    )  # fmt: skip
    return [Ageing(item, published_at, int(lately_), int(before_)) for item, published_at, lately_, before_ in rows]


def list_gaps(session: Session, asked: Asked, limit: int = 50) -> list[Gap]:
    """Words that found nothing for guides of the subtree, those most guides looked for first."""
    guides = func.count(SearchMiss.staff_id.distinct())
    rows = session.execute(
        select(SearchMiss.words, guides, func.sum(SearchMiss.times), func.max(SearchMiss.on))
        .join(Staff, Staff.id == SearchMiss.staff_id)
        .where(SearchMiss.on >= clock.day_of(asked.since), inside(Staff.path, asked.path))
        .group_by(SearchMiss.words)
        .order_by(guides.desc(), func.sum(SearchMiss.times).desc(), SearchMiss.words)
        .limit(limit)
    )
    return [Gap(words, int(guides_), int(times), last_on) for words, guides_, times, last_on in rows]
