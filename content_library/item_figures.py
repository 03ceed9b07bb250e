"""What works: sends and openings of items, counted from their sources, never kept beside them.

Each figure is one group-by over the rows of the asked days, found by the index of their date; no page asks for more than
ninety days. Replies are not known: the platform tells nobody's chats, and orders need a till that is not connected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library.library_queries import seen_by
from content_library.link_models import LinkVisit, Reader, TrackedLink
from content_library.models import Item, ItemKind, ItemSend, SearchMiss
from content_library.rules import normal
from foundation import clock
from foundation.text import clean
from org.models import Staff
from org.queries import inside

LONGEST_WORDS = 40


@dataclass(frozen=True)
class ItemFigures:
    """Of one item: guides who sent it, sends, openings (by the customer, by people she forwarded it to, by unknown readers of
    links to many), seconds read on pages of ours. `replied` is None: nobody tells us.
    """

    guides: int = 0
    sends: int = 0
    opens: int = 0
    replied: int | None = None
    forwarded: int = 0
    unknown: int = 0
    seconds: int = 0

    @property
    def readers(self) -> int:
        """Visits of whoever it was."""
        return self.opens + self.forwarded + self.unknown


@dataclass(frozen=True)
class Asked:
    """What the page was asked for: days up to now, a subtree, and which items."""

    since: datetime
    path: str
    persona_id: int | None = None
    content_type: str = ""
    kind: ItemKind | None = None


def _openings(reader: Reader) -> ColumnElement[int]:
    return func.count().filter(LinkVisit.reader == reader)


def figures_of(session: Session, item_ids: Sequence[int], since: datetime, path: str = "") -> dict[int, ItemFigures]:
    """Figures of these items since a moment, by item id, in two statements; `path` keeps to guides of a subtree."""
    found = {item_id: ItemFigures() for item_id in item_ids}
    if not found:
        return {}
    within = [inside(Staff.path, path)] if path else []
    sent = (
        select(ItemSend.item_id, func.count(ItemSend.staff_id.distinct()), func.count())
        .join(Staff, Staff.id == ItemSend.staff_id)
        .where(ItemSend.item_id.in_(found), ItemSend.sent_at >= since, *within)
        .group_by(ItemSend.item_id)
    )
    for item_id, guides, sends in session.execute(sent):
        found[item_id] = ItemFigures(guides=guides, sends=sends)
    opened = (
        select(
            TrackedLink.item_id, _openings(Reader.HERS), _openings(Reader.FORWARDED), _openings(Reader.UNKNOWN),
            func.coalesce(func.sum(LinkVisit.seconds), 0),
        )
        .join(LinkVisit, LinkVisit.link_id == TrackedLink.id)
        .join(Staff, Staff.id == TrackedLink.staff_id)
        .where(TrackedLink.item_id.in_(found), LinkVisit.first_at >= since, *within)
        .group_by(TrackedLink.item_id)
    )  # fmt: skip
    for item_id, hers, forwarded, unknown, seconds in session.execute(opened):
        facts = {"opens": hers, "forwarded": forwarded, "unknown": unknown, "seconds": int(seconds)}
        found[item_id] = replace(found[item_id], **facts)
    return found


def of_items(viewer: Staff, asked: Asked) -> list[ColumnElement[bool]]:
    """Which items count: those the viewer may see, of what was asked for."""
    wanted = [seen_by(viewer)]
    if asked.persona_id:
        wanted.append(Item.persona_id == asked.persona_id)
    if asked.content_type:
        wanted.append(Item.content_type == asked.content_type)
    if asked.kind:
        wanted.append(Item.kind == asked.kind)
    return wanted


def _sends(asked: Asked) -> Select[int, int]:
    return (
        select(ItemSend.item_id, func.count().label("sends"))
        .join(Staff, Staff.id == ItemSend.staff_id)
        .where(ItemSend.sent_at >= asked.since, inside(Staff.path, asked.path))
        .group_by(ItemSend.item_id)
    )


def list_most_sent(session: Session, viewer: Staff, asked: Asked, limit: int = 50) -> list[tuple[Item, ItemFigures]]:
    """What guides of the subtree sent most in the asked days, among items the viewer may see."""
    sends = _sends(asked).subquery()
    chosen = (
        select(Item)
        .join(sends, sends.c.item_id == Item.id)
        .where(*of_items(viewer, asked))
        .order_by(sends.c.sends.desc(), Item.id.desc())
        .limit(limit)
    )
    items = list(session.scalars(chosen))
    figures = figures_of(session, [item.id for item in items], asked.since, asked.path)
    return [(item, figures[item.id]) for item in items]


def note_miss(session: Session, staff_id: int, words: str) -> None:
    """A guide looked for these words and found nothing; counted by the day. One character is no search."""
    sought = " ".join(normal(clean(words)).split())[:LONGEST_WORDS].strip()
    if len(sought) < 2:
        return
    row = {"staff_id": staff_id, "words": sought, "on": clock.today(), "times": 1}
    kept = insert(SearchMiss).values(row)
    once_more = {"times": SearchMiss.times + 1}
    session.execute(kept.on_conflict_do_update(index_elements=["staff_id", "words", "on"], set_=once_more))
