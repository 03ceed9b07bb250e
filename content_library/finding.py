"""What a guide finds: by any part of a word, by initials, by a word with a slip in it; what she keeps, used, her store uses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Subquery, and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from content_library import rules
from content_library.finding_rules import is_near, likeness, near_query
from content_library.models import Favourite, Item, ItemKind, ItemSend, ItemStatus, ItemVersion
from content_library.queries import CANDIDATES, found_by, in_index, sendable
from foundation import clock
from org.models import Staff, StaffStatus

USED_SINCE = 30
# So many of the newest hits of the index are looked at for a page of twenty.
LEAST_REACH = 120


@dataclass(frozen=True)
class Found:
    """What a search gave; `near` says that nothing holds all the words and these are only like them (相近结果)."""

    items: list[Item] = field(default_factory=list)
    near: bool = False


@dataclass(frozen=True)
class Shelf:
    """An item at hand and why: "favourite", "recent" (she sent it lately) or "store" (`uses` times by her store in 30 days)."""

    item: Item
    why: str
    uses: int


@dataclass(frozen=True)
class Marks:
    """What a card of an item says beside its words: when this customer last had it, whether the guide keeps it, store's uses."""

    sent_at: datetime | None = None
    favourite: bool = False
    uses: int = 0


def _narrowed(path: str, kinds: Sequence[ItemKind], category_ids: Sequence[int]) -> list[ColumnElement[bool]]:
    wanted = [sendable(path)]
    if kinds:
        wanted.append(Item.kind.in_(kinds))
    if category_ids:
        wanted.append(Item.category_id.in_(category_ids))
    return wanted


def find_items(
    session: Session,
    path: str,
    words: str,
    *,
    kinds: Sequence[ItemKind] = (),
    category_ids: Sequence[int] = (),
    limit: int = 20,
) -> Found:
    """Items a guide on `path` may send that hold all the words, titles first, then the newest; no words: the newest.

    Any part of a word is enough, also one character, or the initials of the title ("yrf"). When nothing holds them all, those
    that miss no more than one character of each word, the likest first.
    """
    terms, wanted = rules.search_terms(words), _narrowed(path, kinds, category_ids)
    if not terms:
        return Found(list(session.scalars(select(Item).where(*wanted).order_by(Item.id.desc()).limit(limit))))
    items = _newest_first(session, terms, wanted, limit)
    return Found(items) if items else Found(_near(session, terms, wanted, limit), near=True)


def _newest(query: str, count: int) -> CTE:
    """Ids of the newest published items of the index alone. Nothing else stands in this part of a statement: with more
    conditions the planner takes a common word for a rare one, and then reads the whole library.
    """
    chosen = select(Item.id).where(Item.status == ItemStatus.PUBLISHED, in_index(query)).order_by(Item.id.desc()).limit(count)
    return chosen.cte("newest").prefix_with("MATERIALIZED")


def _newest_first(session: Session, terms: list[str], wanted: list[ColumnElement[bool]], limit: int) -> list[Item]:
    """Hits among the newest the index knows; when these do not fill a page and there are more, among all of them."""
    reach = max(LEAST_REACH, 2 * limit)
    in_title = and_(*((func.strpos(func.lower(Item.title), t) > 0) | (func.strpos(Item.initials, t) > 0) for t in terms))
    is_hit = and_(*wanted, *found_by(terms)[1:])
    newest = _newest(rules.index_query(terms), reach)
    reached = select(func.count()).select_from(newest).scalar_subquery()
    looked_at = select(Item, is_hit, reached).join(newest, newest.c.id == Item.id)
    rows = session.execute(looked_at.order_by(is_hit.desc(), in_title.desc(), Item.id.desc()).limit(limit)).all()
    hits = [row[0] for row in rows if row[1]]
    if not rows or len(hits) == limit or rows[0][2] < reach:
        return hits
    ids = select(Item.id).where(*wanted, *found_by(terms)).order_by(Item.id.desc()).limit(CANDIDATES).subquery()
    all_of_them = select(Item).join(ids, ids.c.id == Item.id).order_by(in_title.desc(), Item.id.desc()).limit(limit)
    return list(session.scalars(all_of_them))


