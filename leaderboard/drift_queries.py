"""Persona drift (人设数据追踪), read from weeks counted ahead: per week by persona, or one week by store or guide.

Who speaks in a persona is as of now; what happened is what leaderboard.drift_counting counted, at most ten minutes ago.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from content_library.calendar_rules import due_at
from content_library.persona_models import EntryStatus, PersonaEntry
from content_library.persona_queries import at_counter, voices
from foundation import clock
from leaderboard.drift_counting import FACTS, TYPES
from leaderboard.drift_rules import Week
from leaderboard.models import GuideWeek, PlaceWeek
from org.models import Staff
from org.queries import inside

MOST_GROUPS = 60
Facts = dict[str, int]
# Persona → store (0: none) → how many speak in it there.
Speaking = Mapping[int, Mapping[int, int]]


def _asked(session: Session, first: date, last: date) -> dict[tuple[int, date], int]:
    """(persona, Monday) → published entries whose moment has come."""
    now = clock.now()
    rows = session.scalars(
        select(PersonaEntry).where(PersonaEntry.status == EntryStatus.PUBLISHED, PersonaEntry.on.between(first, last))
    )
    asked: dict[tuple[int, date], int] = defaultdict(int)
    for entry in rows:
        asked[entry.persona_id, entry.on - timedelta(days=entry.on.weekday())] += due_at(entry) <= now
    return asked


def _facts(row: Row[*tuple[Any, ...]]) -> Facts:
    """The sums at the end of a row."""
    return {name: int(count or 0) for name, count in zip(FACTS, row[-len(FACTS) :], strict=True)}


def who_speaks(session: Session, viewer: Staff) -> Speaking:
    """How many guides of the viewer's subtree speak in each persona now, by persona and store."""
    voice = voices(*at_counter(viewer.path))
    store = func.coalesce(voice.c.store_id, 0)
    counted = (
        select(voice.c.persona_id, store, func.count()).where(voice.c.persona_id.is_not(None)).group_by(voice.c.persona_id, store)
    )
    speaking: dict[int, dict[int, int]] = defaultdict(dict)
    for persona_id, store_id, count in session.execute(counted):
        speaking[persona_id][store_id] = count
    return dict(speaking)


def weeks_by_persona(session: Session, viewer: Staff, speaking: Speaking, monday: date, weeks: int = 8) -> dict[int, list[Week]]:
    """The `weeks` weeks up to the one that begins on `monday`, oldest first, of each persona of `speaking`, in her subtree."""
    first = monday - timedelta(weeks=weeks - 1)
    sums = [func.sum(getattr(PlaceWeek, name)) for name in FACTS]
    summed = select(PlaceWeek.persona_id, PlaceWeek.week, *sums).group_by(PlaceWeek.persona_id, PlaceWeek.week)
    rows = session.execute(summed.where(PlaceWeek.week.between(first, monday), inside(PlaceWeek.path, viewer.path)))
    facts = {(row[0], row[1]): _facts(row) for row in rows}
    asked = _asked(session, first, monday + timedelta(days=6))
    mondays = [first + timedelta(weeks=number) for number in range(weeks)]
    guides = {persona_id: sum(stores.values()) for persona_id, stores in sorted(speaking.items())}
    return {
        group: [_week(group, day, facts.get((group, day)), count, asked.get((group, day), 0)) for day in mondays]
        for group, count in guides.items()
    }


def _week(group: int, monday: date, facts: Facts | None, guides: int, asked: int) -> Week:
    """Friends when the week began: those of its end, with what happened in it undone."""
    mine = facts or dict.fromkeys(FACTS, 0)
    began = mine["friends"] + mine["ended"] - mine["added"]
    return Week(
        group=group, monday=monday, guides=guides, friends=max(began, 0), lost=mine["lost"], sends=mine["sends"],
        links=mine["links"], opened=mine["opened"], posts=mine["posts"], asked=asked * guides,
    )  # fmt: skip


def week_by_store(
    session: Session, viewer: Staff, speaking: Speaking, monday: date, persona_id: int, limit: int = MOST_GROUPS
) -> list[Week]:
    """One week of a persona by store: those that lost most first, at most `limit`."""
    sums = [func.sum(getattr(PlaceWeek, name)) for name in FACTS]
    summed = select(PlaceWeek.store_id, *sums).group_by(PlaceWeek.store_id)
    hers = (PlaceWeek.week == monday, PlaceWeek.persona_id == persona_id, inside(PlaceWeek.path, viewer.path))
    facts = {row[0]: _facts(row) for row in session.execute(summed.where(*hers))}
    guides = {store_id: count for store_id, count in speaking.get(persona_id, {}).items() if store_id}
    return _most_lost(session, facts, guides, monday, persona_id, limit)


def week_by_guide(
    session: Session, viewer: Staff, monday: date, persona_id: int, store_id: int, limit: int = MOST_GROUPS
) -> list[Week]:
    """One week of a persona by guide of a store inside the viewer's subtree: those that lost most first, at most `limit`."""
    voice = voices(*at_counter(viewer.path), Staff.store_id == store_id)
    meant = or_(GuideWeek.persona_id == 0, GuideWeek.persona_id == persona_id)
    hers = and_(GuideWeek.staff_id == voice.c.staff_id, GuideWeek.week == monday, meant)
    sums = [func.sum(getattr(GuideWeek, name)) for name in FACTS]
    summed = select(voice.c.staff_id, *sums).outerjoin_from(voice, GuideWeek, hers)
    rows = session.execute(summed.where(voice.c.persona_id == persona_id).group_by(voice.c.staff_id))
    facts = {row[0]: _facts(row) for row in rows}
    return _most_lost(session, facts, dict.fromkeys(facts, 1), monday, persona_id, limit)


def _most_lost(
    session: Session, facts: Mapping[int, Facts], guides: Mapping[int, int], monday: date, persona_id: int, limit: int
) -> list[Week]:
    asked = _asked(session, monday, monday + timedelta(days=6)).get((persona_id, monday), 0)
    rows = [_week(group, monday, facts.get(group), count, asked) for group, count in guides.items()]
    return sorted(rows, key=lambda week: (-week.lost, -week.sends, week.group or 0))[:limit]


def sent_types(session: Session, viewer: Staff, monday: date) -> dict[int, dict[str, int]]:
    """How much of each content type the guides of a persona sent and posted in a week, by persona id; types at 0 are missing."""
    sums = [func.sum(getattr(PlaceWeek, name)) for name in TYPES.values()]
    summed = select(PlaceWeek.persona_id, *sums).group_by(PlaceWeek.persona_id)
    rows = session.execute(summed.where(PlaceWeek.week == monday, inside(PlaceWeek.path, viewer.path))).all()
    return {row[0]: {said: int(count) for said, count in zip(TYPES, row[1:], strict=True) if count} for row in rows}
