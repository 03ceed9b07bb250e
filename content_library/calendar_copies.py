"""A week or a month of the persona calendar copied to another as drafts; what is there already is not doubled."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from content_library.calendar_actions import allow_calendar
from content_library.calendar_queries import list_entries
from content_library.calendar_rules import in_month, monday_of, next_month
from content_library.persona_models import EntryStatus, PersonaEntry
from foundation import audit, clock
from foundation.errors import Invalid
from org.models import Staff

COPIED = ("persona_id", "at_minute", "content_type", "trait", "story", "selling", "text", "follow_up", "pictures", "item_ids")


def copy_week(session: Session, staff: Staff, persona_id: int, source: date, target: date) -> int:
    """Copy the week of `source` to the week of `target`; how many entries are new. Raises Invalid (field target), NotAllowed.

    Days that have passed get nothing.
    """
    allow_calendar(staff)
    begins, goes_to = monday_of(source), monday_of(target)
    if begins == goes_to:
        raise Invalid("请选另一周", {"target": "要复制到另一周"})
    entries = list_entries(session, persona_id, begins, begins + timedelta(days=6))
    return _copy(session, staff, entries, lambda day: day + (goes_to - begins), goes_to, goes_to + timedelta(days=6))


def copy_month(session: Session, staff: Staff, persona_id: int, source: date, target: date) -> int:
    """Use the month that begins with `source` as template of the month of `target`, day by day.

    A day the target has not, or that has passed, is left out.
    How many entries are new. Raises Invalid (field target), NotAllowed.
    """
    allow_calendar(staff)
    first = target.replace(day=1)
    if source.replace(day=1) == first:
        raise Invalid("请选另一个月", {"target": "要复制到另一个月"})
    entries = list_entries(session, persona_id, source.replace(day=1), next_month(source.replace(day=1)) - timedelta(days=1))
    return _copy(session, staff, entries, lambda day: in_month(day, first), first, next_month(first) - timedelta(days=1))


def _copy(
    session: Session,
    staff: Staff,
    entries: Sequence[PersonaEntry],
    goes_to: Callable[[date], date | None],
    first: date,
    last: date,
) -> int:
    if not entries:
        raise Invalid("没有可以复制的剧本", {"target": "原来的日期里还没有剧本"})
    if last < clock.today():
        raise Invalid("目标日期已经过去", {"target": "要复制到的日期已经过去了，请选今天以后的"})
    there = {(one.on, one.at_minute, one.story) for one in list_entries(session, entries[0].persona_id, first, last)}
    copied = 0
    for entry in entries:
        day = goes_to(entry.on)
        if day is not None and day >= clock.today() and (day, entry.at_minute, entry.story) not in there:
            values = {name: getattr(entry, name) for name in COPIED}
            made = PersonaEntry(**values, on=day, status=EntryStatus.DRAFT, created_by=staff.id, created_at=clock.now())
            session.add(made)
            copied += 1
    session.flush()
    if copied:
        about = f"persona:{entries[0].persona_id}"
        audit.record(session, f"staff:{staff.id}", "calendar.copy", about, added=copied, after=first.isoformat())
    return copied