def _near(session: Session, terms: list[str], wanted: list[ColumnElement[bool]], limit: int) -> list[Item]:
    query = near_query(terms)
    if not query:
        return []
    newest = _newest(query, CANDIDATES)
    rows = session.execute(select(Item, Item.search_text).join(newest, newest.c.id == Item.id).where(*wanted)).all()
    scored = [
        (likeness(terms, rules.normal(item.title), item.initials), likeness(terms, text, item.initials), item.id, item)
        for item, text in rows
    ]
    near = [one for one in scored if is_near(one[0], one[1])]
    return [one[3] for one in sorted(near, key=lambda one: one[:3], reverse=True)[:limit]]


def colleagues(staff: Staff) -> Select[int]:
    """Ids of who is at work in her store, for statements about what her store uses; without a store only herself."""
    ids = select(Staff.id).where(Staff.status == StaffStatus.ACTIVE)
    return ids.where(Staff.store_id == staff.store_id) if staff.store_id else ids.where(Staff.id == staff.id)


def _placed(why: str, weight: ColumnElement[Any]) -> Select[int, str, Any]:
    return select(Item.id.label("id"), literal(why).label("why"), weight.label("weight")).select_from(Item)


def list_shelf(session: Session, staff: Staff, *, kinds: Sequence[ItemKind] = (), each: int = 6) -> list[Shelf]:
    """What she has at hand, at most `each` of a sort, in one statement: favourites, recently sent, most used by her store."""
    wanted, since = _narrowed(staff.path, kinds, ()), clock.now() - clock.days(USED_SINCE)
    kept = (
        _placed("favourite", func.extract("epoch", Favourite.at))
        .join(Favourite, Favourite.item_id == Item.id)
        .where(Favourite.staff_id == staff.id, *wanted)
        .order_by(Favourite.at.desc())
        .limit(each)
    )
    last = func.max(ItemSend.sent_at)
    sends = (ItemSend.item_id == Item.id) & (ItemSend.sent_at >= since)
    sent = _placed("recent", func.extract("epoch", last)).join(ItemSend, sends).where(ItemSend.staff_id == staff.id, *wanted)
    sent = sent.group_by(Item.id).order_by(last.desc()).limit(each)
    used = _placed("store", func.count()).join(ItemSend, sends).where(ItemSend.staff_id.in_(colleagues(staff)), *wanted)
    used = used.group_by(Item.id).order_by(func.count().desc(), Item.id.desc()).limit(each)
    at_hand = union_all(*(select(part.subquery()) for part in (kept, sent, used))).subquery()
    rows = session.execute(select(Item, at_hand.c.why, at_hand.c.weight).join(at_hand, at_hand.c.id == Item.id)).all()
    rows = sorted(rows, key=lambda row: (("favourite", "recent", "store").index(row.why), -row.weight))
    return [Shelf(row[0], row.why, int(row.weight) if row.why == "store" else 0) for row in rows]


def used_lately(staff: Staff) -> Subquery:
    """(item_id, times) of her store's sends in 30 days: bounded by what a store sends, however often all stores sent an item."""
    since = clock.now() - clock.days(USED_SINCE)
    sends = select(ItemSend.item_id, func.count().label("times"))
    sends = sends.where(ItemSend.staff_id.in_(colleagues(staff)), ItemSend.sent_at >= since)
    return sends.group_by(ItemSend.item_id).subquery()


def marks_of(
    session: Session, staff: Staff, customer_id: int | None, item_ids: Sequence[int]
) -> dict[int, tuple[ItemVersion, Marks]]:
    """The published version of each item and its marks for this guide and customer, by item id, in one statement."""
    if not item_ids:
        return {}
    hers = select(func.max(ItemSend.sent_at)).where(ItemSend.item_id == Item.id, ItemSend.customer_id == (customer_id or 0))
    kept = select(Favourite.item_id).where(Favourite.item_id == Item.id, Favourite.staff_id == staff.id)
    used = used_lately(staff)
    rows = session.execute(
        select(Item.id, ItemVersion, hers.scalar_subquery(), kept.exists(), used.c.times)
        .join(ItemVersion, ItemVersion.id == Item.version_id)
        .outerjoin(used, used.c.item_id == Item.id)
        .where(Item.id.in_(item_ids))
    )
    return {row[0]: (row[1], Marks(row[2], bool(row[3]), int(row[4] or 0))) for row in rows}
