"""What is read of handovers (交接): lists and counts in the viewer's subtree, a page of customers, who waits for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, text, tuple_
from sqlalchemy.orm import Session, aliased

from customers.handover_models import Handover, HandoverCustomer, HandoverStatus, HandoverStep
from customers.handover_rules import LEAVER_DAYS, UNDER_WAY
from customers.models import Customer, Follow, FollowStatus
from customers.rules import SEEN_BY_GUIDE
from foundation import clock
from foundation.errors import NotFound
from org.models import Staff, StaffStatus
from org.queries import inside

OPEN = (HandoverStatus.READY, HandoverStatus.RUNNING)


def get_handover(session: Session, viewer: Staff, handover_id: int, *, lock: bool = False) -> tuple[Handover, Staff]:
    """A handover of a guide of the viewer's subtree, and that guide. Raises NotFound for any other."""
    query = (
        select(Handover, Staff)
        .join(Staff, Staff.id == Handover.from_id)
        .where(Handover.id == handover_id, inside(Staff.path, viewer.path))
    )
    if lock:
        query = query.with_for_update(of=Handover).execution_options(populate_existing=True)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("没有这次交接，或不在您的权限范围内")
    return row[0], row[1]


def page_handovers(session: Session, viewer: Staff, before: int | None = None, limit: int = 30) -> list[tuple[Handover, Staff]]:
    """Handovers of her subtree with the guide they come from, the newest first."""
    query = select(Handover, Staff).join(Staff, Staff.id == Handover.from_id).where(inside(Staff.path, viewer.path))
    query = query.where(Handover.id < before) if before else query
    return [(row[0], row[1]) for row in session.execute(query.order_by(Handover.id.desc()).limit(limit))]


def step_counts(session: Session, handover_ids: Sequence[int]) -> dict[int, dict[HandoverStep, int]]:
    """How many customers of each handover stand on each step."""
    query = select(HandoverCustomer.handover_id, HandoverCustomer.step, func.count()).where(
        HandoverCustomer.handover_id.in_(handover_ids)
    )
    found: dict[int, dict[HandoverStep, int]] = {id_: {} for id_ in handover_ids}
    for id_, step, count in session.execute(query.group_by(HandoverCustomer.handover_id, HandoverCustomer.step)):
        found[id_][HandoverStep(step)] = count
    return found


@dataclass(frozen=True, slots=True)
class Taking:
    """One receiver in a handover: how many customers she has now, and how many of this one's stand on each step."""

    staff: Staff | None
    load: int
    steps: dict[HandoverStep, int]

    def count(self, *steps: HandoverStep) -> int:
        """Customers on these steps; of all steps when none is named."""
        return sum(self.steps.get(step, 0) for step in steps) if steps else sum(self.steps.values())


def list_takings(session: Session, handover_id: int) -> list[Taking]:
    """Every receiver of a handover, who gets most first; the one without a receiver (None) last. Three statements."""
    query = select(HandoverCustomer.to_id, HandoverCustomer.step, func.count()).where(HandoverCustomer.handover_id == handover_id)
    steps: dict[int | None, dict[HandoverStep, int]] = {}
    for to_id, step, count in session.execute(query.group_by(HandoverCustomer.to_id, HandoverCustomer.step)):
        steps.setdefault(to_id, {})[HandoverStep(step)] = count
    ids = [id_ for id_ in steps if id_ is not None]
    people = {one.id: one for one in session.scalars(select(Staff).where(Staff.id.in_(ids)))}
    loads = active_loads(session, ids)
    takings = [Taking(people.get(id_) if id_ else None, loads.get(id_ or 0, 0), found) for id_, found in steps.items()]
    return sorted(takings, key=lambda one: (one.staff is None, -one.count(), one.staff.id if one.staff else 0))


def active_loads(session: Session, staff_ids: Sequence[int]) -> dict[int, int]:
    """How many customers each of some guides follows now."""
    query = select(Follow.staff_id, func.count()).where(Follow.staff_id.in_(staff_ids), Follow.status == FollowStatus.ACTIVE)
    return {id_: count for id_, count in session.execute(query.group_by(Follow.staff_id))} if staff_ids else {}


def page_of_handover(
    session: Session, handover: Handover, *, to_id: int | None = None, seen_by: int | None = None,
    steps: Sequence[HandoverStep] = (), after: int = 0, limit: int = 100,
) -> list[tuple[HandoverCustomer, Customer, Follow | None]]:  # fmt: skip
    """Customers of a handover by number, with the relation they come from; of one receiver, whom a guide still sees, on some
    steps. Load it with permission first.
    """
    query = (
        select(HandoverCustomer, Customer, Follow)
        .join(Customer, Customer.id == HandoverCustomer.customer_id)
        .outerjoin(Follow, (Follow.customer_id == Customer.id) & (Follow.staff_id == handover.from_id))
        .where(HandoverCustomer.handover_id == handover.id, HandoverCustomer.customer_id > after)
    )
    if to_id is not None:
        query = query.where(HandoverCustomer.to_id == to_id)
    if seen_by is not None:
        query = query.where(_sees(seen_by))
    if steps:
        query = query.where(HandoverCustomer.step.in_(steps))
    rows = session.execute(query.order_by(HandoverCustomer.customer_id).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]


