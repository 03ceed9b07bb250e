"""Visits to a store (到店): told by a guide's tap or by a system of the store, one a day for each customer and store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from customers.models import Customer, TimelineEntry
from customers.tag_models import TagMoment
from customers.tag_moments import Moment, all_happened
from customers.tier_due import want_retier
from foundation import clock
from foundation.db import Json
from org.models import Store

KIND, EVENT, BY_GUIDE = "visited", "visit", "guide"
# Rules look at what is new; what a system tells of longer ago is the past, which a rule's dry run looks back at.
NEWS_DAYS = 2
# A slip seen at once is taken back although midnight came in between.
SLIP = timedelta(minutes=10)

_Key = tuple[int, int, date]


@dataclass(frozen=True, slots=True)
class StoreVisit:
    """She was in a store; `source` is "guide" or names the system that told (at most 20 characters)."""

    customer_id: int
    at: datetime
    store_id: int
    staff_id: int | None = None
    source: str = BY_GUIDE


class Heard(StrEnum):
    """What became of a visit: new, a guide's tap that a system confirmed, known already, or of nobody (any more)."""

    ADDED = "added"
    UPDATED = "updated"
    SAME = "same"
    UNKNOWN = "unknown"


def note_store_visits(session: Session, visits: Sequence[StoreVisit]) -> list[Heard]:
    """Keep up to some thousands of visits in a handful of statements; for each, in order, what became of it.

    Rules look at a new one, her standing is worked out anew. Whoever was merged into another is her.
    """
    homes = _lock(session, {one.customer_id for one in visits})
    known = _known(session, set(homes.values()), [one.at for one in visits])
    names = _names(session, {one.store_id for one in visits})
    outcomes = []
    for one in visits:
        home = homes.get(one.customer_id)
        outcomes.append(_keep(session, one, home, known, names) if home else Heard.UNKNOWN)
    session.flush()
    fresh = [(homes[one.customer_id], one) for one, heard in zip(visits, outcomes, strict=True) if heard == Heard.ADDED]
    since = clock.now() - clock.days(NEWS_DAYS)
    news = [Moment(home, one.staff_id, _facts(one, names), one.at) for home, one in fresh if one.at >= since]
    all_happened(session, EVENT, news)
    want_retier(session, (home for home, _ in fresh))
    return outcomes


def take_back_visit(session: Session, staff_id: int, visit: StoreVisit) -> bool:
    """Forget a visit this guide noted, and what rules have not looked at yet; False when hers is not there. A newer one stays."""
    homes = _lock(session, {visit.customer_id})
    home = homes.get(visit.customer_id)
    entry = _noted(session, home, visit) if home else None
    if entry is None or entry.staff_id != staff_id or entry.facts["source"] != BY_GUIDE:
        return False
    if entry.at > visit.at:
        return True  # an undo that came late: she tapped again since
    waiting = (TagMoment.customer_id == home, TagMoment.event == EVENT, TagMoment.at == entry.at)
    session.execute(delete(TagMoment).where(*waiting))
    session.delete(entry)
    session.flush()
    want_retier(session, [entry.customer_id])
    return True


def _noted(session: Session, home: int, visit: StoreVisit) -> TimelineEntry | None:
    """What is kept of a visit: that day's, or else one of the evening before noted a moment ago."""
    since = visit.at - SLIP
    known = _known(session, {home}, [since, visit.at])
    late = known.get((home, visit.store_id, clock.day_of(since)))
    return known.get((home, visit.store_id, clock.day_of(visit.at)), late if late is not None and late.at > since else None)


def _lock(session: Session, ids: set[int]) -> dict[int, int]:
    """The row each of these lives on, by the id asked for; who was erased is missing. In the order everybody locks many in."""
    merged = select(Customer.merged_into_id).where(Customer.id.in_(ids), Customer.merged_into_id.is_not(None))
    both = select(Customer.id).where(or_(Customer.id.in_(ids), Customer.id.in_(merged)))
    session.execute(both.order_by(Customer.external_userid).with_for_update(key_share=True))
    home = aliased(Customer)
    chosen = select(Customer.id, home.id).join(home, home.id == func.coalesce(Customer.merged_into_id, Customer.id))
    living = chosen.where(Customer.id.in_(ids), home.external_userid.not_like("erased-%"))
    return {asked: home_id for asked, home_id in session.execute(living)}


def _known(session: Session, homes: set[int], moments: Sequence[datetime]) -> dict[_Key, TimelineEntry]:
    """Their visits of these days. A merge brings those of both accounts together: a day may hold two."""
    if not moments:
        return {}
    first, last = clock.day_of(min(moments)), clock.day_of(max(moments))
    chosen = select(TimelineEntry).where(
        TimelineEntry.customer_id.in_(homes), TimelineEntry.kind == KIND,
        TimelineEntry.at >= clock.start_of(first), TimelineEntry.at < clock.start_of(last + clock.days(1)),
    )  # fmt: skip
    entries = session.scalars(chosen.order_by(TimelineEntry.id).execution_options(populate_existing=True))
    return {(one.customer_id, one.facts["store"], clock.day_of(one.at)): one for one in entries}


def _keep(session: Session, visit: StoreVisit, home: int, known: dict[_Key, TimelineEntry], names: Mapping[int, str]) -> Heard:
    day = clock.day_of(visit.at)
    entry = known.get((home, visit.store_id, day))
    if entry is None:
        once = f"visit:{home}:{visit.store_id}:{day}"
        entry = TimelineEntry(
            customer_id=home, staff_id=visit.staff_id, kind=KIND, at=visit.at, facts=_facts(visit, names), once=once
        )
        session.add(entry)
        known[home, visit.store_id, day] = entry
        return Heard.ADDED
    if visit.source == BY_GUIDE or entry.facts["source"] != BY_GUIDE:
        return Heard.SAME
    # The store's own word weighs more than a tap: it opens the door to an answer, and nobody takes it back as a slip.
    entry.facts = _facts(visit, names)
    return Heard.UPDATED


def _facts(visit: StoreVisit, names: Mapping[int, str]) -> Json:
    return {"title": names.get(visit.store_id, ""), "store": visit.store_id, "source": visit.source}


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    chosen = select(Store.id, Store.name).where(Store.id.in_(ids))
    return {store_id: name for store_id, name in session.execute(chosen)} if ids else {}
