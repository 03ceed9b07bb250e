"""Greeting: the welcome is owed before anything else of an event, and a bad event does not hold up the others."""

import threading
from datetime import timedelta

from sqlalchemy import func, select

from acquisition.welcomes import Arrival, greet_arrivals
from bot.models import EventStatus, InboundEvent
from bot.road import InboxRoad, greet_one_batch, work_one
from foundation import clock
from foundation.db import transaction
from outbox.models import Lane, MessageStatus, OutgoingMessage
from tests.builders.bot import make_event, make_guide

ADD = ("change_external_contact", "add_external_contact")


def waiting(number: int, **more: str) -> dict[str, str]:
    return {"UserID": "lixiaomei", "ExternalUserID": f"wm{number}", "WelcomeCode": f"C{number}", **more}


def owed() -> list[OutgoingMessage]:
    with transaction() as session:
        return list(
            session.scalars(select(OutgoingMessage).where(OutgoingMessage.lane == Lane.WELCOME).order_by(OutgoingMessage.id))
        )


def keep(*bodies: dict[str, str], change_type: str = ADD[1], waited: float = 0) -> None:
    due_at = clock.now() - timedelta(seconds=waited)
    at = clock.now().replace(microsecond=0)  # the platform counts whole seconds
    with transaction() as session:
        make_guide(session)
        for body in bodies:
            make_event(session, event=ADD[0], change_type=change_type, body=body, lane=0, created_at_platform=at, due_at=due_at)


def lanes() -> list[int]:
    with transaction() as session:
        return list(session.scalars(select(InboundEvent.lane).order_by(InboundEvent.id)))


def test_many_arrivals_are_greeted_at_once_and_passed_on(database: None) -> None:
    keep(*(waiting(number) for number in range(5)))
    assert greet_one_batch() == 5
    assert len(owed()) == 5
    assert lanes() == [1] * 5
    assert greet_one_batch() == 0


def test_a_greeting_and_the_work_after_it_owe_one_welcome(database: None) -> None:
    keep(waiting(1))
    greet_one_batch()
    assert work_one()
    assert len(owed()) == 1
    with transaction() as session:
        assert session.scalar(select(func.count()).where(InboundEvent.status == EventStatus.DONE)) == 1


def test_a_bad_event_in_a_batch_does_not_hold_up_the_others(database: None) -> None:
    keep(waiting(1), {"WelcomeCode": "C2", "ExternalUserID": "wm2"}, waiting(3))
    while greet_one_batch():
        pass
    assert len(owed()) == 2
    assert lanes() == [1, 1, 1]


def test_a_guide_never_heard_of_is_greeted_by_the_work_itself(database: None) -> None:
    keep(waiting(1, UserID="newcomer"))
    assert greet_one_batch() == 1
    assert owed() == []
    assert work_one()
    assert len(owed()) == 1


def test_without_a_welcome_road_the_road_in_greets_what_waited_three_seconds_and_works_it(database: None) -> None:
    keep(waiting(1), waiting(2), waited=4)
    road = InboxRoad(1, threading.Event())
    while road._act():
        pass
    assert len(owed()) == 2
    with transaction() as session:
        assert session.scalar(select(func.count()).where(InboundEvent.status == EventStatus.DONE)) == 2


def test_the_road_in_leaves_a_fresh_arrival_to_the_welcome_road(database: None) -> None:
    keep(waiting(1), waited=1)
    assert InboxRoad(1, threading.Event())._act() == 0
    assert (owed(), lanes()) == ([], [0])


def test_a_bad_event_greeted_on_the_road_in_is_passed_on_too(database: None) -> None:
    keep({"WelcomeCode": "C1", "ExternalUserID": "wm1"}, waited=4)
    InboxRoad(1, threading.Event())._act()
    assert lanes() == [1]


def test_a_code_older_than_its_life_is_not_greeted_but_kept_as_expired(database: None) -> None:
    with transaction() as session:
        make_guide(session)
        late = Arrival("lixiaomei", "wm1", "", "C1", clock.now() - timedelta(seconds=19))
        assert greet_arrivals(session, [late]) == 0
    [row] = owed()
    assert row.status == MessageStatus.EXPIRED
    assert "18 秒" in row.reason


def test_a_welcome_already_owed_is_not_turned_into_a_late_one(database: None) -> None:
    with transaction() as session:
        make_guide(session)
        at = clock.now()
        assert greet_arrivals(session, [Arrival("lixiaomei", "wm1", "", "C1", at)]) == 1
        assert greet_arrivals(session, [Arrival("lixiaomei", "wm1", "", "C1", at - timedelta(seconds=19))]) == 0
    assert [row.status for row in owed()] == [MessageStatus.WAITING]


def test_the_statements_of_a_batch_do_not_grow_with_it(database: None, count_sql) -> None:  # type: ignore[no-untyped-def]
    keep(*(waiting(number) for number in range(20)))
    with count_sql() as statements:
        assert greet_one_batch() == 20
    assert len(statements) <= 12, statements
