"""What is read of losses: numbers, and where they come from, in the viewer's subtree; each list is bounded."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Date, and_, case, cast, func, select, tuple_
from sqlalchemy.orm import Session

from customers.handover_models import Loss
from customers.loss_rules import BY_CUSTOMER, SPANS
from customers.models import Customer, Follow, FollowStatus
from customers.rfm_rules import UNMEASURED
from customers.tier_models import CustomerTier
from foundation import clock
from org.models import Staff
from org.queries import inside

MOST_CHANNELS = 3000


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which losses: of the viewer's subtree (below `path`), since a moment; `by` and `guide_id` narrow it."""

    viewer: Staff
    since: datetime
    path: str = ""
    by: str = ""
    guide_id: int | None = None
    unseen: bool = False

    def where(self) -> list[ColumnElement[bool]]:
        """For queries that join Loss and Staff."""
        wanted = [Loss.at >= self.since, inside(Staff.path, self.viewer.path), inside(Staff.path, self.path or self.viewer.path)]
        if self.by:
            wanted.append(Loss.by == self.by)
        if self.guide_id is not None:
            wanted.append(Loss.staff_id == self.guide_id)
        if self.unseen:
            wanted.append(Loss.seen_at.is_(None))
        return wanted


@dataclass(frozen=True, slots=True)
class LossFigures:
    """How many: deleted by customers, by guides; of valuable customers (tier 4 and up); back again; not looked at yet."""

    by_customer: int = 0
    by_guide: int = 0
    valuable: int = 0
    back: int = 0
    unseen: int = 0


_BY_CUSTOMER = func.count().filter(Loss.by == BY_CUSTOMER)
_BY_GUIDE = func.count().filter(Loss.by != BY_CUSTOMER)
_BACK = and_(Follow.status == FollowStatus.ACTIVE, Follow.followed_at > Loss.at)
_SAME = and_(Follow.customer_id == Loss.customer_id, Follow.staff_id == Loss.staff_id)


def loss_figures(session: Session, chosen: Chosen) -> LossFigures:
    """The numbers on top of the board, in one statement."""
    query = (
        select(_BY_CUSTOMER, _BY_GUIDE, func.count().filter(CustomerTier.value >= 4), func.count().filter(_BACK),
               func.count().filter(Loss.seen_at.is_(None)))
        .select_from(Loss)
        .join(Staff, Staff.id == Loss.staff_id)
        .outerjoin(Follow, _SAME)
        .outerjoin(CustomerTier, CustomerTier.customer_id == Loss.customer_id)
        .where(*chosen.where())
    )  # fmt: skip
    return LossFigures(*session.execute(query).one())


def losses_by_day(session: Session, chosen: Chosen) -> dict[date, tuple[int, int]]:
    """(by customers, by guides) of each Shanghai day that has any."""
    day = cast(func.timezone("Asia/Shanghai", Loss.at), Date)
    query = select(day, _BY_CUSTOMER, _BY_GUIDE).select_from(Loss).join(Staff, Staff.id == Loss.staff_id).where(*chosen.where())
    return {on: (hers, guides) for on, hers, guides in session.execute(query.group_by(day))}


def losses_by_store(session: Session, chosen: Chosen, limit: int = 10) -> list[tuple[int | None, int, int]]:
    """(store, by customers, by guides), the most first."""
    return [(row[0], row[1], row[2]) for row in session.execute(_grouped(Staff.store_id, chosen, limit))]


def losses_by_guide(session: Session, chosen: Chosen, limit: int = 10) -> list[tuple[int, int, int]]:
    """(guide, by customers, by guides), the most first."""
    return [(row[0], row[1], row[2]) for row in session.execute(_grouped(Staff.id, chosen, limit))]


def losses_by_state(session: Session, chosen: Chosen) -> list[tuple[str, int]]:
    """(state of the code she was added by, how many); "" without a code. Who knows codes turns states into channels."""
    return [(row[0], row[1] + row[2]) for row in session.execute(_grouped(Loss.state, chosen, MOST_CHANNELS))]


def losses_by_span(session: Session, chosen: Chosen) -> list[tuple[str, int]]:
    """How long after her adding, in the spans of loss_rules; what is not known is left out."""
    spans = [
        (and_(Loss.days >= (low or 0), Loss.days < high if high is not None else Loss.days.is_not(None)), name)
        for name, low, high in SPANS
    ]
    span = case(*spans, else_="").label("span")
    query = select(span, func.count()).select_from(Loss).join(Staff, Staff.id == Loss.staff_id).where(*chosen.where())
    found = {name: count for name, count in session.execute(query.group_by(span))}
    return [(name, found.get(name, 0)) for name, _, _ in SPANS]


def _grouped(column, chosen: Chosen, limit: int):  # type: ignore[no-untyped-def]
    count = func.count()
    query = select(column, _BY_CUSTOMER, _BY_GUIDE).select_from(Loss).join(Staff, Staff.id == Loss.staff_id)
    return query.where(*chosen.where()).group_by(column).order_by(count.desc(), column).limit(limit)


def followed_now(session: Session, staff_ids: list[int]) -> dict[int, int]:
    """How many customers each of these (at most a page of) guides has now."""
    query = select(Follow.staff_id, func.count()).where(Follow.staff_id.in_(staff_ids), Follow.status == FollowStatus.ACTIVE)
    return {id_: count for id_, count in session.execute(query.group_by(Follow.staff_id))} if staff_ids else {}


@dataclass(frozen=True, slots=True)
class LossRow:
    """One loss as the list shows it; `times` this guide and customer parted within 90 days, this one included."""

    loss: Loss
    customer: Customer
    guide: Staff
    value: int
    back: bool
    times: int


def page_losses(session: Session, chosen: Chosen, *, after: tuple[datetime, int] | None = None, limit: int = 50) -> list[LossRow]:
    """Losses, the newest first; `after` is the moment and the number of the last one shown."""
    again = Loss.__table__.alias("again")
    times = (
        select(func.count())
        .where(again.c.customer_id == Loss.customer_id, again.c.staff_id == Loss.staff_id)
        .where(again.c.at <= Loss.at, again.c.at > Loss.at - timedelta(days=90))
        .scalar_subquery()
    )
    query = (
        select(Loss, Customer, Staff, func.coalesce(CustomerTier.value, UNMEASURED), func.coalesce(_BACK, False), times)
        .join(Customer, Customer.id == Loss.customer_id)
        .join(Staff, Staff.id == Loss.staff_id)
        .outerjoin(Follow, _SAME)
        .outerjoin(CustomerTier, CustomerTier.customer_id == Loss.customer_id)
        .where(*chosen.where())
    )
    if after is not None:
        query = query.where(tuple_(Loss.at, Loss.id) < after)
    return [LossRow(*row) for row in session.execute(query.order_by(Loss.at.desc(), Loss.id.desc()).limit(limit))]


def since_days(days: int) -> datetime:
    """The first moment of the last so many Shanghai days, today included."""
    return clock.start_of(clock.today() - timedelta(days=days - 1))
