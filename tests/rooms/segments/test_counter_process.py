"""The counter as a process: it answers what PostgreSQL would, follows changes, and kill -9 loses nothing."""

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select, text

from customers.actions import tag_customer
from customers.models import Customer
from foundation import clock
from foundation.db import transaction
from jobs.segment_jobs import count_again, refresh_alone
from org.models import Role, Staff
from segments import asking, facts, queries, wire
from segments.actions import Draft, save_segment
from segments.models import CustomerFacts, FactsWanted, Segment
from segments.ordering import Order
from segments.rules import parse
from segments.scopes import Scope
from segments.sorting import sorted_page
from tests.builders.customers import make_follow, make_tags
from tests.builders.org import make_staff
from tests.builders.segments import ask_for_facts
from tests.conftest import ROOT

EVERYWHERE = Scope("1.")
TAGGED = parse({"field": "tags", "op": "any_of", "value": [1]})


def eventually(holds: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come true"
        time.sleep(0.05)


class Process:
    """The counter of this test."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "jobs.counter"], cwd=ROOT, env={**os.environ, "LOG_LEVEL": "WARNING"}
        )

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def answers(self) -> bool:
        return queries.ask("count", TAGGED, EVERYWHERE, clock.today()) is not None


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks here waits: a counter that has to share the machine with other tests is not a silent one."""
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 60.0)
    monkeypatch.setattr(asking, "_patience", asking._Patience())


@pytest.fixture
def counter(database: None) -> Iterator[Process]:
    with transaction() as session:
        make_tags(session, "甲")
        guide = make_staff(session)
        for number in range(40):
            make_follow(session, guide, f"wm{number}")
    process = Process()
    try:
        eventually(process.answers)
        yield process
    finally:
        process.kill()


def counted() -> queries.Counted:
    with transaction() as session:
        return queries.counted(session, EVERYWHERE, TAGGED)


def tag(numbers: range) -> None:
    for number in numbers:
        with transaction() as session:
            customer_id = session.scalars(select(Customer.id).where(Customer.external_userid == f"wm{number}")).one()
            guide = session.scalars(select(Staff).where(Staff.userid == "ai")).one()
            tag_customer(session, guide, customer_id, add=[1], by="guide")


def test_the_counter_follows_changes_and_new_places_of_guides(counter: Process) -> None:
    assert counted() == queries.Counted(0, queries.COUNTER, pytest.approx(0, abs=10_000))
    tag(range(5))
    eventually(lambda: counted().count == 5)
    assert counted().by == queries.COUNTER
    with transaction() as session:
        boss = make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")
        save_segment(session, boss, Draft("甲", {"field": "tags", "op": "any_of", "value": [1]}))
    assert count_again() == 1
    with transaction() as session:
        assert session.scalars(select(Segment.count)).one() == 5
        session.execute(text("UPDATE staff SET path = '7.' WHERE userid = 'ai'"))
    eventually(lambda: counted().count == 0)


def test_the_counter_says_whom_of_many_a_rule_holds_for(counter: Process, count_sql, monkeypatch) -> None:
    tag(range(5))
    eventually(lambda: counted().count == 5)
    monkeypatch.setattr(queries, "FIRST_PART", 3)
    monkeypatch.setattr(queries, "PART", 7)
    with transaction() as session:
        everybody = session.scalars(select(Customer.id).order_by(Customer.id)).all()
    with transaction() as session, count_sql() as statements:
        assert queries.among(session, EVERYWHERE, TAGGED, [*everybody, 2**40]) == everybody[4::-1]
        assert queries.among(session, EVERYWHERE, TAGGED, everybody, 2) == [everybody[4], everybody[3]]
        assert queries.among(session, EVERYWHERE, TAGGED, everybody[5:]) == queries.among(session, EVERYWHERE, TAGGED, []) == []
    assert statements == []
    assert queries.ask("among", TAGGED, EVERYWHERE, clock.today(), ids=[2**70]) is None
    assert counter.answers()
    counter.kill()
    with transaction() as session:
        assert queries.among(session, EVERYWHERE, TAGGED, everybody, 2) == [everybody[4], everybody[3]]


def test_the_counter_sorts_as_the_database_does(counter: Process, count_sql) -> None:
    tag(range(5))
    eventually(lambda: counted().count == 5)
    order = Order("added_on", falling=False)
    with transaction() as session, count_sql() as statements:
        first = sorted_page(session, EVERYWHERE, TAGGED, order, None, 3)
        rest = sorted_page(session, EVERYWHERE, TAGGED, order, first[-1], 3)
    assert statements == []
    assert (len(first), len(rest)) == (3, 2)
    told = {"order": {"column": "path", "falling": True}, "limit": 3}
    assert queries.ask("sorted", TAGGED, EVERYWHERE, clock.today(), **told) is None
    assert counter.answers()
    counter.kill()
    with transaction() as session:
        assert sorted_page(session, EVERYWHERE, TAGGED, order, None, 3) == first
        assert sorted_page(session, EVERYWHERE, TAGGED, order, first[-1], 3) == rest


def test_a_killed_counter_loses_nothing(counter: Process) -> None:
    for begin in range(0, 40, 8):
        tag(range(begin, begin + 8))
        counter.kill()
        counter.start()
    eventually(lambda: counter.answers() and counted().count == 40)
    assert counted().by == queries.COUNTER
    with transaction() as session:
        tagged = select(func.count()).select_from(CustomerFacts).where(CustomerFacts.tag_ids.contains([1]))
        assert session.scalar(tagged) == 40
        assert session.scalar(select(func.count()).select_from(FactsWanted)) == 0


def test_without_a_counter_postgresql_answers_and_the_clock_keeps_facts_true(counter: Process) -> None:
    tag(range(3))
    eventually(lambda: counted().count == 3)
    counter.kill()
    tag(range(3, 7))
    # The killed one's connection may hold what it was at until the database has noticed.
    eventually(lambda: (refresh_alone(), counted().count)[1] == 7)
    assert counted().by == queries.DATABASE


def test_the_clock_leaves_facts_to_a_counter_that_leads(counter: Process) -> None:
    with transaction() as session:
        facts.lock_facts(session)
        ask_for_facts(session, [1])
    assert refresh_alone() == 0


@pytest.mark.parametrize("body", [
    b"", b"\x00", b"\xff\xff\xff\xff", struct.pack(">I", 3) + b"{]}", struct.pack(">I", 2) + b"[]", struct.pack(">I", 9) + b"{}",
    struct.pack(">I", 2) + b"{}", struct.pack(">I", 200_000) + b"[" * 200_000,
])  # fmt: skip
def test_no_caller_ends_the_counter(counter: Process, body: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(wire.address()))
        line.settimeout(20)
        line.sendall(body)
        line.shutdown(socket.SHUT_WR)
        while line.recv(1000):
            continue
    assert counted().by == queries.COUNTER
