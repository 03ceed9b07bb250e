"""The background processes as they really run: started, stopped kindly, killed without warning."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.models import EventStatus, InboundEvent
from foundation.db import transaction
from foundation.health import CLOCK_LEADER
from foundation.leader import is_led
from jobs.broker import ask, make_broker
from outbox.models import OutgoingMessage
from tests.builders.bot import make_event, make_guide

ROOT = Path(__file__).parent.parent.parent
Starts = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(database: None) -> Iterator[Starts]:
    """Start a module of the product as a process; what still runs at the end is killed."""
    running: list[subprocess.Popen[bytes]] = []

    def starts(*words: str) -> "subprocess.Popen[bytes]":
        running.append(subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=os.environ.copy(), start_new_session=True))
        return running[-1]

    yield starts
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not come about"
        time.sleep(0.05)


def stops_kindly(process: "subprocess.Popen[bytes]") -> bool:
    process.send_signal(signal.SIGTERM)
    return process.wait(15) == 0


def led() -> bool:
    with transaction() as session:
        return is_led(session, CLOCK_LEADER)


def count(model: type, *where: object) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def keep(number: int) -> None:
    with transaction() as session:
        for each in range(number):
            body = {"UserID": "lixiaomei", "ExternalUserID": f"wm{each}"}
            make_event(session, "change_external_contact", "add_external_contact", body=body)


def test_a_standby_clock_leads_after_the_leader_was_killed(start: Starts) -> None:
    first = start("jobs.clock")
    until(led)
    second = start("jobs.clock")
    time.sleep(2)
    first.kill()
    first.wait()
    until(led, 15)
    assert stops_kindly(second)
    assert not led()


def test_a_worker_does_the_job_it_is_asked_for_and_comes_back_for_a_killed_ones(start: Starts) -> None:
    worker = start("dramatiq", "jobs.worker", "--processes", "1", "--threads", "2")
    ask(make_broker(), "bot.set_menu")
    until(lambda: count(OutgoingMessage, OutgoingMessage.call == "menu/create") == 1)
    ask(make_broker(), "bot.set_menu")
    assert stops_kindly(worker)
    assert count(OutgoingMessage) == 1


def test_the_road_in_is_killed_and_nothing_is_lost_or_doubled(start: Starts) -> None:
    with transaction() as session:
        make_guide(session)
    keep(200)
    first = start("jobs.roads", "in")
    until(lambda: count(InboundEvent, InboundEvent.status == EventStatus.DONE) > 20)
    first.kill()
    first.wait()
    left = count(InboundEvent, InboundEvent.status == EventStatus.WORKING)
    second = start("jobs.roads", "in")
    until(lambda: count(InboundEvent, InboundEvent.status == EventStatus.DONE) >= 200 - left)
    with transaction() as session:
        for event in session.scalars(select(InboundEvent).where(InboundEvent.status == EventStatus.WORKING)):
            event.lease_until = event.received_at
    until(lambda: count(InboundEvent, InboundEvent.status == EventStatus.DONE) == 200)
    assert stops_kindly(second)
    from_events = {"customer": 200, "follow": 200, "timeline_entry": 200}
    with transaction() as session:
        for table, wanted in from_events.items():
            assert session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == wanted
