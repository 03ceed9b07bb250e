"""What is read of boards: ranks with ties shared, one person's standing, one day's facts. Changes nothing.

Every board is one statement over the facts of days; ranks are computed by the database, rows that come out are bounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    String,
    Subquery,
    and_,
    any_,
    cast,
    func,
    literal,
    null,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from leaderboard.models import GuideDay
from leaderboard.rules import Facts, Level, change_of, days_before, narrowed, region_of, visible_path
from org.models import Department, Staff, StaffStatus, Store
from org.queries import AT_COUNTER, inside
from org.rules import ROOT_PATH
from sop.queries import region_path

ZERO: ColumnElement[int] = literal(0)
NONE: ColumnElement[int | None] = cast(null(), Integer)
FACTS = ("adds", "losses", "tagged", "sends", "touched", "tasks_done", "tasks_late", "cares_done")


_KEY_TYPES: dict[Level, Any] = {Level.GUIDE: BigInteger, Level.STORE: BigInteger, Level.REGION: String}


@dataclass(frozen=True)
class Row:
    """One line of a board. `points` is what it is ranked by: a guide's sum, a store's or region's average per active guide.

    `total` is the sum, `guides` how many share it, `change` the places won since the period before (None: not in it).
    """

    rank: int
    id: int
    name: str
    sub: str
    points: int | float
    total: int
    guides: int
    change: int | None
    adds: int
    losses: int
    tagged: int
    sends: int
    touched: int
    tasks_done: int
    tasks_late: int
    cares_done: int


@dataclass(frozen=True)
class Standing:
    """Where one guide stands among `of` people; `gap` is what she lacks to the next place (0 for the first)."""

    rank: int
    of: int
    points: int
    change: int | None
    gap: int


@dataclass(frozen=True)
class Places:
    """One guide's places of one day in her store, her region and everywhere, for a card."""

    points: int
    in_store: int
    store_size: int
    in_region: int
    region_size: int
    overall: int
    size: int
    change: int | None


def ranked_people(path: str) -> ColumnElement[bool]:
    """Who is on boards: guides and store managers at work inside `path`."""
    return and_(Staff.status == StaffStatus.ACTIVE, Staff.role.in_(AT_COUNTER), inside(Staff.path, path))


def _member_key(level: Level) -> ColumnElement[Any]:
    """What an active guide belongs to: herself, her store, her region."""
    keys = {Level.GUIDE: Staff.id, Level.STORE: Staff.store_id, Level.REGION: region_path(Staff.path)}
    return type_coerce(keys[level], _KEY_TYPES[level])


def _day_key(level: Level) -> ColumnElement[Any]:
    """What a day's facts are summed by: the person, or where she stood that day."""
    keys = {Level.GUIDE: GuideDay.guide_id, Level.STORE: GuideDay.store_id, Level.REGION: region_path(GuideDay.path)}
    return type_coerce(keys[level], _KEY_TYPES[level])


