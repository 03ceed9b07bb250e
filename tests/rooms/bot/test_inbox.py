"""The group-commit writer on a real database: everything acknowledged is there, trouble is told, it mends itself."""

import os
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import func, select, text

from bot.inbox import ROOM, Arrival, Inbox
from bot.models import InboundEvent
from foundation import clock
from foundation.db import transaction
from foundation.group_commit import ANSWER_SECONDS, NotKept


def arrival(number: int, name: str = "", lane: int = 1) -> Arrival:
    now = clock.now()
    body = {"number": number, "name": name}
    return Arrival("app", number.to_bytes(32, "big"), "change_external_contact", "add_external_contact", body, lane, now, now)


@pytest.fixture
def writer(database: None) -> Iterator[Inbox]:
    opened = Inbox()
    yield opened
    opened.close()


def stored() -> int:
    with transaction() as session:
        return session.scalar(select(func.count(InboundEvent.id))) or 0


def test_many_senders_each_event_four_times_is_one_row_each(writer: Inbox) -> None:
    numbers = list(range(200))

    def send() -> None:
        for number in numbers:
            writer.keep(arrival(number))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored() == 200


def test_a_long_name_and_four_byte_characters_come_back_whole(writer: Inbox) -> None:
    name = "😀👨‍👩‍👧\u202e" + "王" * 10_000
    writer.keep(arrival(1, name))
    with transaction() as session:
        assert session.scalars(select(InboundEvent)).one().body["name"] == name


def test_keeping_wakes_the_road_with_the_lane(writer: Inbox) -> None:
    with transaction() as session:
        address = session.get_bind().url.render_as_string(hide_password=False).replace("+psycopg", "")  # type: ignore[union-attr]
    with psycopg.connect(address, autocommit=True) as listener:
        listener.execute("LISTEN inbox")
        writer.keep(arrival(1, lane=0))
        assert [note.payload for note in listener.notifies(timeout=60, stop_after=1)] == ["0"]


def test_one_event_the_table_cannot_hold_does_not_take_its_neighbours_down(writer: Inbox) -> None:
    bad = Arrival("app", os.urandom(32), "x", "", {"name": "\0"}, 1, clock.now(), clock.now())
    failures: list[str] = []

    def send(each: Arrival) -> None:
        try:
            writer.keep(each)
        except NotKept as error:
            failures.append(str(error))

    events = [*map(arrival, range(20)), bad, *map(arrival, range(20, 40))]
    threads = [threading.Thread(target=send, args=(each,)) for each in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored() == 40
    assert len(failures) == 1


def test_a_cut_connection_is_replaced_without_losing_the_event(writer: Inbox) -> None:
    writer.keep(arrival(1))
    with transaction() as session:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gd-inbox'"
        session.execute(text(cut))
    writer.keep(arrival(2))
    assert stored() == 2


def test_a_hanging_table_is_answered_in_time_and_a_full_queue_at_once(writer: Inbox) -> None:
    with transaction() as session:
        session.execute(text("LOCK TABLE inbound_event IN ACCESS EXCLUSIVE MODE"))
        began = time.monotonic()
        with pytest.raises(NotKept):
            writer.keep(arrival(1), seconds=0.2)
        assert time.monotonic() - began < ANSWER_SECONDS
        for number in range(ROOM + 1):
            try:
                writer.keep(arrival(number), seconds=0)
            except NotKept as error:
                last = str(error)
        assert last == "the queue is full"
    while stored() < ROOM:
        time.sleep(0.05)
    writer.keep(arrival(99_999))
