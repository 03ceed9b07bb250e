"""Answers of owed calls reach who waits for them, once; the menu is owed when it changed."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from customers.models import Customer, Follow
from customers.tagging import write_tags
from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from jobs import menu_jobs, results
from outbox.actions import enqueue
from outbox.models import Lane, MessageStatus, OutgoingMessage, ResultStatus
from tests.builders.customers import make_follow, make_tags
from tests.builders.org import make_staff

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


def test_a_result_that_cannot_be_used_is_tried_again_a_few_times_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[int] = []
    monkeypatch.setattr(results, "RELEASES", {"bad/call": lambda _session, message: released.append(message.id)})
    results.handle(ended("bad/call"))
    assert messages()[0].result_status == ResultStatus.WANTED
    for _ in range(results.MOST_TRIES - 1):
        assert released == []
        assert results.handle_left() == 1
    assert released == [messages()[0].id]
    assert messages()[0].result_status == ResultStatus.FAILED
    assert results.handle_left() == 0


def test_a_result_nobody_takes_is_closed() -> None:
    results.handle(ended("nobodys/call"))
    assert messages()[0].result_status == ResultStatus.FAILED


def test_a_result_that_the_table_refuses_again_and_again_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(results.RESULT_HANDLERS, "bad/call", lambda session, _m: session.execute(text("SELECT 1 / 0")))
    ended("bad/call")
    while results.handle_left():
        pass
    assert messages()[0].result_status == ResultStatus.FAILED


def test_a_tag_answer_nobody_can_use_does_not_block_the_next_change(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        follow = make_follow(session, make_staff(session, userid="ai"))
        tag = make_tags(session, "会员")[0]
        follow.tag_ids = [tag.id]
        assert write_tags(session, follow)
        message = session.scalars(select(OutgoingMessage)).one()
        message.status = MessageStatus.SENT
    monkeypatch.setitem(results.RESULT_HANDLERS, message.call, lambda _session, _message: 1 / 0)
    while results.handle_left():
        pass
    with transaction() as session:
        assert not session.get_one(Follow, follow.id).tags_writing
        assert session.get_one(Customer, follow.customer_id).pull_wanted_at is not None


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
