"""Claims: who gets an event, what a lease and a fence are worth, how an event ends."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot import actions, queries
from bot.models import EventStatus, InboundEvent
from foundation import clock
from foundation.audit import AuditEvent
from foundation.errors import Conflict, NotFound
from tests.builders.bot import make_event


def lease_over(session: Session) -> None:
    session.execute(text("UPDATE inbound_event SET lease_until = clock_timestamp() - interval '1 s' WHERE status = 'working'"))


def test_welcome_codes_are_claimed_first_then_the_longest_waiting(session: Session) -> None:
    late = make_event(session, due_at=clock.now() - timedelta(hours=1))
    urgent = make_event(session, body={"WelcomeCode": "c"})
    assert [claim.id for claim in actions.claim(session, limit=2)] == [urgent.id, late.id]


def test_what_is_not_due_or_of_another_lane_waits(session: Session) -> None:
    make_event(session, due_at=clock.now() + timedelta(minutes=1))
    make_event(session)
    assert actions.claim(session, lanes=(0,)) == []


def test_an_event_is_claimed_once(session: Session) -> None:
    make_event(session)
    assert len(actions.claim(session, limit=5)) == 1
    assert actions.claim(session, limit=5) == []


def test_a_lost_worker_is_replaced_and_its_late_word_counts_no_more(session: Session) -> None:
    make_event(session)
    [first] = actions.claim(session)
    lease_over(session)
    assert actions.rescue_stuck(session) == 1
    [second] = actions.claim(session)
    session.expire_all()
    assert actions.take(session, first) is None
    actions.fail(session, first, "too late", passing=False)
    taken = actions.take(session, second)
    assert taken is not None
    actions.finish(session, taken, EventStatus.DONE)
    assert session.scalars(select(InboundEvent.status)).one() == EventStatus.DONE


def test_an_event_that_kills_five_workers_is_set_aside(session: Session) -> None:
    make_event(session)
    for _ in range(5):
        assert len(actions.claim(session)) == 1
        lease_over(session)
        actions.rescue_stuck(session)
    session.expire_all()
    [aside] = queries.page_aside(session)
    assert "中断" in aside.error


def test_a_running_lease_is_left_alone(session: Session) -> None:
    make_event(session)
    actions.claim(session)
    assert actions.rescue_stuck(session) == 0


def test_passing_trouble_waits_longer_each_time_and_ends_aside(session: Session) -> None:
    event = make_event(session)
    for _ in range(4):
        [claim] = actions.claim(session)
        assert not actions.fail(session, claim, "busy", passing=True)
        session.refresh(event)
        assert event.due_at > clock.now()
        event.due_at = clock.now()
        session.flush()
    [claim] = actions.claim(session)
    assert actions.fail(session, claim, "busy\0" + "x" * 900, passing=True)
    session.refresh(event)
    assert event.status == EventStatus.SET_ASIDE
    assert len(event.error) == 500


def test_given_back_events_do_not_count_as_tried(session: Session) -> None:
    event = make_event(session)
    actions.give_back(session, actions.claim(session))
    session.refresh(event)
    assert (event.status, event.attempts, event.lease_until) == (EventStatus.WAITING, 0, None)


def test_a_set_aside_event_is_replayed_by_hand_and_audited(session: Session) -> None:
    event = make_event(session, status=EventStatus.SET_ASIDE, attempts=5, error="x")
    actions.replay(session, event.id, "staff:1")
    assert (event.status, event.attempts, event.error) == (EventStatus.WAITING, 0, "")
    assert [deed.action for deed in session.scalars(select(AuditEvent))] == ["inbox.replay"]
    with pytest.raises(Conflict):
        actions.replay(session, event.id, "staff:1")
    with pytest.raises(NotFound):
        actions.replay(session, 10**9, "staff:1")


def test_depths_and_ages_are_read(session: Session) -> None:
    make_event(session, due_at=clock.now() - timedelta(minutes=5))
    make_event(session, status=EventStatus.IGNORED)
    make_event(session, status=EventStatus.DONE)
    assert queries.counts(session) == {"waiting": 1, "working": 0, "ignored": 1, "set_aside": 0}
    oldest = queries.oldest_waiting(session)
    assert oldest is not None
    assert clock.now() - oldest > timedelta(minutes=4)
    assert set(queries.last_received(session)) == {"app"}


def test_old_done_and_ignored_events_are_forgotten_and_set_aside_ones_kept(session: Session) -> None:
    old = clock.now() - timedelta(days=100)
    make_event(session, status=EventStatus.DONE, received_at=old)
    make_event(session, status=EventStatus.IGNORED, received_at=old)
    make_event(session, status=EventStatus.SET_ASIDE, received_at=old)
    make_event(session, status=EventStatus.DONE)
    assert actions.forget_old(session, clock.now() - timedelta(days=90)) == 2
