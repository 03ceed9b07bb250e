"""What uses up a message's patience and what does not, step by step; and one bad outcome among good ones."""

import threading
from datetime import timedelta

import pytest
import time_machine

from foundation import clock
from foundation.db import transaction
from outbox import actions
from outbox.claims import Outcome, claim, record
from outbox.models import Lane, MessageStatus
from outbox.recording import Recorder
from outbox.rules import UNREPEATABLE
from outbox.sender import Sender
from tests.builders.outbox import all_messages, owe
from tests.builders.platform import RESET, Raw, ScriptedPlatform, errcode

ADD_WAY = "externalcontact/add_contact_way"


def drain() -> int:
    return Sender(tuple(Lane), 4, lambda _message: None).drain()


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(seconds=seconds), tick=False)


def test_waiting_for_a_throttled_api_uses_no_patience(platform: ScriptedPlatform) -> None:
    platform.then("message/send", *[errcode(45009)] * 6, errcode(-1))
    owe()
    for minute in range(7):
        with later(61 * minute):
            drain()
    (row,) = all_messages()
    assert (row.status, row.attempts, row.tries, row.losses) == (MessageStatus.WAITING, 7, 1, 0)
    with later(61 * 7):
        drain()
    assert all_messages()[0].status == MessageStatus.SENT


def test_calls_given_back_use_no_patience(platform: ScriptedPlatform) -> None:
    owe()
    for _ in range(30):
        with transaction() as session:
            [claimed] = claim(session, {Lane.TASK: 1}, now=clock.now())
            record(session, [Outcome(claimed, MessageStatus.WAITING)])
    platform.then("message/send", errcode(-1))
    drain()
    (row,) = all_messages()
    assert (row.status, row.attempts, row.tries) == (MessageStatus.WAITING, 31, 1)


def test_failures_are_bounded(platform: ScriptedPlatform) -> None:
    platform.always["message/send"] = errcode(-1)
    owe()
    for minute in range(8):
        with later(60 * minute):
            drain()
    (row,) = all_messages()
    assert (row.status, row.tries, len(platform.of("message/send"))) == (MessageStatus.DEAD, 4, 4)


@pytest.mark.parametrize("fault", [RESET, Raw(b"", status=502)])
def test_a_code_that_may_have_been_made_is_asked_for_once_more_only(platform: ScriptedPlatform, fault: object) -> None:
    platform.always[ADD_WAY] = fault
    with transaction() as session:
        actions.enqueue(session, Lane.INTERACTIVE, ADD_WAY, {"w": {"state": "gd1"}}, about="code:1")
    for minute in range(6):
        with later(60 * minute):
            drain()
    (row,) = all_messages()
    assert (row.status, row.reason) == (MessageStatus.DEAD, UNREPEATABLE[ADD_WAY])
    assert len(platform.of(ADD_WAY)) == 2


def test_an_outcome_the_table_does_not_take_costs_its_neighbours_nothing(platform: ScriptedPlatform) -> None:
    owe(5)
    with transaction() as session:
        claims = claim(session, {Lane.TASK: 5}, now=clock.now())
    recorder, done = Recorder(lambda _message: None), threading.Event()
    for number, claimed in enumerate(claims):
        errcode_ = 10**30 if number == 3 else 0
        recorder.add(Outcome(claimed, MessageStatus.SENT, errcode_, "", {"msgid": f"m{number}"}, sent_at=clock.now()))
    done.set()
    recorder.run(done)
    rows = all_messages()
    assert {row.status for row in rows} == {MessageStatus.SENT}
    assert [row.answer and row.answer["msgid"] for row in rows] == ["m0", "m1", "m2", None, "m4"]
