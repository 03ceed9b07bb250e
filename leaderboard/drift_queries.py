"""Persona drift (人设数据追踪) from the events we have, set-based: per week by persona, or one week by store or guide.

Where a guide stands and what she speaks in is as of now; what happened is counted from the timeline, sends, links and posts.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from content_library.calendar_rules import due_at
from content_library.link_models import LinkVisit, TrackedLink
from content_library.models import ItemSend, ItemVersion
from content_library.persona_models import EntryStatus, PersonaEntry, PersonaPost
from content_library.persona_queries import at_counter, voices
from customers.models import Follow, FollowStatus, TimelineEntry
from foundation import clock
from leaderboard.drift_rules import Week
from org.models import Staff

FACTS = ("added", "ended", "lost", "sends", "links", "opened", "posts")
MOST_GROUPS = 60
Facts = dict[str, int]


def _week_of(moment: InstrumentedAttribute[datetime]) -> ColumnElement[date]:
    return cast(func.date_trunc("week", func.timezone("Asia/Shanghai", moment)), Date)


def _counted(
    staff_id: ColumnElement[int] | InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    week: ColumnElement[date],
    *where: ColumnElement[bool],
    persona: InstrumentedAttribute[int] | None = None,
    **counts: ColumnElement[int],
) -> Select[*tuple[Any, ...]]:
    """A grouped count as (staff_id, week, and every fact): those not given are 0."""
    facts = [counts.get(name, literal(0)).label(name) for name in FACTS]
    # Posts count for the persona they were written for; everything else for the one the guide speaks in.
    persona_id = persona if persona is not None else cast(null(), BigInteger)
    of = (staff_id.label("staff_id"), week.label("week"), persona_id.label("persona_id"))
    return select(*of, *facts).where(*where).group_by(staff_id, week, *([] if persona is None else [persona]))


def _facts(since: date) -> CompoundSelect[*tuple[Any, ...]]:
    """All facts since the beginning of a Shanghai day, by guide and week."""
    begins = clock.start_of(since)
    kind, by = TimelineEntry.kind, TimelineEntry.facts["by"].astext
    follows = _counted(
        TimelineEntry.staff_id, _week_of(TimelineEntry.at), kind.in_(("added", "ended")), TimelineEntry.at >= begins,
        TimelineEntry.staff_id.is_not(None),
        added=func.count().filter(kind == "added"), ended=func.count().filter(kind == "ended"),
        lost=func.count().filter(kind == "ended", by == "customer"),
    )  # fmt: skip
    sends = _counted(ItemSend.staff_id, _week_of(ItemSend.sent_at), ItemSend.sent_at >= begins, sends=func.count())
    visited = select(LinkVisit.id).where(LinkVisit.link_id == TrackedLink.id).exists()
    links = _counted(
        TrackedLink.staff_id, _week_of(TrackedLink.created_at), TrackedLink.created_at >= begins,
        links=func.count(), opened=func.count().filter(visited),
    )  # fmt: skip
    entry_week = cast(func.date_trunc("week", PersonaEntry.on), Date)
    posts = _counted(
        PersonaPost.staff_id, entry_week, PersonaEntry.on >= since, persona=PersonaEntry.persona_id, posts=func.count()
    )
    return union_all(follows, sends, links, posts.join(PersonaEntry, PersonaEntry.id == PersonaPost.entry_id))


def _friends(voice: CTE, key: ColumnElement[int]) -> Select[int, int]:
    """Active follows now, by the group of the guide who holds them."""
    held = select(key, func.count()).join_from(voice, Follow, Follow.staff_id == voice.c.staff_id)
    return held.where(Follow.status == FollowStatus.ACTIVE, key.is_not(None)).group_by(key)


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


def _spoken(voice: Subquery, *which: ColumnElement[bool]) -> CTE:
    """Voices decided once for each guide, not once for each of her facts."""
    return select(voice).where(*which).cte("spoken").prefix_with("MATERIALIZED")


def _summed(session: Session, voice: CTE, key: ColumnElement[int], since: date) -> dict[tuple[int, date], Facts]:
    fact = _facts(since).subquery("fact")
    sums = [func.coalesce(func.sum(fact.c[name]), 0) for name in FACTS]
    meant = or_(fact.c.persona_id.is_(None), fact.c.persona_id == voice.c.persona_id)
    # Sorting and hashing some hundred thousand rows in memory, without compiling the plan, halves the time.
    session.execute(select(func.set_config("work_mem", "64MB", True), func.set_config("jit", "off", True)))
    grouped = select(key, fact.c.week, *sums).join_from(voice, fact, and_(fact.c.staff_id == voice.c.staff_id, meant))
    rows = session.execute(grouped.where(key.is_not(None)).group_by(key, fact.c.week)).all()
    return {(row[0], row[1]): dict(zip(FACTS, map(int, row[2:]), strict=True)) for row in rows}


def weeks_by_persona(session: Session, viewer: Staff, monday: date, weeks: int = 8) -> dict[int, list[Week]]:
    """The `weeks` weeks up to the one that begins on `monday`, oldest first, of each persona spoken in the viewer's subtree."""
    voice = _spoken(voices(*at_counter(viewer.path)))
    key = voice.c.persona_id
    first = monday - timedelta(weeks=weeks - 1)
    facts = _summed(session, voice, key, first)
    friends = {group: count for group, count in session.execute(_friends(voice, key))}
    counted = select(key, func.count()).select_from(voice).where(key.is_not(None)).group_by(key)
    guides = {group: count for group, count in session.execute(counted)}
    asked = _asked(session, first, monday + timedelta(days=6))
    mondays = [first + timedelta(weeks=number) for number in range(weeks)]
    return {
        group: [_week(group, day, facts, guides[group], friends.get(group, 0), asked.get((group, day), 0)) for day in mondays]
        for group in sorted(guides)
    }


