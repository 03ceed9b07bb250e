"""Persona drift is counted ahead: a week of every guide's facts at a time, always anew from timeline, sends, links and posts;
then their sums by persona and place. Who speaks in what and stands where is as of the count.
"""

from datetime import date, timedelta

from sqlalchemy import and_, delete, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library.models import ContentType
from content_library.persona_queries import at_counter, voices
from foundation import clock
from leaderboard.models import GuideWeek, PlaceWeek
from org.models import Staff
from org.rules import ROOT_PATH

COUNT_LOCK = 7_320_000_000
FACTS = ("added", "ended", "lost", "sends", "links", "opened", "posts", "friends")
# The column that counts each content type.
TYPES = {one.value: one.name.lower() for one in ContentType}
COLUMNS = (*FACTS, *TYPES.values())
_OWN = ", ".join(COLUMNS)
_NEW = ", ".join(f"excluded.{name}" for name in COLUMNS)
_SUMS = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in COLUMNS)


def _part(begin: str, rest: str, persona: str = "0", **counts: str) -> str:
    """One source of facts as (staff_id, persona_id, every fact): those not given are 0."""
    return f"SELECT {begin}, {persona}, {', '.join(counts.get(name, '0') for name in COLUMNS)} {rest}"


def _typed(column: str) -> dict[str, str]:
    return {name: f"count(*) FILTER (WHERE {column} = '{said}')" for said, name in TYPES.items()}


_SOURCES = (
    _part(
        "staff_id",
        "FROM timeline_entry WHERE kind IN ('added', 'ended') AND at >= :begins AND at < :ends AND staff_id IS NOT NULL"
        " GROUP BY staff_id",
        added="count(*) FILTER (WHERE kind = 'added')", ended="count(*) FILTER (WHERE kind = 'ended')",
        lost="count(*) FILTER (WHERE kind = 'ended' AND facts->>'by' = 'customer')",
    ),
    _part(
        "s.staff_id",
        "FROM item_send s JOIN item_version v ON v.id = s.version_id WHERE s.sent_at >= :begins AND s.sent_at < :ends"
        " GROUP BY s.staff_id",
        sends="count(*)", **_typed("v.content_type"),
    ),
    _part(
        "staff_id",
        "FROM tracked_link l WHERE created_at >= :begins AND created_at < :ends GROUP BY staff_id",
        links="count(*)", opened="count(*) FILTER (WHERE EXISTS (SELECT FROM link_visit v WHERE v.link_id = l.id))",
    ),
    _part(
        "p.staff_id",
        'FROM persona_entry e JOIN persona_post p ON p.entry_id = e.id WHERE e."on" >= :week AND e."on" < :next_week'
        " GROUP BY p.staff_id, e.persona_id",
        "e.persona_id", posts="count(*)", **_typed("e.content_type"),
    ),
    # The friends of the week's end are those of now, with everything since undone.
    _part("staff_id", "FROM follow WHERE status = 'active' GROUP BY staff_id", friends="count(*)"),
    _part(
        "staff_id",
        "FROM timeline_entry WHERE kind IN ('added', 'ended') AND at >= :ends AND staff_id IS NOT NULL GROUP BY staff_id",
        friends="count(*) FILTER (WHERE kind = 'ended') - count(*) FILTER (WHERE kind = 'added')",
    ),
    # What is known stands among the sources as nothing, so that a fact that vanished goes back to zero.
    "SELECT staff_id, persona_id" + ", 0" * len(COLUMNS) + " FROM guide_week WHERE week = :week",  # noqa: S608 (made of this module's own names)
)  # fmt: skip
COUNT = text(f"""
WITH fact (staff_id, persona_id, {_OWN}) AS ({" UNION ALL ".join(_SOURCES)}),
whole AS (SELECT staff_id, persona_id, {_SUMS} FROM fact GROUP BY staff_id, persona_id)
INSERT INTO guide_week (week, staff_id, persona_id, {_OWN})
SELECT :week, staff_id, persona_id, {_OWN} FROM whole
ON CONFLICT (week, staff_id, persona_id) DO UPDATE SET ({_OWN}) = ROW({_NEW})
WHERE ({", ".join(f"guide_week.{name}" for name in COLUMNS)}) IS DISTINCT FROM ({_NEW})
RETURNING staff_id
""")  # noqa: S608 (made of this module's own names)


def count_week(session: Session, monday: date) -> int:
    """Bring the facts of the week that begins on `monday` up to date with their sources; how many rows changed."""
    # One count of a week at a time: an older snapshot must not overwrite a newer one.
    session.execute(select(func.pg_advisory_xact_lock(COUNT_LOCK + monday.toordinal())))
    following = monday + timedelta(days=7)
    # Hashing some hundred thousand rows in memory, without compiling the plan.
    session.execute(select(func.set_config("work_mem", "64MB", True), func.set_config("jit", "off", True)))
    bounds = {"week": monday, "next_week": following, "begins": clock.start_of(monday), "ends": clock.start_of(following)}
    changed = len(session.execute(COUNT, bounds).all())
    _sum_places(session, monday)
    return changed


def _sum_places(session: Session, monday: date) -> None:
    """The week's sums by persona and place, replaced as a whole: places where nobody speaks in it now are gone."""
    voice = select(voices(*at_counter(ROOT_PATH))).cte("spoken").prefix_with("MATERIALIZED")
    hers = or_(GuideWeek.persona_id == 0, GuideWeek.persona_id == voice.c.persona_id)
    place = (voice.c.persona_id, Staff.path, func.coalesce(voice.c.store_id, 0))
    # What she posted for another persona is still something she posted.
    sums = {name: func.sum(getattr(GuideWeek, name)) for name in COLUMNS}
    counts = [func.coalesce(one.filter(hers) if name == "posts" else one, 0) for name, one in sums.items()]
    whole = (
        select(literal(monday).label("week"), *place, *counts)
        .join_from(voice, Staff, Staff.id == voice.c.staff_id)
        .join(GuideWeek, and_(GuideWeek.staff_id == voice.c.staff_id, GuideWeek.week == monday))
        .where(voice.c.persona_id.is_not(None))
        .group_by(*place)
    )
    session.execute(delete(PlaceWeek).where(PlaceWeek.week == monday))
    session.execute(insert(PlaceWeek).from_select(["week", "persona_id", "path", "store_id", *COLUMNS], whole))
