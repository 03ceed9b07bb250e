"""Slots of the day and marks of how far a job has come, with the clock moved by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from foundation import clock
from jobs import tick
from jobs.clock import clock_jumped

PATIENCE = timedelta(hours=3)


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=clock.SHANGHAI)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (shanghai(8, 8, 29), shanghai(7, 8, 30)),
        (shanghai(8, 8, 30), shanghai(8, 8, 30)),
        (shanghai(8, 23, 59), shanghai(8, 8, 30)),
    ],
)
def test_the_newest_slot_is_the_last_time_the_clock_showed_it(now: datetime, slot: datetime) -> None:
    assert tick.newest_slot("08:30", now.astimezone(UTC)) == slot


def due(session: Session) -> date | None:
    return tick.due_slot(session, "a.job", "08:30", PATIENCE)


def test_a_job_runs_once_a_day_also_when_ticked_often_or_late(session: Session) -> None:
    with time_machine.travel(shanghai(8, 7), tick=False):
        assert due(session) is None
    with time_machine.travel(shanghai(8, 8, 31), tick=False):
        assert due(session) == date(2026, 3, 8)
        tick.slot_done(session, "a.job", "08:30", date(2026, 3, 8))
        assert due(session) is None
    with time_machine.travel(shanghai(9, 9, 45), tick=False):
        assert due(session) == date(2026, 3, 9)


def test_a_slot_not_marked_done_stays_due(session: Session) -> None:
    with time_machine.travel(shanghai(8, 7), tick=False):
        due(session)
    with time_machine.travel(shanghai(8, 8, 31), tick=False):
        assert due(session) == due(session) == date(2026, 3, 8)


def test_a_slot_missed_for_too_long_is_let_go_and_missed_days_do_not_pile_up(session: Session) -> None:
    with time_machine.travel(shanghai(8, 7), tick=False):
        due(session)
    with time_machine.travel(shanghai(12, 12), tick=False):
        assert due(session) is None
    with time_machine.travel(shanghai(13, 8, 40), tick=False):
        assert due(session) == date(2026, 3, 13)


def test_a_fresh_installation_begins_with_the_next_slot(session: Session) -> None:
    with time_machine.travel(shanghai(8, 9), tick=False):
        assert due(session) is None
        assert due(session) is None


def test_a_clock_set_back_or_forward_repeats_nothing(session: Session) -> None:
    with time_machine.travel(shanghai(8, 7), tick=False):
        due(session)
    with time_machine.travel(shanghai(8, 8, 31), tick=False):
        assert due(session) is not None
        tick.slot_done(session, "a.job", "08:30", date(2026, 3, 8))
    with time_machine.travel(shanghai(8, 7, 31), tick=False):
        assert due(session) is None
    with time_machine.travel(shanghai(8, 9, 31), tick=False):
        assert due(session) is None


def test_facts_are_kept_between_runs(session: Session) -> None:
    assert tick.facts_of(session, "a.job") == {}
    tick.note_facts(session, "a.job", {"digest": "x"})
    assert tick.facts_of(session, "a.job") == {"digest": "x"}


def test_a_jump_of_the_wall_clock_is_noticed_both_ways() -> None:
    assert clock_jumped(3600, 1)
    assert clock_jumped(-3600, 1)
    assert not clock_jumped(1.2, 1)
