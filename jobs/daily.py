"""Jobs of a set hour: when their slot is, and that a slot is marked done only after its work is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from foundation.config import settings
from foundation.db import transaction
from jobs.broker import QUICK, SLOW
from jobs.tick import due_slot, slot_done


@dataclass(frozen=True)
class Daily:
    """A job once a day. `at` tells the hour ("08:30", Shanghai); later than `patience` after it, the slot is let go."""

    name: str
    at: Callable[[], str]
    patience: timedelta
    queue: str = QUICK


DAILY = (
    Daily("sop.care_morning", lambda: settings().morning_card_at, timedelta(hours=6)),
    Daily("leaderboard.push", lambda: settings().leaderboard_card_at, timedelta(hours=3)),
    Daily("leaderboard.recount_week", lambda: "02:30", timedelta(hours=12), SLOW),
    Daily("org.reconcile", lambda: "03:30", timedelta(hours=12)),
    Daily("content_library.draw_ahead", lambda: "06:00", timedelta(hours=6), SLOW),
    Daily("bot.forget_old", lambda: "04:30", timedelta(hours=12), SLOW),
    Daily("outbox.forget_old", lambda: "04:45", timedelta(hours=12), SLOW),
)
BY_NAME = {daily.name: daily for daily in DAILY}


def due_day(daily: Daily) -> date | None:
    """The day whose slot is to be done now, or None."""
    with transaction() as session:
        return due_slot(session, daily.name, daily.at(), daily.patience)


def mark_done(name: str, day: date) -> None:
    """The slot of this day is taken care of."""
    with transaction() as session:
        slot_done(session, name, BY_NAME[name].at(), day)


def for_day(name: str, body: Callable[[date], object]) -> Callable[[str], object]:
    """The body of a daily job as an actor takes it: the day as text, and the slot marked done after its work."""

    def run(day: str) -> object:
        result = body(date.fromisoformat(day))
        mark_done(name, date.fromisoformat(day))
        return result

    return run
