"""What is read of tasks: who sees which task, how far it has come, what a guide owes. Changes nothing.

The lifecycle's questions stand in sop.care_queries and are named here too, so that callers know one door.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Label, Row, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from foundation import clock
from foundation.errors import NotFound
from org.models import Department, Staff, Store
from org.queries import inside
from org.rules import ROOT_PATH, path_ids
from sop.care_queries import CareDue, count_care_due, list_care_due, list_care_nodes
from sop.models import Assignment, AssignmentStatus, Task, TaskStatus
from sop.rules import LATE_SHOWN_FOR

__all__ = [
    "CareDue",
    "Counts",
    "Progress",
    "Share",
    "count_by_task",
    "count_care_due",
    "get_assignment_of",
    "get_task_in",
    "get_task_of_hers",
    "list_answers",
    "list_care_due",
    "list_care_nodes",
    "list_finished_of",
    "list_open_of",
    "list_open_task_ids",
    "page_assignments",
    "page_tasks",
    "progress",
]

OPEN_TASKS = (TaskStatus.PUBLISHED, TaskStatus.RUNNING)
STORES_SHOWN = 200
FIELDS = ("total", "done", "late", "open", "done_late")


@dataclass(frozen=True)
class Counts:
    """How a task stands. `total` = done + late + open (dropped copies do not count); `done_late` is a part of `done`."""

    total: int = 0
    done: int = 0
    late: int = 0
    open: int = 0
    done_late: int = 0


@dataclass(frozen=True)
class Share:
    """One region's or store's part of a task; `id` is the department's or the store's, None where a guide has none."""

    id: int | None
    name: str
    counts: Counts


@dataclass(frozen=True)
class Progress(Counts):
    """A task's counts, by region and by store (those who owe most first, at most 200)."""

    by_region: Sequence[Share] = ()
    by_store: Sequence[Share] = ()


def region_path(path: InstrumentedAttribute[str] | ColumnElement[str]) -> ColumnElement[str]:
    """SQL: "1.2.31." → "1.2.", the path of the region a path lies in."""
    return func.split_part(path, ".", 1) + "." + func.split_part(path, ".", 2) + "."


def _ancestors(path: str) -> list[str]:
    ids = path_ids(path)
    return ["".join(f"{id}." for id in ids[:depth]) for depth in range(1, len(ids))]


def _may_manage(viewer: Staff) -> ColumnElement[bool]:
    return inside(Task.path, viewer.path)


def _may_see(viewer: Staff) -> ColumnElement[bool]:
    """Her own subtree's tasks, and what was published from above to people that include hers."""
    from_above = and_(Task.path.in_(_ancestors(viewer.path)), Task.published_at.is_not(None))
    return or_(_may_manage(viewer), from_above)


def get_task_in(session: Session, staff: Staff, task_id: int) -> Task:
    """A task that touches her subtree. Raises NotFound for any other."""
    task = session.scalar(select(Task).where(Task.id == task_id, _may_see(staff)))
    if task is None:
        raise NotFound("没有这个任务")
    return task


def get_task_of_hers(session: Session, staff: Staff, task_id: int) -> Task:
    """A task she may change, locked for this transaction. Raises NotFound when it is not of her subtree."""
    task = session.scalar(select(Task).where(Task.id == task_id, _may_manage(staff)).with_for_update())
    if task is None:
        raise NotFound("没有这个任务")
    return task


def page_tasks(session: Session, staff: Staff, before_id: int | None = None, limit: int = 50) -> Sequence[Task]:
    """Tasks she may see, newest first, those with a smaller id than `before_id`."""
    query = select(Task).where(_may_see(staff)).order_by(Task.id.desc()).limit(limit)
    return session.scalars(query if before_id is None else query.where(Task.id < before_id)).all()


def list_open_task_ids(session: Session) -> Sequence[int]:
    """Every task still being handed out or running, oldest first."""
    return session.scalars(select(Task.id).where(Task.status.in_(OPEN_TASKS)).order_by(Task.id)).all()


def _tallies() -> tuple[Label[int], ...]:
    done = Assignment.status == AssignmentStatus.DONE
    return (
        func.count().filter(Assignment.status != AssignmentStatus.DROPPED).label("total"),
        func.count().filter(done).label("done"),
        func.count().filter(Assignment.status == AssignmentStatus.LATE).label("late"),
        func.count().filter(Assignment.status == AssignmentStatus.OPEN).label("open"),
        func.count().filter(and_(done, Assignment.done_at > Task.deadline_at)).label("done_late"),
    )


def _within(path: str) -> ColumnElement[bool]:
    return or_(inside(Store.path, path), and_(Store.id.is_(None), inside(Staff.path, path)))


