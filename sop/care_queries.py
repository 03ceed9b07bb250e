"""What is read of the customer-lifecycle SOP: who is due on a morning. Computed when asked, never stored per customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Date, Select, and_, case, cast, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from customers.models import Consent, Customer, Follow, FollowStatus
from customers.respect import AT_ONCE, may_contact
from customers.respect_models import ContactKind
from foundation import clock
from org.models import Staff
from org.queries import inside
from sop.models import CareDone, CareNode
from sop.rules import CARE_OVERDUE_DAYS, care_due_on

# A guide's day with her customers; who may be contacted at some time in it is proposed in the morning.
DAY_BEGINS, DAY_ENDS = 12, 21


@dataclass(frozen=True)
class CareDue:
    """A customer to care for today. `outcome` is "", "done" or "skip"; `overdue_days` is 0 on the very morning."""

    follow: Follow
    customer: Customer
    node: CareNode
    outcome: str
    overdue_days: int

    @property
    def done(self) -> bool:
        """Nothing left to do: done or skipped."""
        return bool(self.outcome)


@dataclass(frozen=True)
class CareLoad:
    """What one guide's morning holds: customers still to be cared for and the minutes they take."""

    guide_id: int
    customers: int
    minutes: int


def _falls_due(on: date, overdue_days: int) -> ColumnElement[bool]:
    """Bounds on `followed_at` alone, so that the index over added days answers (Shanghai has no summer time)."""
    after = func.make_interval(0, 0, 0, CareNode.day)
    begin, end = clock.start_of(on - timedelta(days=overdue_days)), clock.start_of(on + timedelta(days=1))
    return and_(Follow.status == FollowStatus.ACTIVE, Follow.followed_at >= begin - after, Follow.followed_at < end - after)


def _may_be_cared_for() -> ColumnElement[bool]:
    """A look at one customer row for each follow that is due: as a join, the planner may read millions of them."""
    return select(Customer.consent).where(Customer.id == Follow.customer_id).scalar_subquery() == Consent.ALL


def _due(on: date, staff_ids: Sequence[int]) -> Select[int, int, int, str, int]:
    """One row a follow relation: its newest node that is due, as the older one is overtaken by it.

    LATERAL asks the index (staff_id, followed_at) once for each guide and node, whatever the planner believes.
    """
    guide = func.unnest(cast(list(staff_ids), ARRAY(BigInteger))).table_valued("id").render_derived("guide")
    wanted = and_(Follow.staff_id == guide.c.id, _falls_due(on, CARE_OVERDUE_DAYS), _may_be_cared_for())
    added_on = cast(func.timezone(str(clock.SHANGHAI), Follow.followed_at), Date).label("added_on")
    follow = select(Follow.id, Follow.staff_id, added_on).where(wanted).correlate(guide, CareNode).lateral("follow")
    this_life = and_(CareDone.node_id == CareNode.id, CareDone.since == follow.c.added_on)
    done = select(CareDone.outcome).where(CareDone.follow_id == follow.c.id, this_life)
    return (
        select(
            follow.c.id.label("follow_id"),
            follow.c.staff_id,
            CareNode.id.label("node_id"),
            done.correlate(follow, CareNode).scalar_subquery().label("outcome"),
            CareNode.estimated_minutes,
        )
        .select_from(CareNode)
        .join(guide, true())
        .join(follow, true())
        .where(CareNode.enabled)
        .ext(distinct_on(follow.c.id))
        .order_by(follow.c.id, CareNode.day.desc())
    )


def _not_on(session: Session, customer_ids: Sequence[int], on: date) -> set[int]:
    """Those of them who may not be cared for on this day at all (contacted lately, too often …); the night alone stops nobody."""
    evening, held = clock.at(on, DAY_ENDS), set[int]()
    moment = min(max(clock.now(), clock.at(on, DAY_BEGINS)), evening)
    for first in range(0, len(customer_ids), AT_ONCE):
        refused = may_contact(session, customer_ids[first : first + AT_ONCE], ContactKind.CARE, moment)
        for id_, why in refused.items():
            if why.rule != "quiet" and (why.allowed_at is None or why.allowed_at > evening):
                held.add(id_)
    return held


def list_care_due(session: Session, guide: Staff, on: date, limit: int = 100) -> list[CareDue]:
    """Her customers due on a Shanghai day: what is still to do first, today's before overdue ones, then what is done.

    Who may not be contacted that day is not proposed.
    """
    due = _due(on, [guide.id]).subquery()
    left_first = case((due.c.outcome.is_(None), 0), else_=1)
    query = (
        select(Follow, Customer, CareNode, due.c.outcome)
        .join(due, due.c.follow_id == Follow.id)
        .join(CareNode, CareNode.id == due.c.node_id)
        .join(Customer, Customer.id == Follow.customer_id)
        .order_by(left_first, (Follow.followed_at + func.make_interval(0, 0, 0, CareNode.day)).desc(), Follow.id)
        .limit(limit)
    )
    rows = session.execute(query).all()
    held = _not_on(session, [customer.id for _, customer, _, outcome in rows if not outcome], on)
    return [
        CareDue(follow, customer, node, outcome or "", (on - care_due_on(clock.day_of(follow.followed_at), node.day)).days)
        for follow, customer, node, outcome in rows
        if outcome or customer.id not in held
    ]


def list_care_loads(session: Session, on: date, guide_ids: Sequence[int]) -> list[CareLoad]:
    """What the morning holds for each of these guides; who has nothing to do is left out."""
    due = _due(on, guide_ids).subquery()
    query = select(due.c.staff_id, due.c.estimated_minutes, Follow.customer_id).join(Follow, Follow.id == due.c.follow_id)
    rows = session.execute(query.where(due.c.outcome.is_(None)).order_by(due.c.staff_id, due.c.follow_id)).all()
    held = _not_on(session, sorted({row.customer_id for row in rows}), on)
    loads: dict[int, CareLoad] = {}
    for guide_id, minutes, customer_id in rows:
        if customer_id not in held:
            known = loads.get(guide_id, CareLoad(guide_id, 0, 0))
            loads[guide_id] = CareLoad(guide_id, known.customers + 1, known.minutes + minutes)
    return list(loads.values())


def find_care_due(session: Session, guide: Staff, follow_id: int, node_id: int) -> tuple[Follow, CareNode] | None:
    """Her follow relation and a node, whether due or not; None when the relation is not hers."""
    query = select(Follow, CareNode).join(CareNode, CareNode.id == node_id)
    row = session.execute(query.where(Follow.id == follow_id, Follow.staff_id == guide.id)).one_or_none()
    return None if row is None else (row[0], row[1])


def count_care_due(session: Session, viewer: Staff, on: date) -> dict[int, int]:
    """How many customers of the viewer's subtree fall due on that very day, by node id: the console's preview."""
    wanted = and_(_falls_due(on, 0), _may_be_cared_for())
    follow = select(Follow.staff_id).where(wanted).correlate(CareNode).lateral("follow")
    query = (
        select(CareNode.id, func.count())
        .join(follow, true())
        .join(Staff, and_(Staff.id == follow.c.staff_id, inside(Staff.path, viewer.path)))
        .where(CareNode.enabled)
        .group_by(CareNode.id)
    )
    return {node_id: count for node_id, count in session.execute(query)}


def list_care_nodes(session: Session) -> Sequence[CareNode]:
    """The whole plan, by day, switched-off nodes included."""
    return session.scalars(select(CareNode).order_by(CareNode.day)).all()