def _sees(staff_id: int) -> ColumnElement[bool]:
    """Whether a guide follows the customer now, or the one she was merged into."""
    own = aliased(Follow)
    hers = own.customer_id.in_([Customer.id, Customer.merged_into_id])
    return exists().where(own.staff_id == staff_id, own.status.in_(SEEN_BY_GUIDE), hers)


@dataclass(frozen=True, slots=True)
class Leaver:
    """A guide who left, how many of her customers still wait for somebody, and the open handover of them, if any."""

    staff: Staff
    waiting: int
    handover_id: int | None


def list_leavers(session: Session, viewer: Staff, limit: int = 50) -> list[Leaver]:
    """Guides of her subtree who left less than a year ago and whose customers wait, the last to leave first (DOC 94081)."""
    waiting = (
        select(func.count())
        .where(Follow.staff_id == Staff.id, Follow.status == FollowStatus.ACTIVE)
        .correlate(Staff)
        .scalar_subquery()
    )
    open_id = select(func.max(Handover.id)).where(Handover.from_id == Staff.id, Handover.status.in_(OPEN)).scalar_subquery()
    query = (
        select(Staff, waiting, open_id)
        .where(inside(Staff.path, viewer.path), Staff.status == StaffStatus.DEPARTED, waiting > 0)
        .where(Staff.departed_at > clock.now() - timedelta(days=LEAVER_DAYS))
        .order_by(Staff.departed_at.desc(), Staff.id)
        .limit(limit)
    )
    return [Leaver(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Polled:
    """A pair of members between whom takeovers are under way: what the platform is asked about."""

    handover_id: int
    departed: bool
    from_userid: str
    to_userid: str
    to_id: int


def list_polled(session: Session, after: tuple[int, int] = (0, 0), limit: int = 200) -> list[Polled]:
    """Pairs whose results are awaited, the oldest handovers first, beyond `after` (handover, receiver)."""
    receiver = Staff.__table__.alias("receiver")
    query = (
        select(Handover.id, Handover.departed, Staff.userid, receiver.c.userid, receiver.c.id)
        .distinct()
        .join(Staff, Staff.id == Handover.from_id)
        .join(HandoverCustomer, HandoverCustomer.handover_id == Handover.id)
        .join(receiver, receiver.c.id == HandoverCustomer.to_id)
        .where(Handover.status == HandoverStatus.RUNNING, HandoverCustomer.step.in_(UNDER_WAY))
        .where(tuple_(Handover.id, receiver.c.id) > after)
        .order_by(Handover.id, receiver.c.id)
        .limit(limit)
    )
    return [Polled(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Handed:
    """A customer as her new guide meets her: what the guide before called her and wrote, the last note, the promised step."""

    customer: Customer
    remark: str
    description: str
    note: str
    note_at: datetime | None
    step: str


LAST_WORDS = text("""
SELECT wanted.id, note.text AS note, note.at AS note_at, step.text AS step
FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
LEFT JOIN LATERAL (SELECT text, at FROM customer_note WHERE customer_id = wanted.id AND staff_id = :from_id
                   ORDER BY id DESC LIMIT 1) AS note ON true
LEFT JOIN LATERAL (SELECT text FROM next_step WHERE customer_id = wanted.id AND staff_id = :from_id AND done_at IS NULL
                   ORDER BY due_at LIMIT 1) AS step ON true
""")


def last_words(session: Session, customer_ids: Sequence[int], from_id: int) -> dict[int, Any]:
    """Her own last note and open promise, of the guide before, by customer; nobody else's words. One statement."""
    return {row.id: row for row in session.execute(LAST_WORDS, {"ids": list(customer_ids), "from_id": from_id})}


def page_handed(session: Session, staff: Staff, handover_id: int, after: int = 0, limit: int = 50) -> tuple[Staff, list[Handed]]:
    """The guide before, and those of the customers this member took over from her whom she still sees, by number.

    Raises NotFound when she took over nobody.
    """
    mine = (HandoverCustomer.handover_id == handover_id, HandoverCustomer.to_id == staff.id)
    before = session.execute(
        select(Handover, Staff)
        .join(Staff, Staff.id == Handover.from_id)
        .join(HandoverCustomer, HandoverCustomer.handover_id == Handover.id)
        .where(*mine, HandoverCustomer.step == HandoverStep.TAKEN)
        .limit(1)
    ).one_or_none()
    if before is None:
        raise NotFound("没有这次交接，或没有交给您的客户")
    steps = (HandoverStep.TAKEN,)
    rows = page_of_handover(session, before[0], to_id=staff.id, seen_by=staff.id, steps=steps, after=after, limit=limit)
    words = last_words(session, [customer.id for _, customer, _ in rows], before[1].id)
    return before[1], [_handed(customer, follow, words[customer.id]) for _, customer, follow in rows]


def _handed(customer: Customer, follow: Follow | None, said) -> Handed:  # type: ignore[no-untyped-def]
    remark, description = (follow.remark, follow.description) if follow else ("", "")
    return Handed(customer, remark, description, said.note or "", said.note_at, said.step or "")