def progress(session: Session, task_id: int, *, within: str = ROOT_PATH) -> Progress:
    """How far a task has come, in two statements; `within` keeps to the guides of one subtree (a viewer's path)."""
    standing = func.coalesce(Store.path, Staff.path)
    copies = (
        select(*_tallies())
        .select_from(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .join(Staff, Staff.id == Assignment.guide_id)
        .outerjoin(Store, Store.id == Assignment.store_id)
        .where(Assignment.task_id == task_id, _within(within))
    )
    regions = (
        copies.add_columns(Department.id, func.coalesce(Department.name, "未分大区").label("name"))
        .outerjoin(Department, Department.path == region_path(standing))
        .group_by(Department.id, Department.name)
        .order_by(Department.id)
    )
    stores = copies.add_columns(Store.id, func.coalesce(Store.name, "未分门店").label("name")).group_by(Store.id, Store.name)
    stores = stores.order_by((func.count().filter(Assignment.done_at.is_(None))).desc(), Store.id).limit(STORES_SHOWN)
    by_region = _shares(session, regions)
    sums = {field: sum(getattr(share.counts, field) for share in by_region) for field in FIELDS}
    return Progress(**sums, by_region=by_region, by_store=_shares(session, stores))


def _counts(row: Row[*tuple[Any, ...]]) -> Counts:
    return Counts(total=row.total, done=row.done, late=row.late, open=row.open, done_late=row.done_late)


def _shares(session: Session, query: Select[*tuple[Any, ...]]) -> list[Share]:
    return [Share(id=row.id, name=row.name, counts=_counts(row)) for row in session.execute(query) if row.total]


def count_by_task(session: Session, task_ids: Sequence[int], *, within: str = ROOT_PATH) -> dict[int, Counts]:
    """The counts of many tasks in one statement, for a list of tasks; a task without copies has none."""
    query = (
        select(Assignment.task_id, *_tallies())
        .join(Task, Task.id == Assignment.task_id)
        .join(Staff, Staff.id == Assignment.guide_id)
        .outerjoin(Store, Store.id == Assignment.store_id)
        .where(Assignment.task_id.in_(task_ids), _within(within))
        .group_by(Assignment.task_id)
    )
    return {row.task_id: _counts(row) for row in session.execute(query)}


def page_assignments(
    session: Session,
    task_id: int,
    status: AssignmentStatus | None = None,
    after_id: int = 0,
    limit: int = 50,
    *,
    within: str = ROOT_PATH,
) -> Sequence[Assignment]:
    """Copies of a task with their guide and store, by id; of one status, or all but the dropped."""
    wanted = Assignment.status == status if status else Assignment.status != AssignmentStatus.DROPPED
    query = (
        _copies_with_people(within)
        .where(Assignment.task_id == task_id, wanted, Assignment.id > after_id)
        .order_by(Assignment.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def _copies_with_people(within: str) -> Select[Assignment]:
    return (
        select(Assignment)
        .join(Staff, Staff.id == Assignment.guide_id)
        .outerjoin(Store, Store.id == Assignment.store_id)
        .where(_within(within))
        .options(joinedload(Assignment.guide), joinedload(Assignment.store))
    )


def list_answers(
    session: Session, staff: Staff, task_id: int, before_id: int | None = None, limit: int = 24
) -> Sequence[Assignment]:
    """Answers with words or photos from her subtree, newest copy first, each with its guide and store."""
    said = or_(Assignment.answer_text != "", func.cardinality(Assignment.answer_photos) > 0)
    query = _copies_with_people(staff.path).where(Assignment.task_id == task_id, said)
    query = query.order_by(Assignment.id.desc()).limit(limit)
    return session.scalars(query if before_id is None else query.where(Assignment.id < before_id)).all()


def get_assignment_of(session: Session, guide: Staff, assignment_id: int) -> Assignment:
    """Her own copy with its task. Raises NotFound for anybody else's, and for one that does not exist."""
    query = select(Assignment).where(Assignment.id == assignment_id, Assignment.guide_id == guide.id)
    assignment = session.scalar(query.options(joinedload(Assignment.task)))
    if assignment is None:
        raise NotFound("没有这个任务")
    return assignment


def list_open_of(session: Session, guide: Staff, limit: int = 20) -> Sequence[Assignment]:
    """What she owes, with the tasks, nearest deadline first; what ended undone within three days is still shown."""
    owed = or_(
        Assignment.status == AssignmentStatus.OPEN,
        and_(Assignment.status == AssignmentStatus.LATE, Task.deadline_at > clock.now() - LATE_SHOWN_FOR),
    )
    return session.scalars(_of_guide(guide).where(owed).order_by(Task.deadline_at, Assignment.id).limit(limit)).all()


def list_finished_of(session: Session, guide: Staff, limit: int = 20) -> Sequence[Assignment]:
    """What she did in the last week, with the tasks, newest first."""
    done = and_(Assignment.status == AssignmentStatus.DONE, Assignment.done_at > clock.now() - timedelta(days=7))
    return session.scalars(_of_guide(guide).where(done).order_by(Assignment.done_at.desc(), Assignment.id).limit(limit)).all()


def _of_guide(guide: Staff) -> Select[Assignment]:
    query = select(Assignment).join(Task, Task.id == Assignment.task_id).where(Assignment.guide_id == guide.id)
    return query.options(joinedload(Assignment.task))
