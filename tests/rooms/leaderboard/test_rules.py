"""The pure decisions of boards."""

from datetime import date

import pytest

from leaderboard.rules import (
    HOW_POINTS_ARE_MADE,
    Facts,
    Level,
    Period,
    change_of,
    days_before,
    days_of,
    narrowed,
    points,
    region_of,
    visible_path,
)
from org.models import Role


@pytest.mark.parametrize(
    ("facts", "worth"),
    [
        (Facts(), 0),
        (Facts(adds=2), 10),
        (Facts(adds=2, losses=1), 5),
        (Facts(adds=1, losses=3, tasks_done=1), 3),
        (Facts(tagged=5, sends=40, touched=5), 5),
        (Facts(tasks_done=2, tasks_late=1, cares_done=3), 13),
    ],
)
def test_a_day_becomes_points(facts: Facts, worth: int) -> None:
    assert points(facts) == worth


def test_the_words_on_the_page_name_the_weights() -> None:
    assert [each.split("：")[0] for each in HOW_POINTS_ARE_MADE[:4]] == ["净增好友", "联系客户", "总部任务", "客户关怀"]
    assert "每位 5 分" in HOW_POINTS_ARE_MADE[0]


@pytest.mark.parametrize(
    ("period", "days"),
    [
        (Period.DAY, (date(2026, 11, 21), date(2026, 11, 21))),
        (Period.WEEK, (date(2026, 11, 16), date(2026, 11, 21))),
        (Period.MONTH, (date(2026, 11, 1), date(2026, 11, 21))),
    ],
)
def test_a_period_holds_its_days_up_to_today(period: Period, days: tuple[date, date]) -> None:
    assert days_of(period, date(2026, 11, 21)) == days


@pytest.mark.parametrize(
    ("on_from", "on_to", "before"),
    [
        (date(2026, 11, 21), date(2026, 11, 21), (date(2026, 11, 20), date(2026, 11, 20))),
        (date(2026, 11, 16), date(2026, 11, 18), (date(2026, 11, 9), date(2026, 11, 11))),
        (date(2026, 3, 1), date(2026, 3, 31), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 11, 1), date(2026, 11, 5), (date(2026, 10, 1), date(2026, 10, 5))),
        (date(2026, 11, 4), date(2026, 11, 8), (date(2026, 10, 30), date(2026, 11, 3))),
    ],
)
def test_a_period_is_compared_with_the_same_part_of_the_one_before(on_from: date, on_to: date, before: tuple[date, date]) -> None:
    assert days_before(on_from, on_to) == before


@pytest.mark.parametrize(
    ("level", "role", "path", "visible"),
    [
        (Level.GUIDE, Role.GUIDE, "1.2.21.", "1.2.21."),
        (Level.STORE, Role.GUIDE, "1.2.5.21.", "1.2."),
        (Level.REGION, Role.GUIDE, "1.2.21.", "1."),
        (Level.GUIDE, Role.REGIONAL_MANAGER, "1.2.", "1.2."),
        (Level.GUIDE, Role.HEADQUARTERS, "1.", "1."),
        (Level.REGION, Role.GUIDE, "", None),
    ],
)
def test_names_are_seen_in_ones_own_subtree_and_sums_more_widely(
    level: Level, role: Role, path: str, visible: str | None
) -> None:
    assert visible_path(level, role, path) == visible


def test_what_is_asked_for_stays_inside_what_is_visible() -> None:
    assert narrowed("1.2.21.", "1.2.") == "1.2.21."
    assert narrowed("1.3.", "1.2.") == narrowed("1.", "1.2.") == narrowed("", "1.2.") == "1.2."
    assert region_of("1.2.21.") == "1.2."
    assert region_of("1.") == "1."


def test_climbing_is_a_plus_and_a_newcomer_has_no_change() -> None:
    assert [change_of(2, 5), change_of(5, 2), change_of(1, 1), change_of(1, None)] == [3, -3, 0, None]
