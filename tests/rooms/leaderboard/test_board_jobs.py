"""The jobs of boards: today is recounted, midnight forgets nobody, the evening's board is sent once."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from foundation import clock
from foundation.db import transaction
from jobs import board_jobs
from leaderboard.models import GuideDay
from outbox.models import OutgoingMessage
from tests.builders.leaderboard import make_known
from tests.builders.sop import make_brand


def days() -> list[tuple[int, int]]:
    """(days ago, points) of every row."""
    with transaction() as session:
        rows = session.execute(select(GuideDay.on, GuideDay.points).order_by(GuideDay.on.desc()))
        return [((clock.today() - on).days, points) for on, points in rows]


def test_yesterday_is_recounted_too_just_after_midnight(database: None) -> None:
    with transaction() as session:
        make_known(session, make_brand(session).ai, "wm1", days_ago=1)
    with time_machine.travel(clock.start_of(clock.today()) + timedelta(hours=2), tick=False):
        assert board_jobs.recount_now() == 0
    with time_machine.travel(clock.start_of(clock.today()) + timedelta(minutes=5), tick=False):
        assert board_jobs.recount_now() == 1
    assert days() == [(1, 5)]


def test_the_night_run_finds_late_facts_of_the_week(database: None) -> None:
    with transaction() as session:
        brand = make_brand(session)
        for number, days_ago in enumerate((0, 1, 7, 8)):
            make_known(session, brand.ai, f"wm{number}", days_ago=days_ago)
    assert [board_jobs.recount_last() for _ in range(2)] == [2, 0]
    assert days() == [(1, 5), (7, 5)]


def test_the_board_is_recounted_and_sent_once(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_jobs, "CHUNK", 3)
    with transaction() as session:
        make_known(session, make_brand(session).ai, "wm1")
    assert [board_jobs.push_board(clock.today()) for _ in range(2)] == [7, 0]
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(OutgoingMessage)) == 7
    assert days() == [(0, 5)]
