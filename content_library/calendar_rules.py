"""What is decided about the persona calendar (人设剧本): times, what a draft lacks, weeks of a month, the mix meter. Pure."""

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from content_library.persona_models import EntryStatus, PersonaEntry
from content_library.persona_rules import TRAITS, TYPES
from foundation import clock

OFF_BY = 10
MOST_ITEMS = 9
NEWEST = 400
LATE_DAYS = 7
LONGEST = {"story": 200, "selling": 200, "text": 1000, "follow_up": 500, "pictures": 300}
_TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


@dataclass(frozen=True)
class EntryDraft:
    """What a person typed; None where a day or a time could not be read."""

    on: date | None
    at_minute: int | None
    content_type: str
    trait: str
    story: str
    selling: str = ""
    text: str = ""
    follow_up: str = ""
    pictures: str = ""
    item_ids: Sequence[int] = ()


def minute_of(text: str) -> int | None:
    """Minutes after midnight of "08:15"; None when it is no time."""
    found = _TIME.fullmatch(text.strip())
    return int(found[1]) * 60 + int(found[2]) if found else None


def time_of(minute: int) -> str:
    """ "08:15" of minutes after midnight."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def due_at(entry: PersonaEntry) -> datetime:
    """The moment (UTC) an entry is to be posted."""
    return clock.at(entry.on, entry.at_minute // 60, entry.at_minute % 60)


def is_frozen(entry: PersonaEntry, now: datetime) -> bool:
    """Published and its moment has come: guides have it in their hands, so nobody changes it any more."""
    return entry.status == EntryStatus.PUBLISHED and due_at(entry) <= now


def is_missed(entry: PersonaEntry, now: datetime) -> bool:
    """Still a draft though its moment has passed: no guide ever saw it."""
    return entry.status == EntryStatus.DRAFT and due_at(entry) <= now


def day_problem(on: date | None, today: date) -> str:
    """What is wrong with a day of the calendar; "" when it is good."""
    if on is None:
        return "请选择日期"
    if on < today:
        return "这天已经过去，请选今天或以后"
    return "" if (on - today).days <= NEWEST else "日期离今天太远了"


def entry_problems(draft: EntryDraft, today: date) -> dict[str, str]:
    """What is wrong, field by field, in Chinese; empty when it may be kept."""
    problems = {
        "on": day_problem(draft.on, today),
        "at": "" if draft.at_minute is not None else "请填时间，例如 19:30",
        "content_type": "" if draft.content_type in TYPES else "请选择内容类型",
        "trait": "" if draft.trait in TRAITS else "请选择要体现的人设特征",
        "story": "" if draft.story else "请写剧情任务：这一条要拍什么、说什么",
        "item_ids": "" if len(draft.item_ids) <= MOST_ITEMS else f"最多配 {MOST_ITEMS} 条素材",
    }
    for field, longest in LONGEST.items():
        length = len(getattr(draft, field))
        if length > longest:
            problems[field] = f"最多 {longest} 字，现在 {length} 字"
    return {field: problem for field, problem in problems.items() if problem}


def month_of(text: str, today: date) -> date:
    """The first day of the month "2026-11" says; this month when it says none."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
    return date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)


def next_month(first: date, step: int = 1) -> date:
    """The first day of the month `step` months later."""
    months = first.year * 12 + first.month - 1 + step
    return date(months // 12, months % 12 + 1, 1)


def weeks_of(first: date) -> list[list[date]]:
    """The weeks (Monday first) a month's page shows, with the days of its neighbours that fill them."""
    return calendar.Calendar().monthdatescalendar(first.year, first.month)


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def in_month(day: date, first: date) -> date | None:
    """The same day of the month in another month; None where that month has no such day."""
    last = calendar.monthrange(first.year, first.month)[1]
    return first.replace(day=day.day) if day.day <= last else None


@dataclass(frozen=True)
class Share:
    """One line of the mix meter in per cent; `target` is None where nobody set a mix. `off` is how far it is from it."""

    name: str
    count: int
    actual: int
    target: int | None

    @property
    def off(self) -> int:
        """Points above (+) or below (-) the target."""
        return 0 if self.target is None else self.actual - self.target

    @property
    def is_off(self) -> bool:
        """Further from the target than a brand should let pass."""
        return abs(self.off) > OFF_BY


def mix_meter(counts: Mapping[str, int], target: Mapping[str, int], names: Sequence[str]) -> list[Share]:
    """Each name's share of what is counted against its target; of nothing no share is off."""
    total = sum(counts.get(name, 0) for name in names)
    shares = []
    for name in names:
        count = counts.get(name, 0)
        actual = round(count * 100 / total) if total else 0
        shares.append(Share(name, count, actual, target.get(name) if target and total else None))
    return shares
