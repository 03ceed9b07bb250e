"""What reaches many guides: hand out a published task, remind who owes, mark what ended undone.

Each function does one chunk in the caller's transaction; a locked task row and a cursor on it make stopping, repeating and
two runners at once harmless. Who joins after the hand-out gets no copy: a task is asked of the people of its day.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, String, and_, any_, case, cast, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from foundation import clock
from foundation.config import settings
from foundation.db import Json
from org.models import Staff, StaffStatus
from org.queries import list_active_guides
from outbox.actions import enqueue
from outbox.models import Lane
from sop.cards import reminder_card, task_card
from sop.models import Assignment, AssignmentStatus, Task, TaskStatus
from sop.rules import remind_at

OPEN_TASKS = (TaskStatus.PUBLISHED, TaskStatus.RUNNING)


def _take(session: Session, task_id: int, status: TaskStatus) -> Task | None:
    """The task, if it is in that state and nobody else is busy with it."""
    query = select(Task).where(Task.id == task_id, Task.status == status)
    return session.scalar(query.with_for_update(skip_locked=True).execution_options(populate_existing=True))


def hand_out(session: Session, task_id: int, limit: int = 500) -> int:
    """Give the next guides their copy and owe them its card; how many, 0 when finished or another runner has the task."""
    task = _take(session, task_id, TaskStatus.PUBLISHED)
    if task is None:
        return 0
    now = clock.now()
    guides = [] if now >= task.deadline_at else list_active_guides(session, task.path, after_id=task.handed_out_to, limit=limit)
    if not guides:
        task.status, task.handed_out_at = TaskStatus.RUNNING, now
        return 0
    copies = _make_copies(session, task, guides, now)
    new = [guide for guide in guides if guide.id in copies]
    _owe(session, task, {f"task:{task.id}:{guide.id}": task_card(task, guide, copies[guide.id]) for guide in new})
    task.handed_out_to = guides[-1].id
    return len(guides)


def _make_copies(session: Session, task: Task, guides: Sequence[Staff], now: datetime) -> dict[int, int]:
    """guide id → id of her new copy; a copy that is there already is left alone."""
    chosen = any_(literal([guide.id for guide in guides], ARRAY(BigInteger)))
    values: dict[str, ColumnElement[Any]] = {
        "task_id": literal(task.id),
        "guide_id": Staff.id.expression,
        "store_id": Staff.store_id.expression,
        "status": literal(AssignmentStatus.OPEN),
        "created_at": literal(now),
        "done_via": literal(""),
        "answer_text": literal(""),
        "answer_photos": cast([], ARRAY(String)),
    }
    copies = insert(Assignment).from_select(list(values), select(*values.values()).where(Staff.id == chosen))
    made = copies.on_conflict_do_nothing().returning(Assignment.guide_id, Assignment.id)
    return {guide_id: assignment_id for guide_id, assignment_id in session.execute(made)}


def _owe(session: Session, task: Task, cards: dict[str, Json]) -> None:
    """After its deadline a card is no use, so it does not go out late."""
    enqueue(session, Lane.TASK, "message/send", cards, about=f"task:{task.id}", expires_at=task.deadline_at)


def remind_due(session: Session, task_id: int, limit: int = 500) -> int:
    """Remind the next guides who still owe a task whose end is near; each guide once. 0 when there is nothing to do."""
    task = _take(session, task_id, TaskStatus.RUNNING)
    now = clock.now()
    if task is None or task.reminded_at is not None or task.published_at is None or now >= task.deadline_at:
        return 0
    if now < remind_at(task.published_at, task.deadline_at, settings().reminder_hours_before):
        return 0
    owing = session.execute(_owing(task, limit)).all()
    if not owing:
        task.reminded_at = now
        return 0
    _owe(session, task, {f"task:{task.id}:{guide}:remind": reminder_card(task, userid, copy) for copy, guide, userid in owing})
    reached = any_(literal([copy for copy, _, _ in owing], ARRAY(BigInteger)))
    reminded = update(Assignment).where(Assignment.id == reached).values(reminded_at=now)
    session.execute(reminded.execution_options(synchronize_session=False))
    task.reminded_to = owing[-1][1]
    return len(owing)


def _owing(task: Task, limit: int) -> Select[int, int, str]:
    return (
        select(Assignment.id, Assignment.guide_id, Staff.userid)
        .join(Staff, and_(Staff.id == Assignment.guide_id, Staff.status == StaffStatus.ACTIVE))
        .where(Assignment.task_id == task.id, Assignment.status == AssignmentStatus.OPEN, Assignment.guide_id > task.reminded_to)
        .order_by(Assignment.guide_id)
        .limit(limit)
    )


def mark_late(session: Session, limit: int = 5000) -> int:
    """Open copies past their deadline become late, those of departed guides are dropped; how many rows, 0 when done.

    A running task that ended and has no open copy left is closed: it can still be answered late, and is counted as such.
    """
    now = clock.now()
    left = Staff.status == StaffStatus.DEPARTED
    ended = (
        select(Assignment.id, left.label("left"))
        .join(Task, and_(Task.id == Assignment.task_id, Task.status.in_(OPEN_TASKS)))
        .join(Staff, Staff.id == Assignment.guide_id)
        .where(Assignment.status == AssignmentStatus.OPEN, or_(left, Task.deadline_at < now))
        .limit(limit)
        .with_for_update(of=Assignment, skip_locked=True)
        # Not a subquery: a plan may ask that one again for each row, and more than `limit` would be marked at once.
        .cte("ended")
    )
    marked = session.execute(
        update(Assignment)
        .where(Assignment.id == ended.c.id)
        .values(status=case((ended.c.left, AssignmentStatus.DROPPED), else_=AssignmentStatus.LATE))
        .returning(Assignment.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not marked:
        _close_ended(session, now)
    return len(marked)


def _close_ended(session: Session, now: datetime) -> None:
    still_open = select(Assignment.id).where(Assignment.task_id == Task.id, Assignment.status == AssignmentStatus.OPEN).exists()
    ended = update(Task).where(Task.status == TaskStatus.RUNNING, Task.deadline_at < now, ~still_open)
    session.execute(ended.values(status=TaskStatus.CLOSED).execution_options(synchronize_session=False))
