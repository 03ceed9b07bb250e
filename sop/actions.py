"""What changes of tasks: written, published, withdrawn, finished. Fan-outs and the lifecycle stand beside it and are named here.

No function commits and none calls the platform: what is owed goes through the outbox in the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from foundation import audit, clock
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.text import clean
from foundation.wake import ring
from org.models import Department, Staff
from org.queries import count_active_guides, get_department_in
from outbox.actions import cancel_waiting
from sop.care_actions import finish_care, hand_out_care, save_care_node, seed_care_nodes
from sop.fan_out import hand_out, mark_late, remind_due
from sop.models import AnswerKind, Assignment, AssignmentStatus, Task, TaskStatus
from sop.queries import get_assignment_of, get_task_of_hers
from sop.rules import (
    OUTCOME_WORDS,
    Outcome,
    TaskDraft,
    answer_problems,
    deadline_problem,
    finished_outcome,
    may_write_tasks,
    outcome_before_writing,
    problems_of,
)
from sop.withdrawal import grey_withdrawn

__all__ = [
    "Finish",
    "Outcome",
    "TaskDraft",
    "finish",
    "finish_care",
    "grey_withdrawn",
    "hand_out",
    "hand_out_care",
    "mark_late",
    "open_assignment",
    "publish_task",
    "remind_due",
    "save_care_node",
    "save_task",
    "seed_care_nodes",
    "withdraw_task",
]

ANSWERED = ("status", "done_at", "done_via", "answer_text", "answer_photos")
UNDONE = (AssignmentStatus.OPEN, AssignmentStatus.LATE)


@dataclass(frozen=True)
class Finish:
    """How it ended, with the copy it was about (None when it is not hers); `words` is what the card or page says."""

    outcome: Outcome
    assignment: Assignment | None

    @property
    def words(self) -> str:
        """A few Chinese words, short enough for a button."""
        return OUTCOME_WORDS[self.outcome]


def save_task(session: Session, staff: Staff, form: TaskDraft, task_id: int | None = None) -> Task:
    """Write a new draft or change one.

    Raises Invalid (each field named), NotAllowed (her role does not ask), NotFound (not of her subtree), Conflict (published).
    """
    _allow(staff)
    task = None if task_id is None else _draft_of(session, staff, task_id)
    problems = problems_of(form, clock.now())
    audience = None if "department_id" in problems else _audience(session, staff, form.department_id, problems)
    if problems or audience is None:
        raise Invalid("任务没有保存，请看标红的地方", problems)
    if task is None:
        task = Task(status=TaskStatus.DRAFT, created_by=staff.id, created_at=clock.now())
        session.add(task)
    _fill(task, form, audience)
    session.flush()
    audit.record(session, f"staff:{staff.id}", "task.save", f"task:{task.id}", title=task.title, path=task.path)
    return task


def _allow(staff: Staff) -> None:
    if not may_write_tasks(staff.role, staff.path):
        raise NotAllowed("只有总部和区域经理可以下发任务")


def _draft_of(session: Session, staff: Staff, task_id: int) -> Task:
    task = get_task_of_hers(session, staff, task_id)
    if task.status != TaskStatus.DRAFT:
        raise Conflict("任务已经下发，不能再修改；可以撤回后重新写一个")
    return task


def _audience(session: Session, staff: Staff, department_id: int | None, problems: dict[str, str]) -> Department | None:
    try:
        department = get_department_in(session, staff, department_id or 0)
    except NotFound:
        problems["department_id"] = "没有这个部门，或者不在您的管理范围内"
        return None
    if count_active_guides(session, department.path) == 0:
        problems["department_id"] = f"「{department.name}」里没有在职的导购"
    return department


def _fill(task: Task, form: TaskDraft, audience: Department) -> None:
    task.title, task.body = clean(form.title).strip(), clean(form.body).strip()
    task.department_id, task.path = audience.id, audience.path
    task.answer_kind = AnswerKind(form.answer_kind)
    task.estimated_minutes = form.estimated_minutes or 1
    task.deadline_at = form.deadline_at or clock.now()
    task.item_id = form.item_id


def publish_task(session: Session, staff: Staff, task_id: int) -> Task:
    """Release a draft; the guides' copies are made by `hand_out` afterwards. Publishing twice changes nothing.

    Raises NotAllowed, NotFound, Invalid (the deadline has passed or the audience is empty meanwhile), Conflict (withdrawn).
    """
    _allow(staff)
    task = get_task_of_hers(session, staff, task_id)
    if task.status == TaskStatus.WITHDRAWN:
        raise Conflict("任务已经撤回，不能再下发")
    if task.status != TaskStatus.DRAFT:
        return task
    problems: dict[str, str] = {}
    _audience(session, staff, task.department_id, problems)
    if late := deadline_problem(task.deadline_at, clock.now()):
        problems["deadline_at"] = late
    if problems:
        raise Invalid("任务没有下发：" + "；".join(problems.values()), problems)
    task.status, task.published_at = TaskStatus.PUBLISHED, clock.now()
    # Somebody waits for the guides' cards: the hand-out is asked for at the moment this commits; the tick would come later.
    ring(session, "sop.hand_out")
    audit.record(session, f"staff:{staff.id}", "task.publish", f"task:{task.id}", title=task.title, path=task.path)
    return task


def withdraw_task(session: Session, staff: Staff, task_id: int) -> Task:
    """Take a task back: cards not yet sent never go out, sent ones turn grey, open copies are dropped, what was done stays done.

    Raises NotAllowed, NotFound, Conflict (closed). Withdrawing twice changes nothing.
    """
    _allow(staff)
    task = get_task_of_hers(session, staff, task_id)
    if task.status == TaskStatus.WITHDRAWN:
        return task
    if task.status == TaskStatus.CLOSED:
        raise Conflict("任务已经结束，不能撤回")
    task.status = TaskStatus.WITHDRAWN
    cancelled = cancel_waiting(session, f"task:{task.id}")
    undone = update(Assignment).where(Assignment.task_id == task.id, Assignment.status.in_(UNDONE))
    session.execute(undone.values(status=AssignmentStatus.DROPPED).execution_options(synchronize_session=False))
    ring(session, "sop.grey_withdrawn")
    audit.record(session, f"staff:{staff.id}", "task.withdraw", f"task:{task.id}", title=task.title, cards_stopped=cancelled)
    return task


def open_assignment(session: Session, guide: Staff, assignment_id: int) -> Assignment:
    """Her own copy with its task, noted as opened the first time. Raises NotFound for anybody else's."""
    assignment = get_assignment_of(session, guide, assignment_id)
    if assignment.opened_at is None:
        assignment.opened_at = clock.now()
    return assignment


