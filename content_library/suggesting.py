"""What to say to this customer now (现在适合说): a few hundred candidates in one statement, scored by the pure rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from content_library import rules
from content_library.finding import used_lately
from content_library.models import Category, Favourite, Item, ItemKind, ItemSend, ItemStatus, ItemVersion
from content_library.queries import in_index, sendable
from content_library.suggesting_rules import Candidate, Now, best
from foundation import clock
from org.models import Staff

NOT_AGAIN_WITHIN = 30
OF_EACH_SORT = 40


@dataclass(frozen=True)
class Suggestion:
    """An item to send now, the version of it, and why (the strongest reason first). `favourite`: the guide keeps it."""

    item: Item
    version: ItemVersion
    why: Sequence[str]
    favourite: bool


def suggest(
    session: Session, staff: Staff, customer_id: int, now: Now, limit: int = 3, fits: Callable[[Item], bool] = lambda item: True
) -> list[Suggestion]:
    """At most `limit` items for this customer, never one she had within 30 days; one statement. Posters are not among them.

    `fits` says whether she may be sent an item at all: what she may not takes no place of what she may.
    """
    found = _candidates(staff, now).subquery()
    kept = select(Favourite.item_id).where(Favourite.item_id == Item.id, Favourite.staff_id == staff.id)
    had = select(ItemSend.id).where(
        ItemSend.customer_id == customer_id,
        ItemSend.item_id == Item.id,
        ItemSend.sent_at >= clock.now() - clock.days(NOT_AGAIN_WITHIN),
    )
    rows = session.execute(
        select(Item, ItemVersion, func.coalesce(Category.name, ""), Item.search_text, found.c.times, kept.exists())
        .join(found, found.c.id == Item.id)
        .join(ItemVersion, ItemVersion.id == Item.version_id)
        .outerjoin(Category, Category.id == Item.category_id)
        .where(sendable(staff.path), ~had.exists())
    ).all()
    known = {row[0].id: row for row in rows}
    candidates = [_candidate(row[0], row[2], row[3], int(row[4])) for row in rows if fits(row[0])]
    return [
        Suggestion(known[one.id][0], known[one.id][1], why, bool(known[one.id][5])) for one, why in best(candidates, now, limit)
    ]


def _candidate(item: Item, category: str, text: str, uses: int) -> Candidate:
    return Candidate(
        item.id, item.title, item.stage, item.persona_id, category, item.scene, item.tags or [], text, uses, sent_at=None
    )


def _candidates(staff: Staff, now: Now) -> Select[int, int]:
    """The newest of her stage, her tags and occasions, the guide's persona; the store's most used; what is asked for.

    Of what she may send: another region's fresh items would else take all the places. Her path is asked for by equality,
    whose rows the planner can count; as starts_with (see `sendable`, asked of the few that are left) it would mislead it.
    """
    at = clock.now()
    hers = (
        Item.status == ItemStatus.PUBLISHED, Item.kind != ItemKind.POSTER, Item.path.in_(rules.paths_to(staff.path)),
        Item.valid_from.is_(None) | (Item.valid_from <= at), Item.valid_until.is_(None) | (Item.valid_until > at),
    )  # fmt: skip
    unused = literal(0).label("times")
    parts = [select(Item.id, unused).where(*hers, fits).order_by(Item.id.desc()).limit(OF_EACH_SORT) for fits in _sorts(now)]
    used = used_lately(staff)
    most = select(Item.id, used.c.times).join(used, used.c.item_id == Item.id).where(*hers)
    most = most.order_by(used.c.times.desc(), Item.id.desc()).limit(OF_EACH_SORT)
    together = union_all(*(select(part.subquery()) for part in (*parts, most))).subquery()
    return select(together.c.id, func.max(together.c.times).label("times")).group_by(together.c.id)


def _sorts(now: Now) -> list[ColumnElement[bool]]:
    query = rules.any_of_query([rules.normal(word) for word in (*now.tags, *now.occasions) if len(word) >= 2][:10])
    sorts: list[ColumnElement[bool]] = [Item.stage == now.stage]
    if query:
        sorts.append(in_index(query))
    if now.persona_id:
        sorts.append((Item.persona_id == now.persona_id) & Item.stage.in_(["", now.stage]))
    asked = [*now.task_items, *now.care_items]
    if asked:
        sorts.append(Item.id.in_(asked))
    return sorts
