"""Visits to a store (到店): told by a guide's tap or by a system of the store, one a day for each customer and store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.models import Customer, TimelineEntry
from customers.tag_models import TagMoment
from customers.tag_moments import Moment, all_happened
from customers.tier_due import want_retier
from foundation import clock
from foundation.db import Json
from org.models import Store

BY_GUIDE = "guide"


@dataclass(frozen=True)
class StoreVisit:
    """She was in a store; `source` is "guide" or names the system that told (at most 20 characters)."""

    customer_id: int
    at: datetime
    store_id: int | None
    staff_id: int | None = None
    source: str = BY_GUIDE


def once_of(customer_id: int, store_id: int | None, at: datetime) -> str:
    """What makes the visits of one Beijing day to one store one."""
    return f"visit:{customer_id}:{store_id or 0}:{clock.day_of(at)}"


def note_store_visits(session: Session, visits: Sequence[StoreVisit]) -> list[bool]:
    """Keep up to some thousands of visits in a handful of statements; for each, in order, whether it was news.

    Rules look at a new one, her standing is worked out anew. Whoever was merged into another is her.
    """
    homes = _homes(session, [one.customer_id for one in visits])
    names = _names(session, [one.store_id for one in visits if one.store_id])
    rows: dict[str, Json] = {}
    first: list[str] = []
    for one in visits:
        home = homes[one.customer_id]
        once = once_of(home, one.store_id, one.at)
        first.append("" if once in rows else once)
        facts = {"title": names.get(one.store_id or 0, ""), "source": one.source}
        row = {"customer_id": home, "staff_id": one.staff_id, "kind": "visited", "at": one.at, "facts": facts, "once": once}
        rows.setdefault(once, row)
    fresh = _keep(session, rows)
    return [once in fresh for once in first]


def _keep(session: Session, rows: Mapping[str, Json]) -> set[str]:
    if not rows:
        return set()
    kept = insert(TimelineEntry).on_conflict_do_nothing(index_elements=["once"]).returning(TimelineEntry.once)
    # In one order: two batches that tell the same visits do not wait for each other in a circle.
    fresh = set(session.scalars(kept, [rows[once] for once in sorted(rows)]))
    news = [rows[once] for once in sorted(fresh)]
    all_happened(session, "visit", [Moment(row["customer_id"], row["staff_id"], row["facts"], row["at"]) for row in news])
    want_retier(session, (row["customer_id"] for row in news))
    return fresh


def take_back_store_visit(session: Session, staff_id: int, once: str) -> bool:
    """Forget a visit this guide noted, and what rules have not looked at yet; False when hers is not there."""
    hers = delete(TimelineEntry).where(
        TimelineEntry.once == once, TimelineEntry.staff_id == staff_id, TimelineEntry.facts["source"].astext == BY_GUIDE
    )
    gone = session.execute(hers.returning(TimelineEntry.customer_id, TimelineEntry.at)).one_or_none()
    if gone is None:
        return False
    waiting = (TagMoment.customer_id == gone.customer_id, TagMoment.event == "visit", TagMoment.at == gone.at)
    session.execute(delete(TagMoment).where(*waiting))
    want_retier(session, [gone.customer_id])
    return True


def _homes(session: Session, ids: Sequence[int]) -> Mapping[int, int]:
    gone = select(Customer.id, Customer.merged_into_id).where(Customer.id.in_(set(ids)), Customer.merged_into_id.is_not(None))
    return {one: one for one in ids} | {one: kept for one, kept in session.execute(gone) if kept is not None}


def _names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    chosen = select(Store.id, Store.name).where(Store.id.in_(set(ids)))
    return {store_id: name for store_id, name in session.execute(chosen)} if ids else {}
