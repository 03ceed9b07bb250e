"""Answers of owed calls reach who waits for them, once; the menu is owed when it changed."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from jobs import menu_jobs, results
from outbox.actions import enqueue
from outbox.models import Lane, MessageStatus, OutgoingMessage, ResultStatus

TAKEN: list[int] = []


@pytest.fixture(autouse=True)
def taker(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    TAKEN.clear()
    handlers = {
        "menu/create": menu_jobs.menu_answered,
        "good/call": lambda _session, message: TAKEN.append(message.id),
        "bad/call": lambda _session, _message: 1 / 0,
    }
    monkeypatch.setattr(results, "RESULT_HANDLERS", handlers)


def ended(call: str, status: MessageStatus = MessageStatus.SENT) -> OutgoingMessage:
    with transaction() as session:
        enqueue(session, Lane.BULK, call, {f"key:{call}": {}}, about="test", wants_result=True)
        message = session.scalars(select(OutgoingMessage).where(OutgoingMessage.call == call)).one()
        message.status, message.answer = status, {"errcode": 0}
        return message


def messages() -> list[OutgoingMessage]:
    with transaction() as session:
        return list(session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)))


def test_a_result_is_taken_once_by_sender_or_sweeper() -> None:
    message = ended("good/call")
    results.handle(message)
    results.handle(message)
    assert results.handle_left() == 0
    assert [message.id] == TAKEN
    assert messages()[0].result_status == ResultStatus.HANDLED


def test_the_sweeper_takes_what_a_dead_sender_left() -> None:
    message = ended("good/call")
    assert results.handle_left() == 1
    assert [message.id] == TAKEN


def test_a_result_that_cannot_be_used_is_closed_and_the_road_goes_on() -> None:
    results.handle(ended("bad/call"))
    results.handle(ended("nobodys/call"))
    assert [message.result_status for message in messages()] == [ResultStatus.FAILED] * 2
    assert results.handle_left() == 0


def test_the_menu_is_owed_once_and_again_when_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert menu_jobs.set_menu()
    assert not menu_jobs.set_menu()
    monkeypatch.setenv("PUBLIC_BASE_URL", "http://moved.test")
    settings.cache_clear()
    assert menu_jobs.set_menu()
    monkeypatch.undo()
    settings.cache_clear()
    assert [message.call for message in messages()] == ["menu/create"] * 2


def test_a_refused_menu_is_owed_again_after_an_hour() -> None:
    menu_jobs.set_menu()
    with transaction() as session:
        [message] = session.scalars(select(OutgoingMessage))
        message.status, message.reason = MessageStatus.DEAD, "没有权限"
    results.handle_left()
    assert not menu_jobs.set_menu()
    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=False):
        assert menu_jobs.set_menu()