def _on_days(first: date, last: date) -> ColumnElement[bool]:
    """Days one by one rather than as a range, so that the key (day, guide) finds a few people without reading everybody."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return GuideDay.on == any_(literal(days, ARRAY(Date)))


def _days_within(level: Level, path: str) -> ColumnElement[bool]:
    if path == ROOT_PATH:
        return true()
    if level == Level.GUIDE:
        return GuideDay.guide_id.in_(select(Staff.id).where(ranked_people(path)))
    return inside(GuideDay.path, path)


def _ranked(level: Level, on_from: date, on_to: date, path: str) -> CTE:
    """Everybody (every store, every region) within `path`: rank, rank before, score, sum and facts, by key.

    People and days are stacked and grouped, never joined: every morning the planner believes that the new day has no rows, and
    a join planned on that takes a minute. Names are fetched afterwards, for the lines that are shown.
    """
    within, nothing = _days_within(level, path), [literal(0).label(fact) for fact in FACTS]
    days = [getattr(GuideDay, fact) for fact in FACTS]
    stacked = union_all(
        select(
            _member_key(level).label("key"), literal(1).label("guides"), *nothing, ZERO.label("points"), NONE.label("before")
        ).where(ranked_people(path)),
        select(_day_key(level), literal(0), *days, GuideDay.points, NONE).where(_on_days(on_from, on_to), within),
        select(_day_key(level), literal(0), *nothing, ZERO, GuideDay.points).where(
            _on_days(*days_before(on_from, on_to)), within
        ),
    ).subquery()
    guides, total, before = (func.sum(stacked.c[name]) for name in ("guides", "points", "before"))
    sums = (
        select(stacked.c.key, guides.label("guides"), total.label("total"), before.label("points_before"))
        .add_columns(*(func.sum(stacked.c[fact]).label(fact) for fact in FACTS))
        .add_columns(func.round(cast(total, Numeric) / guides, 1).label("score"))
        .add_columns(func.round(cast(func.coalesce(before, 0), Numeric) / guides, 1).label("score_before"))
        .where(stacked.c.key.is_not(None))
        .group_by(stacked.c.key)
        .having(guides > 0)
        .subquery()
    )
    rank, rank_before = (func.rank().over(order_by=sums.c[name].desc()) for name in ("score", "score_before"))
    return select(sums, rank.label("rank"), rank_before.label("rank_before")).cte("ranked")


def _named(level: Level, lines: Subquery) -> Select[Any]:
    """The lines with id, name and what stands under the name, in the order of the board."""
    if level == Level.GUIDE:
        query = select(lines, Staff.id, Staff.name, func.coalesce(Store.name, "").label("sub")).join(
            Staff, Staff.id == lines.c.key
        )
        query = query.outerjoin(Store, Store.id == Staff.store_id)
    elif level == Level.STORE:
        query = select(lines, Store.id, Store.name, func.coalesce(Department.name, "").label("sub")).join(
            Store, Store.id == lines.c.key
        )
        query = query.outerjoin(Department, Department.path == region_path(Store.path))
    else:
        query = select(lines, Department.id, Department.name, literal("").label("sub"))
        query = query.join(Department, Department.path == lines.c.key)
    return query.order_by(lines.c.rank, lines.c.key)


def _plain(score: Decimal) -> int | float:
    return int(score) if score == int(score) else float(score)


def _change(row: Any) -> int | None:
    return change_of(row.rank, None if row.points_before is None else row.rank_before)


def _rows(session: Session, query: Select[Any]) -> list[Row]:
    return [
        Row(
            rank=row.rank, id=row.id, name=row.name, sub=row.sub, points=_plain(row.score), total=int(row.total),
            guides=row.guides, change=_change(row),
            **{fact: int(getattr(row, fact)) for fact in FACTS},
        )
        for row in session.execute(query)
    ]  # fmt: skip


def board(
    session: Session, viewer: Staff, *, on_from: date, on_to: date, level: Level | str, path: str = "", limit: int = 50
) -> list[Row]:
    """The first `limit` lines of a board of the subtree `path`, kept inside what the viewer may see; ties share a rank."""
    level = Level(level)
    visible = visible_path(level, viewer.role, viewer.path)
    if visible is None:
        return []
    ranked = _ranked(level, on_from, on_to, narrowed(path, visible))
    first = select(ranked).order_by(ranked.c.rank, ranked.c.key).limit(limit).subquery()
    return _rows(session, _named(level, first))


def find_my_row(session: Session, staff: Staff, *, on_from: date, on_to: date, level: Level | str, path: str = "") -> Row | None:
    """Her own line (or her store's, her region's) of the same board, wherever it ranks; None when she is on none."""
    level = Level(level)
    visible = visible_path(level, staff.role, staff.path)
    if visible is None:
        return None
    ranked = _ranked(level, on_from, on_to, narrowed(path, visible))
    mine = {Level.GUIDE: staff.id, Level.STORE: staff.store_id, Level.REGION: region_of(staff.path)}[level]
    rows = _rows(session, _named(level, select(ranked).where(ranked.c.key == mine).subquery()))
    return rows[0] if rows else None


def my_rank(session: Session, staff: Staff, on_from: date, on_to: date, path: str = ROOT_PATH) -> Standing | None:
    """Her place among all guides of `path` (the root's is everywhere; a number names nobody); None if she is not ranked."""
    ranked = _ranked(Level.GUIDE, on_from, on_to, path)
    of = select(func.count()).select_from(ranked).scalar_subquery()
    me = select(ranked, of.label("of")).where(ranked.c.key == staff.id).subquery()
    next_place = select(func.min(ranked.c.total)).where(ranked.c.total > me.c.total).scalar_subquery()
    row = session.execute(select(me, next_place.label("next_total"))).one_or_none()
    if row is None:
        return None
    total = int(row.total)
    gap = 0 if row.next_total is None else int(row.next_total) - total
    return Standing(rank=row.rank, of=row.of, points=total, change=_change(row), gap=gap)


def facts_of(session: Session, staff: Staff, on: date) -> Facts:
    """Her facts of one day; all zero when nothing was counted."""
    row = session.get(GuideDay, (on, staff.id))
    return Facts() if row is None else Facts(**{fact: getattr(row, fact) for fact in FACTS})


def find_places(session: Session, on: date, staff_ids: Sequence[int]) -> dict[int, Places]:
    """staff id → her places of a day, for many people in one statement."""
    ranked = _ranked(Level.GUIDE, on, on, ROOT_PATH)
    by_points, region = ranked.c.total.desc(), region_path(Staff.path)
    places = select(
        ranked,
        func.rank().over(partition_by=Staff.store_id, order_by=by_points).label("in_store"),
        func.count().over(partition_by=Staff.store_id).label("store_size"),
        func.rank().over(partition_by=region, order_by=by_points).label("in_region"),
        func.count().over(partition_by=region).label("region_size"),
        func.count().over().label("size"),
    )
    everyone = places.join(Staff, Staff.id == ranked.c.key).subquery()
    return {
        row.key: Places(
            points=int(row.total), in_store=row.in_store, store_size=row.store_size, in_region=row.in_region,
            region_size=row.region_size, overall=row.rank, size=row.size,
            change=_change(row),
        )
        for row in session.execute(select(everyone).where(everyone.c.key.in_(staff_ids)))
    }  # fmt: skip


def find_store_rows(session: Session, on: date, store_ids: Sequence[int]) -> dict[int, Row]:
    """store id → its line among all stores on a day."""
    ranked = _ranked(Level.STORE, on, on, ROOT_PATH)
    return {
        row.id: row for row in _rows(session, _named(Level.STORE, select(ranked).where(ranked.c.key.in_(store_ids)).subquery()))
    }


def rank_lines(session: Session, staff_ids: Sequence[int], on: date) -> dict[int, str]:
    """staff id → a few Chinese words on her places of a day, for who had any points; made for the morning card."""
    places = find_places(session, on, staff_ids)
    return {id: f"本店第 {p.in_store} 名 · 全国第 {p.overall} 名" for id, p in places.items() if p.points}
