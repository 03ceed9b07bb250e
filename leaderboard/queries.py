"""What is read of boards: ranks with ties shared, one person's standing, one day's facts. Changes nothing.

Every board is one statement over the facts of days; ranks are computed by the database, rows that come out are bounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, literal, select
from sqlalchemy.orm import Session

from leaderboard.models import GuideDay
from leaderboard.rules import Facts, Level, change_of, days_before, narrowed, region_of, visible_path
from org.models import Department, Staff, StaffStatus, Store
from org.queries import AT_COUNTER, inside
from org.rules import ROOT_PATH
from sop.queries import region_path

ONE = literal(1)
GUIDES = func.count().label("guides")
FACTS = ("adds", "losses", "tagged", "sends", "touched", "tasks_done", "tasks_late", "cares_done")


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


def _ranked_people(path: str) -> ColumnElement[bool]:
    return and_(Staff.status == StaffStatus.ACTIVE, Staff.role.in_(AT_COUNTER), inside(Staff.path, path))


def _key(level: Level) -> ColumnElement[Any]:
    """What a day's facts are summed by: the person, or where she stood that day."""
    keys: dict[Level, ColumnElement[Any]] = {
        Level.GUIDE: GuideDay.guide_id.expression,
        Level.STORE: GuideDay.store_id.expression,
        Level.REGION: region_path(GuideDay.path),
    }
    return keys[level]


def _sums(level: Level, on_from: date, on_to: date, path: str) -> Subquery:
    key = _key(level)
    sums = [func.sum(getattr(GuideDay, fact)).label(fact) for fact in (*FACTS, "points")]
    query = select(key.label("key"), *sums).where(GuideDay.on.between(on_from, on_to)).group_by(key)
    if level == Level.GUIDE:
        return query.where(GuideDay.guide_id.in_(select(Staff.id).where(_ranked_people(path)))).subquery()
    return query.where(inside(GuideDay.path, path)).subquery()


def _guides(path: str) -> Subquery:
    query = select(Staff.id, Staff.name, func.coalesce(Store.name, "").label("sub"), Staff.id.label("key"), ONE.label("guides"))
    return query.outerjoin(Store, Store.id == Staff.store_id).where(_ranked_people(path)).subquery()


def _stores(path: str) -> Subquery:
    return (
        select(Store.id, Store.name, func.coalesce(Department.name, "").label("sub"), Store.id.label("key"), GUIDES)
        .join(Staff, and_(Staff.store_id == Store.id, _ranked_people(ROOT_PATH)))
        .outerjoin(Department, Department.path == region_path(Store.path))
        .where(inside(Store.path, path), Store.closed_at.is_(None))
        .group_by(Store.id, Department.id)
        .subquery()
    )


def _regions(path: str) -> Subquery:
    return (
        select(Department.id, Department.name, literal("").label("sub"), Department.path.label("key"), GUIDES)
        .join(Staff, and_(region_path(Staff.path) == Department.path, _ranked_people(path)))
        .where(Department.removed_at.is_(None))
        .group_by(Department.id)
        .subquery()
    )


GROUPS = {Level.GUIDE: _guides, Level.STORE: _stores, Level.REGION: _regions}


def _ranked(level: Level, on_from: date, on_to: date, path: str) -> Subquery:
    """Everybody (every store, every region) within `path` with rank, rank before, score, sum and facts."""
    groups, sums = GROUPS[level](path), _sums(level, on_from, on_to, path)
    before = _sums(level, *days_before(on_from, on_to), path)
    total, total_before = func.coalesce(sums.c.points, 0), func.coalesce(before.c.points, 0)
    score, score_before = (func.round(amount / groups.c.guides, 1) for amount in (total, total_before))
    rank_before = func.rank().over(order_by=score_before.desc())
    return (
        select(
            groups.c.id, groups.c.name, groups.c.sub, groups.c.key, groups.c.guides, total.label("total"), score.label("score"),
            *(func.coalesce(sums.c[fact], 0).label(fact) for fact in FACTS),
            func.rank().over(order_by=score.desc()).label("rank"),
            rank_before.label("rank_before"), before.c.points.label("points_before"),
        )
        .select_from(groups)
        .outerjoin(sums, sums.c.key == groups.c.key)
        .outerjoin(before, before.c.key == groups.c.key)
        .subquery()
    )  # fmt: skip


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
    return _rows(session, select(ranked).order_by(ranked.c.rank, ranked.c.id).limit(limit))


def find_my_row(session: Session, staff: Staff, *, on_from: date, on_to: date, level: Level | str, path: str = "") -> Row | None:
    """Her own line (or her store's, her region's) of the same board, wherever it ranks; None when she is on none."""
    level = Level(level)
    visible = visible_path(level, staff.role, staff.path)
    if visible is None:
        return None
    ranked = _ranked(level, on_from, on_to, narrowed(path, visible))
    mine = {Level.GUIDE: staff.id, Level.STORE: staff.store_id, Level.REGION: region_of(staff.path)}[level]
    rows = _rows(session, select(ranked).where(ranked.c.key == mine))
    return rows[0] if rows else None


def my_rank(session: Session, staff: Staff, on_from: date, on_to: date, path: str = ROOT_PATH) -> Standing | None:
    """Her place among all guides of `path` (the root's is everywhere; a number names nobody); None for who is not ranked there."""
    ranked = _ranked(Level.GUIDE, on_from, on_to, path)
    everyone = select(ranked, func.count().over().label("of")).cte("everyone")
    me = select(everyone).where(everyone.c.id == staff.id).subquery()
    next_place = select(func.min(everyone.c.total)).where(everyone.c.total > me.c.total).scalar_subquery()
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
    everyone = places.join(Staff, Staff.id == ranked.c.id).subquery()
    return {
        row.id: Places(
            points=int(row.total), in_store=row.in_store, store_size=row.store_size, in_region=row.in_region,
            region_size=row.region_size, overall=row.rank, size=row.size,
            change=_change(row),
        )
        for row in session.execute(select(everyone).where(everyone.c.id.in_(staff_ids)))
    }  # fmt: skip


def find_store_rows(session: Session, on: date, store_ids: Sequence[int]) -> dict[int, Row]:
    """store id → its line among all stores on a day."""
    ranked = _ranked(Level.STORE, on, on, ROOT_PATH)
    return {row.id: row for row in _rows(session, select(ranked).where(ranked.c.id.in_(store_ids)))}


def rank_lines(session: Session, staff_ids: Sequence[int], on: date) -> dict[int, str]:
    """staff id → a few Chinese words on her places of a day, for who had any points; made for the morning card."""
    places = find_places(session, on, staff_ids)
    return {id: f"本店第 {p.in_store} 名 · 全国第 {p.overall} 名" for id, p in places.items() if p.points}
