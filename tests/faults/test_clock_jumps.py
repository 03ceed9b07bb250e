"""The wall clock jumps an hour, both ways: no day's work is doubled, none is skipped, no message goes out twice.

In this process with the clock faked: leases go by the database's clock, which a fake does not reach, and that is the point.
"""

import importlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from bot import road
from bot.models import EventStatus, InboundEvent
from customers.models import Follow, TimelineEntry
from foundation import clock
from foundation.db import transaction
from jobs import results, sop_jobs, sweep_jobs
from jobs.daily import DAILY, due_day, for_day
from outbox.models import Lane, MessageStatus, OutgoingMessage
from outbox.sender import Sender
from sop.actions import seed_care_nodes
from sop.models import Assignment, AssignmentStatus
from tests.builders.bot import make_event
from tests.builders.outbox import all_messages, owe
from tests.builders.platform import RESET, ScriptedPlatform, scripted_platform
from tests.builders.sop import Brand, make_brand, make_copy, make_follow, make_task

DAY = date(2026, 3, 9)
HOUR = timedelta(hours=1)
LOOK = timedelta(minutes=10)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return clock.at(day, hour, minute)


@pytest.fixture
def platform(database: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedPlatform]:
    monkeypatch.setenv("MORNING_CARD_AT", "08:30")
    monkeypatch.setenv("LEADERBOARD_CARD_AT", "21:00")
    with scripted_platform(monkeypatch) as running:
        yield running


@pytest.fixture
def brand(platform: ScriptedPlatform) -> Brand:
    """Guides with a customer due on each of three days: added the day before each."""
    with time_machine.travel(at(6, day=DAY - timedelta(days=1)), tick=False), transaction() as session:
        made = make_brand(session)
        seed_care_nodes(session)
        for number, guide in enumerate(made.guides.values()):
            make_follow(session, guide, f"wm{number}")
            make_follow(session, guide, f"wm{number}-3", days_ago=2)
        return made


def look() -> list[str]:
    """What the clock does every few seconds, and the workers after it; the names of the jobs that ran."""
    bodies, ran = importlib.import_module("jobs.worker").DAILY_JOBS, []
    for daily in DAILY:
        day = due_day(daily)
        if day is not None:
            for_day(daily.name, bodies[daily.name])(day.isoformat())
            ran.append(f"{daily.name} {day}")
    return ran


def moments(start: datetime, end: datetime, jumps: dict[datetime, timedelta]) -> Iterator[datetime]:
    """The wall clock every ten minutes; when it comes to a moment in `jumps` it jumps, once."""
    now, left = start, dict(jumps)
    while now < end:
        yield now
        now += LOOK
        for moment in [moment for moment in left if now >= moment]:
            now += left.pop(moment)


def live(jumps: dict[datetime, timedelta]) -> Counter[str]:
    """Two days; how often each day's job ran."""
    ran: Counter[str] = Counter()
    for now in moments(at(0, 5), at(0, 5) + timedelta(hours=48), jumps):
        with time_machine.travel(now, tick=False):
            ran.update(look())
    return ran


def cards() -> Counter[str]:
    """How many cards of each kind and day were owed."""
    with transaction() as session:
        return Counter(session.scalars(select(OutgoingMessage.about).where(OutgoingMessage.call == "message/send")))


@pytest.mark.parametrize(
    "jumps",
    [
        {},
        {at(8, 20): HOUR},
        {at(8, 40): HOUR, at(12): -HOUR},
        {at(8, 40): -HOUR},
        {at(8, 20): HOUR, at(9, 40): -HOUR, at(10): HOUR},
        {at(20, 30): HOUR, at(21, 50): -HOUR, at(23, 50): HOUR},
        {at(23, 40): HOUR, at(0, 50, DAY + timedelta(days=1)): -HOUR},
        {at(0, 20): -HOUR, at(2, 40): -HOUR, at(3, 20): HOUR, at(4, 40): -HOUR},
    ],
    ids=["none", "over the morning", "after it and back", "back over it", "to and fro", "evening", "midnight", "night"],
)
def test_every_day_has_its_morning_and_its_evening_once(brand: Brand, jumps: dict[datetime, timedelta]) -> None:
    ran = live(jumps)
    second = DAY + timedelta(days=1)
    wanted = [f"{name} {day}" for name in ("sop.care_morning", "leaderboard.push") for day in (DAY, second)]
    assert {name: ran[name] for name in wanted} == dict.fromkeys(wanted, 1)
    assert set(ran.values()) == {1}
    owed = cards()
    assert {owed[f"care:{day}"] for day in (DAY, second)} == {6}
    assert {owed[f"board:{day}"] for day in (DAY, second)} == {7}


