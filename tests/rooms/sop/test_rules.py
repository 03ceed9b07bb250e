"""The pure decisions of SOP."""

from datetime import UTC, date, datetime, timedelta

import pytest

from org.models import Role, StaffStatus
from sop.models import AnswerKind, AssignmentStatus, TaskStatus
from sop.rules import (
    CareDraft,
    Outcome,
    TaskDraft,
    answer_problems,
    care_is_due,
    care_problems,
    finished_outcome,
    may_write_tasks,
    outcome_before_writing,
    problems_of,
    remind_at,
)

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
GOOD = {
    "title": "换橱窗", "body": "", "department_id": 2, "answer_kind": "photo", "estimated_minutes": 60,
    "deadline_at": NOW + timedelta(hours=1),
}  # fmt: skip


def test_a_good_draft_has_no_problem() -> None:
    assert problems_of(TaskDraft(**GOOD), NOW) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "   ", "标题不能为空"),
        ("title", "题" * 5000, "标题最多 60 个字，现在是 5000 个"),
        ("body", "字" * 2001, "内容最多 2000 个字"),
        ("department_id", None, "请选择下发范围"),
        ("answer_kind", "dance", "请选择完成方式"),
        ("estimated_minutes", None, "请填写预计用时"),
        ("estimated_minutes", 0, "1 到 60 分钟"),
        ("estimated_minutes", 61, "1 到 60 分钟"),
        ("deadline_at", None, "请选择截止时间"),
        ("deadline_at", NOW, "已经过去"),
        ("deadline_at", NOW + timedelta(days=366), "最远一年"),
    ],
)
def test_each_bad_field_is_named_in_chinese(field: str, value: object, words: str) -> None:
    problems = problems_of(TaskDraft(**(GOOD | {field: value})), NOW)  # type: ignore[arg-type]
    assert list(problems) == [field]
    assert words in problems[field]


@pytest.mark.parametrize(
    ("role", "path", "may"),
    [
        (Role.HEADQUARTERS, "1.", True),
        (Role.REGIONAL_MANAGER, "1.2.", True),
        (Role.STORE_MANAGER, "1.2.21.", False),
        (Role.GUIDE, "1.2.21.", False),
        (Role.HEADQUARTERS, "", False),
    ],
)
def test_only_headquarters_and_regional_managers_ask(role: Role, path: str, may: bool) -> None:
    assert may_write_tasks(role, path) is may


def test_the_reminder_comes_hours_before_the_end_but_never_in_the_first_half() -> None:
    assert remind_at(NOW, NOW + timedelta(days=2), 4) == NOW + timedelta(hours=44)
    assert remind_at(NOW, NOW + timedelta(hours=2), 4) == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "task_status", "guide_status", "kind", "via", "outcome"),
    [
        (AssignmentStatus.OPEN, TaskStatus.RUNNING, StaffStatus.ACTIVE, AnswerKind.TAP, "card", None),
        (AssignmentStatus.LATE, TaskStatus.CLOSED, StaffStatus.ACTIVE, AnswerKind.TAP, "card", None),
        (AssignmentStatus.OPEN, TaskStatus.RUNNING, StaffStatus.ACTIVE, AnswerKind.PHOTO, "sidebar", None),
        (AssignmentStatus.OPEN, TaskStatus.RUNNING, StaffStatus.ACTIVE, AnswerKind.PHOTO, "card", Outcome.NEEDS_ANSWER),
        (AssignmentStatus.OPEN, TaskStatus.RUNNING, StaffStatus.DEPARTED, AnswerKind.TAP, "card", Outcome.NOT_HERS),
        (AssignmentStatus.OPEN, TaskStatus.WITHDRAWN, StaffStatus.ACTIVE, AnswerKind.TAP, "card", Outcome.WITHDRAWN),
        (AssignmentStatus.DROPPED, TaskStatus.RUNNING, StaffStatus.ACTIVE, AnswerKind.TAP, "card", Outcome.WITHDRAWN),
        (AssignmentStatus.DONE, TaskStatus.RUNNING, StaffStatus.ACTIVE, AnswerKind.TEXT, "card", Outcome.ALREADY),
        (AssignmentStatus.DONE, TaskStatus.WITHDRAWN, StaffStatus.ACTIVE, AnswerKind.TAP, "card", Outcome.WITHDRAWN),
    ],
)
def test_what_stands_against_an_answer(
    status: AssignmentStatus,
    task_status: TaskStatus,
    guide_status: StaffStatus,
    kind: AnswerKind,
    via: str,
    outcome: Outcome | None,
) -> None:
    assert outcome_before_writing(status, task_status, guide_status, kind, via) is outcome


def test_the_moment_of_the_deadline_is_still_in_time() -> None:
    assert finished_outcome(NOW, NOW) == Outcome.DONE
    assert finished_outcome(NOW + timedelta(microseconds=1), NOW) == Outcome.LATE


@pytest.mark.parametrize(
    ("kind", "text", "photos", "fields"),
    [
        (AnswerKind.TAP, "", [], []),
        (AnswerKind.TEXT, " ", [], ["text"]),
        (AnswerKind.TEXT, "好", [], []),
        (AnswerKind.PHOTO, "好", [], ["photos"]),
        (AnswerKind.PHOTO, "", ["a"], []),
        (AnswerKind.PHOTO, "字" * 1001, ["a"] * 4, ["text", "photos"]),
    ],
)
def test_an_answer_lacks_what_the_task_asks_for(kind: AnswerKind, text: str, photos: list[str], fields: list[str]) -> None:
    assert list(answer_problems(kind, text, photos)) == fields


@pytest.mark.parametrize(("days_since", "due"), [(6, False), (7, True), (8, True), (9, True), (10, False)])
def test_a_care_day_is_due_on_its_morning_and_two_more(days_since: int, due: bool) -> None:
    added = date(2026, 2, 27)
    assert care_is_due(added, 7, added + timedelta(days=days_since)) is due


def test_a_node_of_the_plan_names_its_bad_fields() -> None:
    assert list(care_problems(CareDraft(0, "", "字" * 501, 61))) == ["day", "title", "advice", "estimated_minutes"]
    assert care_problems(CareDraft(1, "问候", "", 1)) == {}
