"""What is decided about serving a customer: which sizes exist, when her occasions are, when a step may remind. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

SIZE_KINDS = ("上衣", "裤子", "鞋码", "身高", "体重", "颜色", "生日")
BIRTHDAY = "生日"
MAX_NOTE, MAX_STEP, MAX_SIZE = 300, 100, 20
FARTHEST_STEP = timedelta(days=366)
# A little late is fine: a phone without network, a clock a minute behind.
PAST_STEP = timedelta(hours=1)
LOOK_AHEAD = 7
CONTACT_GAP = timedelta(days=3)
_MONTH_DAY = re.compile(r"(?:\d{4}[-年/.])?(\d{1,2})[-月/.](\d{1,2})日?")


@dataclass(frozen=True)
class Contact:
    """Something that was sent to her: when, by whom, what it was (`title`) and of which category ("" when it has none)."""

    at: datetime
    staff_id: int | None
    by: str
    title: str
    category: str


def size_problem(kind: str, value: str) -> str:
    """What is wrong with a size, in Chinese; "" when it may be kept. An empty value takes the size away."""
    if kind not in SIZE_KINDS:
        return "没有这一项"
    if len(value) > MAX_SIZE:
        return f"最多 {MAX_SIZE} 字"
    if kind == BIRTHDAY and value and month_day(value) is None:
        return "请写成 3-25 这样的月和日"
    return ""


def month_day(text: str) -> tuple[int, int] | None:
    """The month and day of "3-25", "3月25日", "1990-03-25"; None for anything else."""
    found = _MONTH_DAY.fullmatch(text.strip())
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    try:
        date(2024, month, day)
    except ValueError:
        return None
    return month, day


def days_until(month: int, day: int, today: date) -> int:
    """Days from today to the next such day; 29 February falls on the 28th in other years."""
    for year in (today.year, today.year + 1):
        try:
            next_one = date(year, month, day)
        except ValueError:
            next_one = date(year, month, day - 1)
        if next_one >= today:
            return (next_one - today).days
    raise AssertionError("every day comes again within a year")


def occasions(today: date, followed_on: date | None, birthday: str) -> list[str]:
    """Reasons to say something these days: her birthday within a week, a round time as friends. Nothing known: nothing."""
    found = []
    born = month_day(birthday) if birthday else None
    if born and (left := days_until(*born, today)) <= LOOK_AHEAD:
        found.append(f"生日 {left} 天后" if left > 1 else "明天生日" if left else "今天生日")
    if followed_on and (known := (today - followed_on).days) > 0:
        years = today.year - followed_on.year
        if years and days_until(followed_on.month, followed_on.day, today) == 0:
            found.append(f"加好友满 {years} 年")
        elif known in (100, 200, 500):
            found.append(f"加好友第 {known} 天")
    return found


def too_soon(contacts: Iterable[Contact], now: datetime) -> dict[str, Contact]:
    """The newest contact of each category within the contact gap: that category waits."""
    recent: dict[str, Contact] = {}
    for contact in contacts:
        newest = recent.get(contact.category)
        if contact.category and now - contact.at < CONTACT_GAP and (newest is None or contact.at > newest.at):
            recent[contact.category] = contact
    return recent


def step_problems(text: str, due_at: datetime | None, now: datetime) -> dict[str, str]:
    """What is wrong with a next step, field by field; empty when it may be kept."""
    problems = {}
    if not text.strip():
        problems["text"] = "写一下要做什么"
    elif len(text) > MAX_STEP:
        problems["text"] = f"最多 {MAX_STEP} 字"
    if due_at is None:
        problems["due"] = "选一个提醒时间"
    elif due_at < now - PAST_STEP:
        problems["due"] = "这个时间已经过了"
    elif due_at > now + FARTHEST_STEP:
        problems["due"] = "最远到一年以后"
    return problems


def suggested_tags(names: Mapping[int, str], on: Iterable[int], words: Iterable[str], limit: int = 4) -> list[int]:
    """Tags not yet on whose name stands in what was said or written lately (`words`), in the order of the tags."""
    said, known = "\n".join(words), set(on)
    return [key for key, name in names.items() if key not in known and len(name) > 1 and name in said][:limit]
