"""Events about a customer on the real database: any order, any number of times."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from customers import actions as customers
from customers.models import Consent, Customer, Follow, FollowStatus, TimelineEntry
from customers.queries import find_follow, list_wanted_customers
from customers.rules import NEVER
from foundation import clock
from foundation.audit import AuditEvent
from org.models import Staff
from tests.builders.customers import find_customer, make_follow, make_tags
from tests.builders.org import make_staff

Event = Callable[[Session], object]
START = clock.now().replace(microsecond=0) - timedelta(days=1)


@pytest.fixture
def ai(session: Session) -> Staff:
    return make_staff(session, userid="ai")


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def add(second: int, **more: object) -> Event:
    return lambda session: customers.start_following(session, "ai", "wm1", at=at(second), **more)  # type: ignore[arg-type]


def end(second: int, by: str) -> Event:
    return lambda session: customers.end_following(session, "ai", "wm1", by=by, at=at(second))


def follow_of(session: Session, staff: Staff) -> Follow:
    customer = find_customer(session, "wm1")
    assert customer is not None
    follow = find_follow(session, customer.id, staff.id)
    assert follow is not None
    return follow


def kinds(session: Session) -> list[str]:
    return sorted(session.scalars(select(TimelineEntry.kind)))


STORIES: dict[str, tuple[list[Event], FollowStatus, int]] = {
    "half, confirmed": ([add(1, half=True), add(9)], FollowStatus.ACTIVE, 9),
    "added, the customer left": ([add(1, state="s"), end(5, "customer")], FollowStatus.ENDED_BY_CUSTOMER, 1),
    "left and came back": ([add(1), end(5, "customer"), add(7)], FollowStatus.ACTIVE, 7),
    "both deleted each other": ([add(1), end(5, "customer"), end(6, "guide")], FollowStatus.ENDED_BY_GUIDE, 1),
    "deleted in the second of adding": ([add(1), end(1, "guide")], FollowStatus.ENDED_BY_GUIDE, 1),
    "handed over": ([add(1), end(3, "transfer")], FollowStatus.TRANSFERRED, 1),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_story_told_in_any_order_and_twice_ends_the_same(session: Session, ai: Staff, story: str) -> None:
    events, status, followed = STORIES[story]
    for number, order in enumerate(permutations(events)):
        savepoint = session.begin_nested()
        for event in (*order, *order[::-1]):
            event(session)
        follow = follow_of(session, ai)
        assert (follow.status, follow.followed_at) == (status, at(followed)), (story, number)
        assert (follow.ended_at is None) == (status == FollowStatus.ACTIVE)
        assert len(kinds(session)) == len(events)
        savepoint.rollback()
        session.expire_all()


def test_a_deletion_of_a_stranger_is_kept_for_when_the_adding_comes(session: Session, ai: Staff) -> None:
    end(5, "guide")(session)
    assert follow_of(session, ai).followed_at == NEVER


def test_an_adding_by_an_unknown_guide_makes_her_and_asks_for_both_profiles(session: Session) -> None:
    follow = customers.start_following(session, "stranger", "wm9", at=at(1))
    assert session.get_one(Staff, follow.staff_id).pull_wanted_at is not None
    assert list_wanted_customers(session, 5) == ["wm9"]


def test_an_edit_before_its_adding_asks_for_a_pull_and_makes_the_customer(session: Session) -> None:
    customers.want_pull(session, "wm7")
    customers.want_pull(session, "wm7")
    assert list_wanted_customers(session, 5) == ["wm7"]


def test_the_owner_is_the_first_friend_still_there(session: Session, ai: Staff) -> None:
    bo = make_staff(session, userid="bo")
    customers.start_following(session, "bo", "wm1", at=at(2))
    customers.start_following(session, "ai", "wm1", at=at(1))
    customer = session.scalars(select(Customer)).one()
    assert customer.owner_id == ai.id
    end(9, "customer")(session)
    assert customer.owner_id == bo.id
    customers.end_following(session, "bo", "wm1", by="customer", at=at(9))
    assert customer.owner_id == ai.id


def test_the_customers_tags_are_those_of_living_relations(session: Session, ai: Staff) -> None:
    one, two = make_tags(session, "高客单", "会员")
    bo = make_staff(session, userid="bo")
    make_follow(session, ai, tag_ids=[one.id], at=at(1))
    make_follow(session, bo, tag_ids=[one.id, two.id], at=at(2))
    customers.end_following(session, "ai", "wm1", by="guide", at=at(5))
    assert session.scalars(select(Customer.tag_ids)).one() == [one.id, two.id]
    customers.end_following(session, "bo", "wm1", by="guide", at=at(6))
    assert session.scalars(select(Customer.tag_ids)).one() == []


def test_a_cause_is_noted_once(session: Session, ai: Staff) -> None:
    follow = make_follow(session, ai)
    noted = [
        customers.note_timeline(session, follow.customer_id, "sent", staff_id=ai.id, at=at(1), once="x", title="a")
        for _ in range(2)
    ]
    assert noted == [True, False]
    assert session.scalars(select(TimelineEntry)).one().facts == {"title": "a"}


def test_the_channel_stands_in_the_timeline(session: Session, ai: Staff) -> None:
    add(1, state="gd1", channel="门店海报")(session)
    assert session.scalars(select(TimelineEntry)).one().facts == {"state": "gd1", "channel": "门店海报"}


def test_an_older_contact_never_hides_a_newer_one(session: Session, ai: Staff) -> None:
    follow = make_follow(session, ai)
    for second in (5, 3):
        customers.touch(session, ai.id, follow.customer_id, at(second))
    session.refresh(follow)
    assert follow.last_contact_at == at(5)


def test_a_failed_handover_is_a_word_in_the_timeline(session: Session, ai: Staff) -> None:
    customers.transfer_failed(session, "ai", "wm1", reason="customer_refused", at=at(1))
    assert kinds(session) == ["transfer_failed"]


def test_consent_is_audited_and_said_once(session: Session, ai: Staff) -> None:
    follow = make_follow(session, ai)
    for _ in range(2):
        customers.set_consent(session, follow.customer_id, Consent.NONE, f"staff:{ai.id}", "客户口头要求")
    assert session.get_one(Customer, follow.customer_id).consent == Consent.NONE
    assert kinds(session) == ["consent"]
    assert session.scalars(select(AuditEvent)).one().facts["before"] == "all"
