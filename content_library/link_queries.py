"""What is read of tracked links: the page behind a code, visits whose effects are owed, what was opened. Bounded by dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, func, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from content_library.link_models import LinkVisit, Reader, TrackedLink
from content_library.models import Item, ItemStatus, ItemVersion
from foundation.errors import NotFound
from org.models import Staff, Store

# Written out, not a parameter: only then does every plan know that the partial index of owed visits holds the rows.
TO_MANY: ColumnElement[str] = literal_column(f"'{Reader.UNKNOWN.value}'", String)


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


def list_untold(session: Session, since: datetime, limit: int, after: tuple[datetime, int] | None = None) -> list[Opened]:
    """Visits of links to one customer begun since then whose effects are owed, the oldest first, held for this transaction;
    those another one holds are passed over. `after`: the (first_at, id) of the last one looked at.
    """
    chosen = (
        select(LinkVisit, TrackedLink, Item, Staff)
        .join(TrackedLink, TrackedLink.id == LinkVisit.link_id)
        .join(Item, Item.id == TrackedLink.item_id)
        .join(Staff, Staff.id == TrackedLink.staff_id)
        .where(LinkVisit.first_at >= since, LinkVisit.told_at.is_(None), LinkVisit.reader != TO_MANY)
    )
    if after is not None:
        chosen = chosen.where(tuple_(LinkVisit.first_at, LinkVisit.id) > after)
    ordered = chosen.order_by(LinkVisit.first_at, LinkVisit.id).limit(limit)
    rows = session.execute(ordered.with_for_update(of=LinkVisit, skip_locked=True))
    return [Opened(visit, link, item, guide) for visit, link, item, guide in rows]


def last_told(
    session: Session, link_ids: Sequence[int], *, told_since: datetime, begun_since: datetime
) -> dict[tuple[int, str], datetime]:
    """(link id, reader) → when the guide was last told that such a reader opened it, of visits begun and notices since then."""
    if not link_ids:
        return {}
    last = func.max(LinkVisit.told_at)
    rows = session.execute(
        select(LinkVisit.link_id, LinkVisit.reader, last)
        .where(LinkVisit.link_id.in_(link_ids), LinkVisit.told_at >= told_since, LinkVisit.first_at >= begun_since)
        .group_by(LinkVisit.link_id, LinkVisit.reader)
    )
    return {(link_id, str(reader)): moment for link_id, reader, moment in rows if moment}


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
