"""What is decided about SOP: is a task well written, who may publish, when to remind, how a tap ends. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from org.models import Role, StaffStatus
from sop.models import AnswerKind, AssignmentStatus, TaskStatus

TITLE_LIMIT = 60
BODY_LIMIT = 2000
MINUTES_LIMIT = 60
ANSWER_LIMIT = 1000
PHOTO_LIMIT = 3
LATEST_DEADLINE = timedelta(days=365)
LATE_SHOWN_FOR = timedelta(days=3)
CARE_OVERDUE_DAYS = 2
CARE_OUTCOMES = ("done", "skip")


@dataclass(frozen=True)
class TaskDraft:
    """What a person typed into the task form; None where she left a field empty or it could not be read."""

    title: str
    body: str
    department_id: int | None
    answer_kind: str
    estimated_minutes: int | None
    deadline_at: datetime | None
    item_id: int | None = None


def problems_of(draft: TaskDraft, now: datetime) -> dict[str, str]:
    """What is wrong with each field, in Chinese; empty when the draft is good. The audience is checked against tables."""
    problems = {
        "title": _title_problem(draft.title.strip()),
        "body": f"内容最多 {BODY_LIMIT} 个字，现在是 {len(draft.body)} 个" if len(draft.body) > BODY_LIMIT else "",
        "department_id": "请选择下发范围" if draft.department_id is None else "",
        "answer_kind": "" if draft.answer_kind in set(AnswerKind) else "请选择完成方式：点一下、填文字或拍照",
        "estimated_minutes": _minutes_problem(draft.estimated_minutes),
        "deadline_at": deadline_problem(draft.deadline_at, now),
    }
    return {field: problem for field, problem in problems.items() if problem}


def _title_problem(title: str) -> str:
    if not title:
        return "标题不能为空"
    return f"标题最多 {TITLE_LIMIT} 个字，现在是 {len(title)} 个" if len(title) > TITLE_LIMIT else ""


def _minutes_problem(minutes: int | None) -> str:
    if minutes is None:
        return "请填写预计用时（分钟）"
    return "" if 1 <= minutes <= MINUTES_LIMIT else f"预计用时应在 1 到 {MINUTES_LIMIT} 分钟之间"


def deadline_problem(deadline_at: datetime | None, now: datetime) -> str:
    """Why a task may not end then; empty when it may."""
    if deadline_at is None:
        return "请选择截止时间"
    if deadline_at <= now:
        return "截止时间已经过去，请选择将来的时间"
    return "截止时间最远一年" if deadline_at > now + LATEST_DEADLINE else ""


def may_write_tasks(role: Role, path: str) -> bool:
    """Headquarters and regional managers ask; store managers and guides are asked. Nobody without a place does."""
    return bool(path) and role in {Role.HEADQUARTERS, Role.REGIONAL_MANAGER}


def remind_at(published_at: datetime, deadline_at: datetime, hours_before: int) -> datetime:
    """When those who still owe a task are reminded: some hours before its end, but never in the first half of its time."""
    return max(deadline_at - timedelta(hours=hours_before), published_at + (deadline_at - published_at) / 2)


class Outcome(StrEnum):
    """How the finishing of a task ended. Only `done` and `late` change anything."""

    DONE = "done"
    LATE = "late"
    ALREADY = "already"
    WITHDRAWN = "withdrawn"
    NOT_HERS = "not_hers"
    NEEDS_ANSWER = "needs_answer"


OUTCOME_WORDS = {
    Outcome.DONE: "已完成",
    Outcome.LATE: "已补交（过期）",
    Outcome.ALREADY: "已完成过",
    Outcome.WITHDRAWN: "任务已撤回",
    Outcome.NOT_HERS: "这不是您的任务",
    Outcome.NEEDS_ANSWER: "请打开任务填写",
}


def outcome_before_writing(
    status: AssignmentStatus, task_status: TaskStatus, guide_status: StaffStatus, kind: AnswerKind, via: str
) -> Outcome | None:
    """Why an answer changes nothing, or None when it is to be written down."""
    if guide_status != StaffStatus.ACTIVE:
        return Outcome.NOT_HERS
    if task_status == TaskStatus.WITHDRAWN or status == AssignmentStatus.DROPPED:
        return Outcome.WITHDRAWN
    if status == AssignmentStatus.DONE:
        return Outcome.ALREADY
    return Outcome.NEEDS_ANSWER if via == "card" and kind != AnswerKind.TAP else None


def answer_problems(kind: AnswerKind, text: str, photos: Sequence[str]) -> dict[str, str]:
    """What an answer from the sidebar lacks. A photo says enough by itself: words beside it are welcome, not asked."""
    problems = {}
    if kind == AnswerKind.TEXT and not text.strip():
        problems["text"] = "请写一句话再提交"
    if len(text) > ANSWER_LIMIT:
        problems["text"] = f"最多 {ANSWER_LIMIT} 个字"
    if kind == AnswerKind.PHOTO and not photos:
        problems["photos"] = "请拍一张照片再提交"
    if len(photos) > PHOTO_LIMIT:
        problems["photos"] = f"最多 {PHOTO_LIMIT} 张照片"
    return problems


def finished_outcome(done_at: datetime, deadline_at: datetime) -> Outcome:
    """In time or late; the very moment of the deadline is still in time."""
    return Outcome.DONE if done_at <= deadline_at else Outcome.LATE


def care_due_on(added_on: date, day: int) -> date:
    """The morning a lifecycle node falls due for a customer added on a Shanghai day."""
    return added_on + timedelta(days=day)


def care_is_due(added_on: date, day: int, on: date) -> bool:
    """Due on its day and shown as overdue for two more, so a day off loses no customer and floods nobody."""
    return 0 <= (on - care_due_on(added_on, day)).days <= CARE_OVERDUE_DAYS


@dataclass(frozen=True)
class CareDraft:
    """What a person typed into the form of a lifecycle node; None where a number is missing or could not be read."""

    day: int | None
    title: str
    advice: str
    estimated_minutes: int | None
    item_id: int | None = None
    enabled: bool = True


def care_problems(draft: CareDraft) -> dict[str, str]:
    """What is wrong with each field of a node, in Chinese; empty when it is good."""
    problems = {
        "day": "" if draft.day is not None and 1 <= draft.day <= 730 else "请填写加好友后第几天（1 到 730）",
        "title": _title_problem(draft.title.strip()),
        "advice": "" if len(draft.advice) <= 500 else f"建议最多 500 个字，现在是 {len(draft.advice)} 个",
        "estimated_minutes": _minutes_problem(draft.estimated_minutes),
    }
    return {field: problem for field, problem in problems.items() if problem}
