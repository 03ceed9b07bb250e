"""Jobs of a set hour: when their slot is, and that a slot is marked done only after its work is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from foundation.config import settings
from foundation.db import transaction
from jobs.broker import QUICK, SLOW
from jobs.tick import again_since, due_slot, slot_done, want_again


@dataclass(frozen=True)
class Daily:
    """A job once a day. `at` tells the hour ("08:30", Shanghai); later than `patience` after it, the slot is let go.

    `at_first`: done at once when it never was, and again after the first full sync: its pages need not wait for a night.
    """

    name: str
    at: Callable[[], str]
    patience: timedelta
    queue: str = QUICK
    at_first: bool = False


DAILY = (
    Daily("sop.care_morning", lambda: settings().morning_card_at, timedelta(hours=6)),
    Daily("leaderboard.push", lambda: settings().leaderboard_card_at, timedelta(hours=3)),
    Daily("leaderboard.recount_week", lambda: "02:30", timedelta(hours=12), SLOW),
    Daily("org.reconcile", lambda: "03:30", timedelta(hours=12)),
    Daily("customers.count_tags", lambda: "05:15", timedelta(hours=12), SLOW, at_first=True),
    Daily("customers.fit_forecast", lambda: "00:40", timedelta(hours=12), SLOW),
    Daily("customers.own_night", lambda: "00:20", timedelta(hours=12), SLOW),
    Daily("customers.work_night", lambda: "01:15", timedelta(hours=12), SLOW, at_first=True),
    Daily("content_library.draw_ahead", lambda: "06:00", timedelta(hours=6), SLOW),
    Daily("segments.count_growth", lambda: "02:00", timedelta(hours=20), SLOW, at_first=True),
    Daily("segments.turn_day", lambda: "00:01", timedelta(hours=20), SLOW),
    Daily("segments.forget_exports", lambda: "04:10", timedelta(hours=12)),
    Daily("bot.forget_old", lambda: "04:30", timedelta(hours=12), SLOW),
    Daily("api.forget_old", lambda: "04:50", timedelta(hours=12), SLOW),
    Daily("customers.forget_imports", lambda: "04:55", timedelta(hours=12), SLOW),
    Daily("outbox.forget_old", lambda: "04:45", timedelta(hours=12), SLOW),
)
BY_NAME = {daily.name: daily for daily in DAILY}


def due_day(daily: Daily) -> date | None:
    """The day whose slot is to be done now, or None."""
    with transaction() as session:
        return due_slot(session, daily.name, daily.at(), daily.patience, at_first=daily.at_first)


def count_anew(session: Session) -> None:
    """Have everything counted anew that pages show and the night counts: there was nothing, and now there is."""
    want_again(session, [daily.name for daily in DAILY if daily.at_first])


def mark_done(name: str, day: date, wanted: str = "") -> None:
    """The slot of this day is taken care of."""
    with transaction() as session:
        slot_done(session, name, BY_NAME[name].at(), day, wanted)


def for_day(name: str, body: Callable[[date], object]) -> Callable[[str], object]:
    """The body of a daily job as an actor takes it: the day as text, and the slot marked done after its work."""

    def run(day: str) -> object:
        with transaction() as session:
            wanted = again_since(session, name)
        result = body(date.fromisoformat(day))
        mark_done(name, date.fromisoformat(day), wanted)
        return result

    return run