def _week(group: int, monday: date, facts: dict[tuple[int, date], Facts], guides: int, friends_now: int, asked: int) -> Week:
    """Friends when the week began: those of now, with everything since undone."""
    since = [row for (one, week), row in facts.items() if one == group and week >= monday]
    began = friends_now + sum(row["ended"] - row["added"] for row in since)
    mine = facts.get((group, monday)) or dict.fromkeys(FACTS, 0)
    return Week(
        group=group, monday=monday, guides=guides, friends=max(began, 0), lost=mine["lost"], sends=mine["sends"],
        links=mine["links"], opened=mine["opened"], posts=mine["posts"], asked=asked * guides,
    )  # fmt: skip


def week_by_place(
    session: Session, viewer: Staff, monday: date, persona_id: int, *, store_id: int | None = None, limit: int = MOST_GROUPS
) -> list[Week]:
    """One week of a persona by store, or with `store_id` by guide of that store: those that lost most first, at most `limit`."""
    voice = voices(*at_counter(viewer.path), *([Staff.store_id == store_id] if store_id else []))
    spoken = _spoken(voice, voice.c.persona_id == persona_id)
    key = spoken.c.staff_id if store_id else spoken.c.store_id
    counted = select(key, func.count()).select_from(spoken).where(key.is_not(None)).group_by(key)
    facts = _summed(session, spoken, key, monday)
    friends = {group: count for group, count in session.execute(_friends(spoken, key))}
    asked = _asked(session, monday, monday + timedelta(days=6)).get((persona_id, monday), 0)
    rows = [_week(group, monday, facts, count, friends.get(group, 0), asked) for group, count in session.execute(counted)]
    return sorted(rows, key=lambda week: (-week.lost, -week.sends, week.group or 0))[:limit]


def sent_types(session: Session, viewer: Staff, first: date, last: date) -> dict[int, dict[str, int]]:
    """How much of each content type the guides of a persona really sent and posted from `first` to `last`, by persona id."""
    begins, ends = clock.start_of(first), clock.start_of(last + timedelta(days=1))
    sent = (
        select(ItemSend.staff_id.label("staff_id"), cast(ItemVersion.content_type, Text).label("type"))
        .join(ItemVersion, ItemVersion.id == ItemSend.version_id)
        .where(ItemSend.sent_at >= begins, ItemSend.sent_at < ends, ItemVersion.content_type != "")
    )
    posted = (
        select(PersonaPost.staff_id, cast(PersonaEntry.content_type, Text))
        .join(PersonaEntry, PersonaEntry.id == PersonaPost.entry_id)
        .where(PersonaEntry.on.between(first, last))
    )
    both = union_all(sent, posted).subquery("sent")
    voice = voices(*at_counter(viewer.path))
    counted = select(voice.c.persona_id, both.c.type, func.count()).join_from(voice, both, both.c.staff_id == voice.c.staff_id)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    grouped = counted.where(voice.c.persona_id.is_not(None)).group_by(voice.c.persona_id, both.c.type)
    for persona_id, content_type, count in session.execute(grouped):
        found[persona_id][content_type] = count
    return dict(found)