@pytest.mark.parametrize(
    "jumps",
    [{at(15, 30): HOUR, at(17, 0): -HOUR}, {at(16, 30): -HOUR}, {at(17, 30): HOUR, at(18, 50): -HOUR}],
    ids=["over the reminder and back", "back over the reminder", "over the end and back"],
)
def test_a_task_reminds_once_and_ends_once(brand: Brand, jumps: dict[datetime, timedelta]) -> None:
    with time_machine.travel(at(9), tick=False), transaction() as session:
        task = make_task(session, brand, ends_in=timedelta(hours=9))
        for guide in brand.guides.values():
            make_copy(session, task, guide)
    for now in moments(at(9), at(20), jumps):
        with time_machine.travel(now, tick=False):
            sop_jobs.remind_open()
            sop_jobs.mark_late()
    with transaction() as session:
        assert set(session.scalars(select(Assignment.status))) == {AssignmentStatus.LATE}
        reminders = session.scalars(select(OutgoingMessage.idempotency_key).where(OutgoingMessage.about == f"task:{task.id}"))
        assert len(list(reminders)) == 6


@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])
def test_what_is_owed_goes_out_once_and_nobody_takes_a_living_call_away(
    brand: Brand, platform: ScriptedPlatform, jump: timedelta
) -> None:
    sender = Sender(list(Lane), 1, results.handle)
    with time_machine.travel(at(10), tick=False):
        owe(3, prefix="before")
        platform.then("message/send", RESET, RESET)
        sender.drain()
        with transaction() as session:
            message = session.scalars(select(OutgoingMessage).where(OutgoingMessage.status == MessageStatus.SENT)).one()
            message.status, message.lease_until = MessageStatus.SENDING, func.clock_timestamp() + timedelta(seconds=60)
    with time_machine.travel(at(10) + jump, tick=False):
        assert sweep_jobs.rescue_outbox() == 0, "its sender lives: the lease is the database's to judge"
        owe(2, prefix="after")
        sender.drain()
    for minutes in range(0, 80, 5):
        with time_machine.travel(at(10) + max(jump, timedelta(0)) + timedelta(minutes=minutes), tick=False):
            sender.drain()
    left = Counter(message.status for message in all_messages())
    assert left == {"sent": 4, "sending": 1}
    taken = Counter(call.json["touser"] for call in platform.of("message/send"))
    assert {user: count for user, count in taken.items() if user.startswith("after")} == {"after0": 1, "after1": 1}


@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])
def test_events_of_both_clocks_are_worked_once(brand: Brand, jump: timedelta) -> None:
    def arrive(number: int) -> None:
        with transaction() as session:
            body = {"UserID": "g21a", "ExternalUserID": f"wmJUMP{number}"}
            make_event(session, "change_external_contact", "add_external_contact", body=body)

    with time_machine.travel(at(10), tick=False):
        arrive(1)
    with time_machine.travel(at(10) + jump, tick=False):
        arrive(2)
        road.drain()
        assert sweep_jobs.rescue_inbox() == 0
    with time_machine.travel(at(10) + HOUR + LOOK, tick=False):
        road.drain()
    with transaction() as session:
        assert set(session.scalars(select(InboundEvent.status))) == {EventStatus.DONE}
        followed = select(func.count()).select_from(Follow).where(Follow.followed_at >= at(8))
        assert session.scalar(followed) == 2
        assert session.scalar(select(func.count()).select_from(TimelineEntry).where(TimelineEntry.kind == "added")) == 2
