"""What is read of tracked links: the page behind a code, visits whose effects are owed, what was opened. Bounded by dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from content_library.link_models import LinkVisit, Reader, TrackedLink
from content_library.models import Item, ItemStatus, ItemVersion
from foundation.errors import NotFound
from org.models import Staff, Store


@dataclass(frozen=True)
class Opened:
    """A visit with everything its effects need."""

    visit: LinkVisit
    link: TrackedLink
    item: Item
    guide: Staff


def get_shown_link(session: Session, code: str) -> tuple[TrackedLink, ItemVersion, str]:
    """The link, the version that was sent (a newer one changes nothing that is out) and the guide's store.

    Raises NotFound for an unknown code, and for what was taken down since.
    """
    row = session.execute(
        select(TrackedLink, ItemVersion, func.coalesce(Store.name, ""))
        .join(ItemVersion, ItemVersion.id == TrackedLink.version_id)
        .join(Item, (Item.id == TrackedLink.item_id) & (Item.status != ItemStatus.ARCHIVED))
        .join(Staff, Staff.id == TrackedLink.staff_id)
        .outerjoin(Store, Store.id == Staff.store_id)
        .where(TrackedLink.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound("这个链接不存在，或已经失效")
    return row[0], row[1], row[2]


def list_untold(session: Session, since: datetime, limit: int) -> list[Opened]:
    """Visits of links to one customer begun since then whose effects are owed, the oldest first."""
    rows = session.execute(
        select(LinkVisit, TrackedLink, Item, Staff)
        .join(TrackedLink, TrackedLink.id == LinkVisit.link_id)
        .join(Item, Item.id == TrackedLink.item_id)
        .join(Staff, Staff.id == TrackedLink.staff_id)
        .where(LinkVisit.first_at >= since, LinkVisit.told_at.is_(None), LinkVisit.reader != Reader.UNKNOWN)
        .order_by(LinkVisit.first_at, LinkVisit.id)
        .limit(limit)
    )
    return [Opened(visit, link, item, guide) for visit, link, item, guide in rows]


def last_told(session: Session, link_ids: Sequence[int]) -> dict[int, LinkVisit]:
    """The newest visit of each link whose guide was told."""
    newest = (
        select(LinkVisit)
        .where(LinkVisit.link_id.in_(link_ids), LinkVisit.told_at.is_not(None))
        .ext(distinct_on(LinkVisit.link_id))
        .order_by(LinkVisit.link_id, LinkVisit.told_at.desc())
    )
    return {visit.link_id: visit for visit in session.scalars(newest)} if link_ids else {}


def count_openings(session: Session, customer_id: int, tags: Sequence[str], since: datetime) -> int:
    """How often this customer herself opened an item that bears one of these item tags."""
    marked = Item.tags.op("&&")(cast(list(tags), ARRAY(String(20))))
    counted = (
        select(func.count())
        .select_from(TrackedLink)
        .join(LinkVisit, LinkVisit.link_id == TrackedLink.id)
        .join(Item, Item.id == TrackedLink.item_id)
        .where(TrackedLink.customer_id == customer_id, LinkVisit.reader == Reader.HERS, LinkVisit.first_at >= since, marked)
    )
    return session.scalar(counted) or 0


def openings_of(session: Session, customer_id: int, limit: int = 20) -> list[tuple[Item, LinkVisit]]:
    """What this customer opened herself, the newest first."""
    rows = session.execute(
        select(Item, LinkVisit)
        .join(TrackedLink, TrackedLink.item_id == Item.id)
        .join(LinkVisit, LinkVisit.link_id == TrackedLink.id)
        .where(TrackedLink.customer_id == customer_id, LinkVisit.reader == Reader.HERS)
        .order_by(LinkVisit.first_at.desc(), LinkVisit.id.desc())
        .limit(limit)
    )
    return [(item, visit) for item, visit in rows]
