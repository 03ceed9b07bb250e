"""Slots of the day and marks of how far a job has come, with the clock moved by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import transaction
from jobs import tick
from jobs.clock import clock_jumped
from jobs.daily import DAILY, count_anew, due_day, for_day

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


def due_at_first(session: Session) -> date | None:
    return tick.due_slot(session, "a.count", "02:00", PATIENCE, at_first=True)


def test_a_job_whose_pages_wait_for_it_begins_at_once_with_its_last_slot(session: Session) -> None:
    with time_machine.travel(shanghai(8, 1), tick=False):
        assert due_at_first(session) == due_at_first(session) == date(2026, 3, 7)
        tick.slot_done(session, "a.count", "02:00", date(2026, 3, 7), tick.again_since(session, "a.count"))
        assert due_at_first(session) is None
    with time_machine.travel(shanghai(8, 2, 1), tick=False):
        assert due_at_first(session) == date(2026, 3, 8)


def test_wanted_again_it_runs_once_more_also_when_it_was_running(session: Session) -> None:
    with time_machine.travel(shanghai(8, 14), tick=False):
        due_at_first(session)
        began = tick.again_since(session, "a.count")
    with time_machine.travel(shanghai(8, 14, 1), tick=False):
        tick.want_again(session, ["a.count"])
        tick.slot_done(session, "a.count", "02:00", date(2026, 3, 8), began)
        assert due_at_first(session) == date(2026, 3, 8)
        tick.slot_done(session, "a.count", "02:00", date(2026, 3, 8), tick.again_since(session, "a.count"))
        assert due_at_first(session) is None


def test_what_pages_show_and_the_night_counts_is_counted_at_the_start_and_again_when_asked(database: None) -> None:
    counting = {"customers.count_tags", "customers.work_night", "segments.count_growth"}

    def due_now() -> set[str]:
        return {daily.name for daily in DAILY if due_day(daily) is not None}

    with time_machine.travel(shanghai(8, 23), tick=False):
        assert due_now() == counting
        for name in counting:
            for_day(name, lambda _day: None)("2026-03-08")
        assert due_now() == set()
        with transaction() as session:
            count_anew(session)
        assert due_now() == counting
