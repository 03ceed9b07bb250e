"""One guide's own places of a day, asked for in a chat: counts those ahead of her, ranks nobody. Changes nothing."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, String, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from leaderboard.models import GuideDay
from leaderboard.queries import Places, ranked_people
from leaderboard.rules import change_of
from org.models import Staff
from org.rules import ROOT_PATH
from sop.queries import region_path


@dataclass(frozen=True)
class _People:
    """How many people in her store, in her region, everywhere."""

    store: int
    region: int
    all: int


def find_my_places(session: Session, staff: Staff, on: date) -> Places | None:
    """What `find_places` says of her, at the price of those ahead of her; None when she is not ranked.

    Where the others stand is taken from their facts of the day, which follow a move within a minute.
    """
    if session.scalar(select(Staff.id).where(Staff.id == staff.id, ranked_people(ROOT_PATH))) is None:
        return None
    yesterday = on - timedelta(days=1)
    own = select(GuideDay.on, GuideDay.points).where(GuideDay.guide_id == staff.id, GuideDay.on.in_([on, yesterday]))
    points = {row.on: row.points for row in session.execute(own)}
    today, size = points.get(on, 0), _ranked(session, staff)
    ahead = _ahead(session, staff, on, today)
    rank_before = 1 + _ahead(session, staff, yesterday, points[yesterday]).all if yesterday in points else None
    return Places(
        points=today, in_store=1 + ahead.store, store_size=size.store, in_region=1 + ahead.region, region_size=size.region,
        overall=1 + ahead.all, size=size.all, change=change_of(1 + ahead.all, rank_before),
    )  # fmt: skip


def _counts(
    staff: Staff, store_id: InstrumentedAttribute[int | None], path: InstrumentedAttribute[str]
) -> tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int]]:
    everybody = func.count()
    hers = region_path(path) == region_path(literal(staff.path, String))
    return everybody.filter(store_id.is_not_distinct_from(staff.store_id)), everybody.filter(hers), everybody


def _ranked(session: Session, staff: Staff) -> _People:
    return _People(*session.execute(select(*_counts(staff, Staff.store_id, Staff.path)).where(ranked_people(ROOT_PATH))).one())


def _ahead(session: Session, staff: Staff, on: date, points: int) -> _People:
    """A scalar subquery asks of each whether she is ranked: a join is planned on a new day that seems to have no rows."""
    is_ranked = select(ranked_people(ROOT_PATH)).where(Staff.id == GuideDay.guide_id).scalar_subquery()
    counted = select(*_counts(staff, GuideDay.store_id, GuideDay.path))
    return _People(*session.execute(counted.where(GuideDay.on == on, GuideDay.points > points, is_ranked)).one())
