"""The road in with its real threads and connections: woken at once, nothing doubled, alive after the database was away."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from bot.models import EventStatus, InboundEvent
from bot.road import InboxRoad, WelcomeRoad
from customers.models import Follow, TimelineEntry
from foundation import clock
from foundation.db import engine, transaction
from outbox.models import OutgoingMessage
from tests.builders.bot import deliver, event_xml, make_guide

ADD = ("change_external_contact", "add_external_contact")


@pytest.fixture
def road(client: FlaskClient) -> Iterator[InboxRoad]:
    with transaction() as session:
        make_guide(session)
    stop = threading.Event()
    opened, welcome = InboxRoad(4, stop), WelcomeRoad(stop)
    opened.threads += welcome.threads
    for thread in opened.threads:
        thread.start()
    yield opened
    stop.set()
    ends = time.monotonic() + 60
    while any(thread.is_alive() for thread in opened.threads):
        assert time.monotonic() < ends, "the road did not end"
        for each in (opened, welcome):
            each._bell.ring()
        time.sleep(0.02)


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not come about"
        time.sleep(0.01)


def count(model: type, *where: object) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def add(client: FlaskClient, number: int, at: datetime | None = None, **fields: str) -> None:
    xml = event_xml(*ADD, at=at, UserID="lixiaomei", ExternalUserID=f"wm{number}", **fields)
    assert deliver(client, xml).status_code == 200


def done() -> int:
    return count(InboundEvent, InboundEvent.status == EventStatus.DONE)


@pytest.fixture
def no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is not woken sleeps on."""
    monkeypatch.setattr("bot.road.POLL_SECONDS", 3600.0)


def test_a_welcome_is_owed_without_waiting_for_a_poll(client: FlaskClient, no_poll: None, road: InboxRoad) -> None:
    for number in range(5):
        add(client, number, WelcomeCode=f"C{number}")
        until(lambda wanted=number + 1: count(OutgoingMessage) == wanted)  # type: ignore[misc]


def test_many_events_are_shared_by_the_workers_and_worked_once_each(client: FlaskClient, road: InboxRoad) -> None:
    at = clock.now()
    for number in range(300):
        add(client, number % 100, at, WelcomeCode=f"C{number}" if number % 10 == 0 else "", Extra=str(number))
    until(lambda: done() == 300)
    assert count(Follow) == 100
    assert count(TimelineEntry, TimelineEntry.kind == "added") == 100
    assert count(OutgoingMessage) == 30
    with transaction() as session:
        assert set(session.scalars(select(InboundEvent.attempts))) <= {1, 2}


def test_every_connection_cut_the_road_goes_on_by_itself(client: FlaskClient, road: InboxRoad) -> None:
    add(client, 1)
    until(lambda: done() == 1)
    engine().dispose()
    with engine().connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))
    add(client, 2)
    until(lambda: done() == 2)
    assert all(thread.is_alive() for thread in road.threads)


def test_an_event_of_a_killed_worker_is_worked_again(client: FlaskClient, road: InboxRoad) -> None:
    with transaction() as session:
        session.add(
            InboundEvent(
                receiver="app", digest=b"x" * 32, event=ADD[0], change_type=ADD[1], lane=0,
                status=EventStatus.WORKING, attempts=1,
                body={"UserID": "lixiaomei", "ExternalUserID": "wm", "WelcomeCode": "C"}, due_at=clock.now(),
                lease_until=clock.now(), created_at_platform=clock.now(), received_at=clock.now(),
            )
        )  # fmt: skip
    until(lambda: done() == 1)
