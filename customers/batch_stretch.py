"""One stretch of a batch: its next customers, the deed done to them, and the batch's row that says so."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session, aliased

from customers.batch_kinds import deed_of, people_of
from customers.models import Customer, Follow
from customers.rules import SEEN_BY_GUIDE
from customers.tag_models import BatchStatus, CustomerBatch
from foundation import clock
from foundation.errors import AppError, Conflict
from org.models import Role, Staff, StaffStatus
from org.queries import inside

AT_ONCE = 2_000
OPEN = (BatchStatus.WAITING, BatchStatus.RUNNING)
IDS = ARRAY(BigInteger)
# What a batch changes is told to segments behind what people do meanwhile.
BEHIND = text("SELECT set_config('guidedesk.bulk', 'on', true)")
# All a stretch needs is found by key. Where a brand has some hundred thousand customers the planner would rather read whole
# tables for two thousand of them, by two processes; and compiling takes longer than running. Nor is the disk waited for: what a
# crash of the database forgets, the cursor in the same transaction forgets too.
BY_KEY = text("""
SELECT set_config('enable_seqscan', 'off', true), set_config('random_page_cost', '1', true), set_config('jit', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true), set_config('synchronous_commit', 'off', true)
""")


@dataclass(frozen=True)
class Stretch:
    """Customers above `after`, in order; `last` when there are no more behind them, `wrong` why they cannot be told."""

    after: int
    ids: Sequence[int]
    last: bool
    wrong: AppError | None = None


@dataclass(frozen=True)
class Outcome:
    """To how many of a stretch the deed made a difference, how many the asker may not see; or `wrong`, and nothing was done."""

    changed: int = 0
    unseen: int = 0
    wrong: AppError | None = None


def next_stretch(session: Session, batch: CustomerBatch, after: int, limit: int) -> Stretch:
    """The next `limit` customers of a batch."""
    try:
        with session.begin_nested():
            ids = people_of(batch.who).page(session, batch.who, after, limit)
    except AppError as wrong:
        return Stretch(after, [], True, wrong)
    return Stretch(after, ids, len(ids) < limit)


def do(session: Session, batch: CustomerBatch, stretch: Stretch) -> Outcome:
    """The deed, done to those of them the asker may see."""
    if stretch.wrong is not None or not stretch.ids:
        return Outcome(wrong=stretch.wrong)
    try:
        with session.begin_nested():
            session.execute(BY_KEY)
            ids, unseen = _seen(session, batch, stretch.ids)
            return Outcome(_apply(session, batch, ids), unseen)
    except AppError as wrong:
        return Outcome(wrong=wrong)


def keep(session: Session, batch: CustomerBatch, stretch: Stretch, outcome: Outcome) -> bool:
    """Say so in the batch's row, which the caller has locked; whether there is more to do."""
    if outcome.wrong is None and stretch.ids:
        batch.done, batch.unseen = batch.done + outcome.changed, batch.unseen + outcome.unseen
        batch.left_out += len(stretch.ids) - outcome.changed
        batch.cursor, batch.tries = stretch.ids[-1], 0
    if batch.status in OPEN:
        batch.status = BatchStatus.RUNNING
        if outcome.wrong is not None:
            end(batch, BatchStatus.FAILED, outcome.wrong.message)
        elif stretch.last:
            _finish(session, batch)
    session.flush()
    return batch.status == BatchStatus.RUNNING


def end(batch: CustomerBatch, status: BatchStatus, reason: str = "") -> None:
    """A batch is over; `reason` in Chinese, up to 300 characters."""
    batch.status, batch.reason, batch.finished_at = status, reason[:300], clock.now()


def _finish(session: Session, batch: CustomerBatch) -> None:
    end(batch, BatchStatus.DONE)
    if batch.undo_of is None:
        return
    undone = session.get_one(CustomerBatch, batch.undo_of, with_for_update=True)
    session.flush()
    taken = session.scalar(select(func.sum(CustomerBatch.done)).where(CustomerBatch.undo_of == undone.id)) or 0
    # Of whom the asker may not see, some may stand as the batch left them: somebody who sees more takes it back there.
    if not batch.unseen or taken >= undone.done:
        undone.status = BatchStatus.UNDONE


def _apply(session: Session, batch: CustomerBatch, ids: list[int]) -> int:
    deed = deed_of(batch.kind)
    if batch.undo_of is None:
        return deed.apply(session, batch, ids)
    if deed.undo is None:
        raise Conflict("这种批量操作不能撤销")
    return deed.undo(session, session.get_one(CustomerBatch, batch.undo_of), batch, ids)


def _seen(session: Session, batch: CustomerBatch, ids: Sequence[int]) -> tuple[list[int], int]:
    """The rows these live on, of those in the scope of the person who asked, as it is now, and how many only others see; who was
    erased lives on none. Raises Conflict when that person may not do this any more.
    """
    staff, guide, living, same = session.get_one(Staff, batch.staff_id), aliased(Staff), aliased(Customer), aliased(Customer)
    if staff.status == StaffStatus.DEPARTED or staff.role == Role.GUIDE:
        raise Conflict("发起的人已离职或不再是管理者")
    asked = select(func.coalesce(living.id, Customer.id).label("id")).distinct()
    asked = asked.select_from(Customer).outerjoin(living, living.id == Customer.merged_into_id)
    asked = asked.where(Customer.id == any_(literal(list(ids), IDS)))
    told = asked.where(Customer.merged_into_id.is_(None) | living.id.is_not(None) & living.merged_into_id.is_(None)).cte("told")
    merged = select(told.c.id, same.id.label("row_id")).join(same, same.merged_into_id == told.c.id)
    rows = select(told.c.id, told.c.id.label("row_id")).union_all(merged).subquery()
    near = func.bool_or(inside(guide.path, staff.path)).label("near")
    theirs = select(rows.c.id, near).join(Follow, Follow.customer_id == rows.c.row_id).join(guide, guide.id == Follow.staff_id)
    people = theirs.where(Follow.status.in_(SEEN_BY_GUIDE)).group_by(rows.c.id).subquery()
    # As one list: thousands of rows one by one take the driver longer than finding them.
    hers = func.array_agg(aggregate_order_by(people.c.id, people.c.id), type_=IDS).filter(people.c.near)
    found, unseen = session.execute(select(hers, func.count().filter(~people.c.near))).one()
    return list(found or []), unseen