def finish(session: Session, guide: Staff, assignment_id: int, *, via: str, text: str = "", photos: Sequence[str] = ()) -> Finish:
    """Finish her copy, once, by "card" or "sidebar" (`photos` are blob keys); two taps at one moment have one effect.

    Raises Invalid when an answer from the sidebar lacks what the task asks for (fields "text", "photos").
    """
    query = select(Assignment).where(Assignment.id == assignment_id, Assignment.guide_id == guide.id)
    assignment = session.scalar(query.options(joinedload(Assignment.task)))
    if assignment is None:
        return Finish(Outcome.NOT_HERS, None)
    task = assignment.task
    why_not = outcome_before_writing(assignment.status, task.status, guide.status, task.answer_kind, via)
    if why_not is not None:
        return Finish(why_not, assignment)
    if via != "card" and (problems := answer_problems(task.answer_kind, text, photos)):
        raise Invalid("；".join(problems.values()), problems)
    return _write_answer(session, assignment, task, via, clean(text).strip(), list(photos))


def _write_answer(session: Session, assignment: Assignment, task: Task, via: str, text: str, photos: list[str]) -> Finish:
    """The WHERE on the status is what makes a second tap harmless, also at the same moment."""
    done_at = clock.now()
    written = session.execute(
        update(Assignment)
        .where(Assignment.id == assignment.id, Assignment.status.in_(UNDONE))
        .values(status=AssignmentStatus.DONE, done_at=done_at, done_via=via, answer_text=text, answer_photos=photos)
        .returning(Assignment.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(assignment, ANSWERED)
    if written is None:
        return Finish(Outcome.ALREADY if assignment.status == AssignmentStatus.DONE else Outcome.WITHDRAWN, assignment)
    return Finish(finished_outcome(done_at, task.deadline_at), assignment)
