"""Reading what a person typed: text to numbers, moments and drafts, nothing raised. Whether it is right is the rooms' to say."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from foundation import clock
from foundation.text import clean
from sop.models import CareNode, Task
from sop.rules import CareDraft, TaskDraft

LONGEST = 20_000
BUBBLES_READ = 20
CLOSING_HOUR = 20
SUNDAY = 6


def typed(form: Mapping[str, str], *names: str) -> dict[str, str]:
    """The named fields as they were typed, cleaned of what neither table nor page can hold."""
    return {name: clean(form.get(name, "").replace("\r\n", "\n"))[:LONGEST] for name in names}


def typed_bubbles(texts: Sequence[str]) -> list[str]:
    """A script's bubbles as typed; rows left empty are dropped."""
    cleaned = [clean(text.replace("\r\n", "\n"))[:LONGEST].strip() for text in texts[:BUBBLES_READ]]
    return [text for text in cleaned if text]


def as_number(text: str | None) -> int | None:
    """A whole number that fits the tables, or None."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def as_numbers(texts: Sequence[str]) -> list[int]:
    """The numbers among them, each once, in order."""
    return list(dict.fromkeys(number for text in texts if (number := as_number(text)) is not None))


def as_moment(text: str) -> datetime | None:
    """What a datetime-local field holds, meant in Shanghai; None when it is not a moment."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        return None


def moment_field(value: datetime) -> str:
    """A moment as a datetime-local field wants it."""
    return f"{value.astimezone(clock.SHANGHAI):%Y-%m-%dT%H:%M}"


TASK_FIELDS = ("title", "body", "department_id", "answer_kind", "estimated_minutes", "deadline_at", "item_id")


def task_draft(values: Mapping[str, str]) -> TaskDraft:
    """The draft behind a typed task form."""
    return TaskDraft(
        title=values["title"].strip(),
        body=values["body"].strip(),
        department_id=as_number(values["department_id"]),
        answer_kind=values["answer_kind"],
        estimated_minutes=as_number(values["estimated_minutes"]),
        deadline_at=as_moment(values["deadline_at"]),
        item_id=as_number(values["item_id"]),
    )


def task_values(task: Task) -> dict[str, str]:
    """A kept task as the form shows it."""
    return {
        "title": task.title,
        "body": task.body,
        "department_id": str(task.department_id),
        "answer_kind": str(task.answer_kind),
        "estimated_minutes": str(task.estimated_minutes),
        "deadline_at": moment_field(task.deadline_at),
        "item_id": str(task.item_id or ""),
    }


def deadline_choices(now: datetime) -> list[tuple[str, str]]:
    """Quick choices for a deadline at closing time: (text, field value). Those already past are left out."""
    today = clock.day_of(now)
    sunday = today + timedelta(days=(SUNDAY - today.weekday()) % 7)
    days = {"今天下班前": today, "明天": today + timedelta(days=1), "本周日": sunday}
    moments = [(name, clock.at(day, CLOSING_HOUR)) for name, day in days.items()]
    return [(name, moment_field(moment)) for name, moment in moments if moment > now]


def new_task_values(now: datetime) -> dict[str, str]:
    """A fresh task form: five minutes, a tap, the next closing time."""
    return dict.fromkeys(TASK_FIELDS, "") | {
        "answer_kind": "tap",
        "estimated_minutes": "5",
        "deadline_at": deadline_choices(now)[0][1],
    }


CARE_FIELDS = ("day", "title", "advice", "estimated_minutes", "item_id", "enabled")


def care_draft(values: Mapping[str, str]) -> CareDraft:
    """The draft behind a typed lifecycle form; an unticked box is not sent, so an empty `enabled` means off."""
    return CareDraft(
        day=as_number(values["day"]),
        title=values["title"].strip(),
        advice=values["advice"].strip(),
        estimated_minutes=as_number(values["estimated_minutes"]),
        item_id=as_number(values["item_id"]),
        enabled=bool(values["enabled"]),
    )


def care_values(node: CareNode) -> dict[str, str]:
    """A kept node as the form shows it."""
    return {
        "day": str(node.day),
        "title": node.title,
        "advice": node.advice,
        "estimated_minutes": str(node.estimated_minutes),
        "item_id": str(node.item_id or ""),
        "enabled": "on" if node.enabled else "",
    }
