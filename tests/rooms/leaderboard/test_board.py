"""Boards rank with ties shared, are fair to small stores, and show each person what she may see."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation import clock
from leaderboard import queries
from leaderboard.rules import Level
from org.models import Staff
from tests.builders.leaderboard import make_day
from tests.builders.sop import Brand, make_brand


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


@pytest.fixture
def today() -> date:
    return clock.today()


def board(session: Session, viewer: Staff, level: str, on: date, path: str = "", **rest: int) -> list[queries.Row]:
    return queries.board(session, viewer, on_from=on, on_to=on, level=level, path=path, **rest)


def test_equal_points_share_a_rank_and_the_next_rank_is_skipped(session: Session, brand: Brand, today: date) -> None:
    for guide, points in zip(brand.guides.values(), (5, 9, 9, 0, 3, 9), strict=True):
        make_day(session, guide, today, points)
    rows = board(session, brand.headquarters, "guide", today)
    assert [(row.rank, row.name, row.points) for row in rows] == [
        (1, "G21B", 9), (1, "G22A", 9), (1, "G31B", 9), (4, "G21A", 5), (5, "G31A", 3), (6, "G22B", 0), (6, "M21", 0)
    ]  # fmt: skip
    assert [row.rank for row in board(session, brand.headquarters, "guide", today, limit=2)] == [1, 1]
    assert rows[0].sub == "21店"


def test_a_guide_sees_the_names_of_her_store_only_whatever_she_asks_for(session: Session, brand: Brand, today: date) -> None:
    for path in ("", "1.", "1.2.", "1.3.", "1.2.21."):
        rows = board(session, brand.ai, "guide", today, path)
        assert {row.name for row in rows} == {"G21A", "G21B", "M21"}
    assert {row.name for row in board(session, brand.east, "guide", today, "1.")} == {"G21A", "G21B", "G22A", "G22B", "M21"}
    assert {row.name for row in board(session, brand.east, "guide", today, "1.2.22.")} == {"G22A", "G22B"}
    assert board(session, Staff(id=0, path="", role="guide"), "guide", today) == []


def test_a_store_is_ranked_by_its_average_so_size_does_not_win(session: Session, brand: Brand, today: date) -> None:
    for name, points in (("g21a", 10), ("g21b", 4), ("g22a", 6), ("g22b", 5), ("g31a", 100)):
        make_day(session, brand.guides[name], today, points, adds=1)
    rows = board(session, brand.headquarters, "store", today)
    assert [(row.rank, row.name, row.sub, row.points, row.total, row.guides, row.adds) for row in rows] == [
        (1, "31店", "华北大区", 50, 100, 2, 1), (2, "22店", "华东大区", 5.5, 11, 2, 2), (3, "21店", "华东大区", 4.7, 14, 3, 2)
    ]  # fmt: skip
    assert [row.name for row in board(session, brand.ai, "store", today)] == ["22店", "21店"]


def test_regions_are_sums_everybody_may_see(session: Session, brand: Brand, today: date) -> None:
    make_day(session, brand.far, today, 8)
    make_day(session, brand.ai, today, 5)
    rows = board(session, brand.ai, "region", today)
    assert [(row.rank, row.id, row.name, row.points, row.guides) for row in rows] == [
        (1, 3, "华北大区", 4, 2),
        (2, 2, "华东大区", 1, 5),
    ]


def test_change_is_against_the_period_before_and_none_for_a_newcomer(session: Session, brand: Brand, today: date) -> None:
    yesterday = today - timedelta(days=1)
    make_day(session, brand.ai, yesterday, 1)
    make_day(session, brand.bo, yesterday, 5)
    for guide, points in ((brand.ai, 7), (brand.bo, 2), (brand.manager, 3)):
        make_day(session, guide, today, points)
    rows = board(session, brand.ai, "guide", today)
    assert [(row.name, row.rank, row.change) for row in rows] == [("G21A", 1, 1), ("M21", 2, None), ("G21B", 3, -2)]


def test_a_week_is_the_sum_of_its_days(session: Session, brand: Brand, today: date) -> None:
    for back in range(7):
        make_day(session, brand.ai, today - timedelta(days=back), 2, sends=1)
    make_day(session, brand.ai, today - timedelta(days=7), 50)
    rows = queries.board(session, brand.ai, on_from=today - timedelta(days=6), on_to=today, level=Level.GUIDE, path="")
    assert (rows[0].points, rows[0].sends, rows[1].points) == (14, 7, 0)


def test_who_left_is_not_ranked_but_her_points_stay_with_the_store(session: Session, brand: Brand, today: date) -> None:
    make_day(session, brand.ai, today, 6)
    session.execute(update(Staff).where(Staff.id == brand.ai.id).values(status="departed"))
    assert "G21A" not in {row.name for row in board(session, brand.headquarters, "guide", today)}
    assert queries.my_rank(session, brand.ai, today, today) is None
    store = next(row for row in board(session, brand.headquarters, "store", today) if row.name == "21店")
    assert (store.total, store.guides, store.points) == (6, 2, 3)


def test_my_rank_counts_everybody_and_says_what_is_missing_to_the_next_place(session: Session, brand: Brand, today: date) -> None:
    for guide, points in ((brand.ai, 4), (brand.bo, 4), (brand.far, 9), (brand.manager, 7)):
        make_day(session, guide, today, points)
    here = queries.my_rank(session, brand.ai, today, today, brand.ai.path)
    everywhere = queries.my_rank(session, brand.ai, today, today, "1.")
    assert here == queries.Standing(rank=2, of=3, points=4, change=None, gap=3)
    assert everywhere == queries.Standing(rank=3, of=7, points=4, change=None, gap=3)
    first = queries.my_rank(session, brand.far, today, today)
    assert first is not None
    assert (first.rank, first.gap) == (1, 0)
    assert queries.my_rank(session, brand.headquarters, today, today) is None


def test_my_row_is_the_boards_own_line(session: Session, brand: Brand, today: date) -> None:
    make_day(session, brand.ai, today, 4)
    for level, name in (("guide", "G21A"), ("store", "21店"), ("region", "华东大区")):
        row = queries.find_my_row(session, brand.ai, on_from=today, on_to=today, level=level)
        assert row is not None
        assert row.name == name
        assert row in board(session, brand.ai, level, today)
    assert queries.find_my_row(session, brand.headquarters, on_from=today, on_to=today, level="guide") is None


def test_each_board_is_one_statement(session: Session, brand: Brand, today: date, count_sql) -> None:  # type: ignore[no-untyped-def]
    for level in Level:
        with count_sql() as statements:
            board(session, brand.headquarters, level, today)
        assert len(statements) == 1


def test_the_morning_words_are_only_for_who_had_points(session: Session, brand: Brand, today: date) -> None:
    make_day(session, brand.ai, today, 4)
    assert queries.rank_lines(session, [brand.ai.id, brand.bo.id], today) == {brand.ai.id: "本店第 1 名 · 全国第 1 名"}
