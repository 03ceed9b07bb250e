"""What is read of standings: one customer's, the board's nightly counts, who is warned of, whose turn it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from customers.models import Customer
from customers.tier_models import CustomerPolicy, CustomerTier, TierDay
from foundation.db import Json
from org.models import Staff
from org.queries import inside


def tier_of(session: Session, customer_id: int) -> CustomerTier | None:
    """Where a customer stands; None before she was looked at. Load her with permission first."""
    return session.get(CustomerTier, customer_id)


def measured_cuts(session: Session) -> Json:
    """Last night's quantile cuts; empty before the first night."""
    return session.scalar(select(CustomerPolicy.body).where(CustomerPolicy.topic == "rfm_cuts")) or {}


@dataclass(frozen=True)
class Board:
    """Customers by ladder and step in the viewer's subtree, as counted on the night of `on` (None: never yet)."""

    on: date | None
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def total(self) -> int:
        """How many customers were counted."""
        return sum(self.counts.get("stage", {}).values())


def counted_on(session: Session) -> date | None:
    """The night of the newest counts; None before the first."""
    return session.scalar(select(func.max(TierDay.on)).where(TierDay.was == "", TierDay.ladder == "stage"))


def board(session: Session, viewer: Staff, path: str = "") -> Board:
    """The newest counts of her subtree, or of the part of it below `path`. Two statements."""
    on = counted_on(session)
    counted = (
        select(TierDay.ladder, TierDay.now, func.sum(TierDay.customers))
        .where(TierDay.on == on, TierDay.was == "", inside(TierDay.path, viewer.path), inside(TierDay.path, path or viewer.path))
        .group_by(TierDay.ladder, TierDay.now)
    )
    counts: dict[str, dict[str, int]] = {}
    for ladder, step, customers in session.execute(counted) if on else ():
        counts.setdefault(ladder, {})[step] = int(customers)
    return Board(on, counts)


def moves_since(session: Session, viewer: Staff, ladder: str, since: date, path: str = "") -> list[tuple[str, str, int]]:
    """(from, to, customers) of the moves since a day in her subtree, or below `path`."""
    moved = (
        select(TierDay.was, TierDay.now, func.sum(TierDay.customers))
        .where(TierDay.ladder == ladder, TierDay.on >= since, TierDay.was != "")
        .where(inside(TierDay.path, viewer.path), inside(TierDay.path, path or viewer.path))
        .group_by(TierDay.was, TierDay.now)
    )
    return [(was, now, int(customers)) for was, now, customers in session.execute(moved)]


def warned_places(session: Session, viewer: Staff, on: date, limit: int = 20) -> list[tuple[str, int, int]]:
    """(path, warned, all) of the places of her subtree with most customers warned of, the most first."""
    warned = func.sum(TierDay.customers).filter(TierDay.now == "yes")
    counted = (
        select(TierDay.path, warned, func.sum(TierDay.customers))
        .where(TierDay.on == on, TierDay.ladder == "warned", TierDay.was == "", inside(TierDay.path, viewer.path))
        .group_by(TierDay.path)
        .having(warned > 0)
        .order_by(warned.desc(), TierDay.path)
        .limit(limit)
    )
    return [(path, int(some), int(every)) for path, some, every in session.execute(counted)]


def page_warned(
    session: Session, viewer: Staff, *, path: str = "", after: tuple[datetime, int] | None = None, limit: int = 50
) -> list[tuple[CustomerTier, Customer, Staff]]:
    """Customers of owners in her subtree who may soon be lost, newest warnings first; `after`: the last one's moment and id."""
    chosen = (
        select(CustomerTier, Customer, Staff)
        .join(Customer, Customer.id == CustomerTier.customer_id)
        .join(Staff, Staff.id == Customer.owner_id)
        .where(CustomerTier.warned_at.is_not(None), inside(Staff.path, viewer.path), inside(Staff.path, path or viewer.path))
    )
    if after is not None:
        chosen = chosen.where(tuple_(CustomerTier.warned_at, CustomerTier.customer_id) < after)
    rows = session.execute(chosen.order_by(CustomerTier.warned_at.desc(), CustomerTier.customer_id.desc()).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]


NEWCOMERS = text("""
SELECT id FROM customer WHERE id > (SELECT coalesce(max(customer_id), 0) FROM customer_tier) AND merged_into_id IS NULL
ORDER BY id LIMIT :limit
""")


def list_due(session: Session, today: date, limit: int) -> list[int]:
    """Customers whose standing is to be looked at now, those asked for first; then newcomers with numbers above all known."""
    due = select(CustomerTier.customer_id).where(CustomerTier.due_on <= today).order_by(CustomerTier.due_on).limit(limit)
    found = list(session.scalars(due))
    return found or list(session.scalars(NEWCOMERS, {"limit": limit}))


def list_stale(session: Session, after: int, ruled_at: datetime | None, fitted_at: datetime | None, limit: int) -> Sequence[int]:
    """Customers (by id, after one) without a standing, or with one older than the rules; buyers older than the forecast too."""
    stale: list[ColumnElement[bool]] = [CustomerTier.customer_id.is_(None)]
    if ruled_at is not None:
        stale.append(CustomerTier.computed_at < ruled_at)
    if fitted_at is not None:
        stale.append((CustomerTier.computed_at < fitted_at) & CustomerTier.alive.is_not(None))
        stale.append((CustomerTier.computed_at < fitted_at) & (CustomerTier.role != "fan") & CustomerTier.alive.is_(None))
    chosen = (
        select(Customer.id)
        .outerjoin(CustomerTier, CustomerTier.customer_id == Customer.id)
        .where(Customer.id > after, Customer.merged_into_id.is_(None), or_(*stale))
    )
    return session.scalars(chosen.order_by(Customer.id).limit(limit)).all()


def rules_changed_at(session: Session) -> datetime | None:
    """When the brand last set its rules of stages or RFM, or RFM was first measured; None while all stands as it began."""
    return session.scalar(select(func.max(CustomerPolicy.changed_at)).where(CustomerPolicy.topic.in_(["stages", "rfm"])))
