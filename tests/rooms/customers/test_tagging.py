"""Tagging: at once here, one call at a time on the platform, credited once."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from customers import actions as customers
from customers.merging import merge
from customers.models import Customer, Follow, FollowStatus, Tag, TimelineEntry
from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotFound
from org.models import Staff
from outbox.models import Lane, MessageStatus, OutgoingMessage
from tests.builders.customers import detail, follow_user, make_follow, make_tags
from tests.builders.org import make_staff


@pytest.fixture
def ai(session: Session) -> Staff:
    return make_staff(session, userid="ai")


@pytest.fixture
def tags(session: Session) -> list[Tag]:
    return make_tags(session, "高客单", "会员", "送礼")


@pytest.fixture
def follow(session: Session, ai: Staff) -> Follow:
    return make_follow(session, ai)


def owed(session: Session) -> list[OutgoingMessage]:
    return list(session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)))


def lists(message: OutgoingMessage) -> Json:
    return {key: value for key, value in message.payload.items() if key.endswith("_tag")}


def answered(session: Session, message: OutgoingMessage, status: MessageStatus = MessageStatus.SENT, reason: str = "") -> None:
    message.status, message.reason = status, reason
    customers.tags_written(session, message)


def entries(session: Session) -> list[tuple[str, list[str]]]:
    return [
        (one.kind, one.facts["add"])
        for one in session.scalars(select(TimelineEntry).order_by(TimelineEntry.id))
        if "add" in one.facts
    ]


def test_tagging_is_true_here_at_once_and_owed_to_the_platform(
    session: Session, ai: Staff, follow: Follow, tags: list[Tag]
) -> None:
    customers.tag_customer(session, ai, follow.customer_id, add=[tags[0].id], by="guide")
    assert session.scalars(select(Customer.tag_ids)).one() == [tags[0].id]
    message = owed(session)[0]
    assert (message.lane, message.call) == (Lane.INTERACTIVE, "externalcontact/mark_tag")
    assert message.payload == {"userid": "ai", "external_userid": "wm1", "add_tag": ["et-高客单"]}
    assert entries(session) == [("tagged", ["高客单"])]


def test_changes_during_a_call_wait_for_its_answer_and_go_out_together(
    session: Session, ai: Staff, follow: Follow, tags: list[Tag]
) -> None:
    one, two, three = (tag.id for tag in tags)
    customers.tag_customer(session, ai, follow.customer_id, add=[one], by="guide")
    customers.tag_customer(session, ai, follow.customer_id, add=[two, three], by="guide")
    customers.tag_customer(session, ai, follow.customer_id, remove=[one, three], by="guide")
    assert len(owed(session)) == 1
    answered(session, owed(session)[0])
    assert lists(owed(session)[1]) == {"add_tag": ["et-会员"], "remove_tag": ["et-高客单"]}
    answered(session, owed(session)[1])
    assert len(owed(session)) == 2
    assert follow.platform_tag_ids == [two]


def test_an_undo_before_the_call_is_answered_ends_where_it_began(
    session: Session, ai: Staff, follow: Follow, tags: list[Tag]
) -> None:
    customers.tag_customer(session, ai, follow.customer_id, add=[tags[0].id], by="guide")
    customers.tag_customer(session, ai, follow.customer_id, remove=[tags[0].id], by="guide")
    answered(session, owed(session)[0])
    assert lists(owed(session)[1]) == {"remove_tag": ["et-高客单"]}


def test_tagging_what_is_tagged_is_nothing(session: Session, ai: Staff, follow: Follow, tags: list[Tag]) -> None:
    for _ in range(2):
        customers.tag_customer(session, ai, follow.customer_id, add=[tags[0].id], by="guide")
    assert len(entries(session)) == 1


def test_a_refusal_is_told_and_the_truth_is_pulled(session: Session, ai: Staff, follow: Follow, tags: list[Tag]) -> None:
    customers.tag_customer(session, ai, follow.customer_id, add=[tags[0].id], by="guide")
    answered(session, owed(session)[0], MessageStatus.DEAD, "客户已不是该导购的好友")
    assert follow.tags_writing is False
    assert session.get_one(Customer, follow.customer_id).pull_wanted_at is not None
    customers.tag_customer(session, ai, follow.customer_id, add=[tags[1].id], by="guide")
    assert lists(owed(session)[1]) == {"add_tag": ["et-高客单", "et-会员"]}


def test_our_own_tag_seen_in_a_pull_is_not_counted_twice(session: Session, ai: Staff, follow: Follow, tags: list[Tag]) -> None:
    customers.tag_customer(session, ai, follow.customer_id, add=[tags[0].id], by="guide")
    seen = detail("wm1", follow_user("ai", follow.followed_at, tags=["et-高客单"]))
    customers.apply_customer(session, seen)
    answered(session, owed(session)[0])
    customers.apply_customer(session, seen)
    assert entries(session) == [("tagged", ["高客单"])]


def test_an_answer_asked_for_before_the_tag_was_written_does_not_take_it_away(
    session: Session, ai: Staff, follow: Follow, tags: list[Tag]
) -> None:
    before = clock.now()
    customers.tag_customer(session, ai, follow.customer_id, add=[tags[0].id], by="guide")
    answered(session, owed(session)[0])
    customers.apply_customer(session, detail("wm1", follow_user("ai", follow.followed_at)), fetched_at=before)
    session.refresh(follow)
    assert follow.tag_ids == [tags[0].id]


def test_what_the_guide_tags_in_her_client_is_hers(session: Session, ai: Staff, follow: Follow, tags: list[Tag]) -> None:
    customers.apply_customer(session, detail("wm1", follow_user("ai", follow.followed_at, tags=["et-会员"])))
    assert entries(session) == [("tagged", ["会员"])]
    assert owed(session) == []
    customers.apply_customer(session, detail("wm1", follow_user("ai", follow.followed_at)))
    assert entries(session)[1] == ("untagged", [])
    session.refresh(follow)
    assert (follow.tag_ids, follow.platform_tag_ids) == ([], [])


def test_a_half_added_customers_tags_wait_until_she_is_confirmed(session: Session, ai: Staff, tags: list[Tag]) -> None:
    follow = make_follow(session, ai, "wm2", status=FollowStatus.HALF)
    customers.tag_customer(session, ai, follow.customer_id, add=[tags[0].id], by="channel:1")
    assert owed(session) == []
    customers.apply_customer(session, detail("wm2", follow_user("ai", follow.followed_at)))
    assert lists(owed(session)[0]) == {"add_tag": ["et-高客单"]}
    assert entries(session) == [("auto_tagged", ["高客单"])]


def test_who_does_not_follow_her_may_not_tag_her(session: Session, ai: Staff, follow: Follow, tags: list[Tag]) -> None:
    with pytest.raises(NotFound):
        customers.tag_customer(session, make_staff(session, userid="bo"), follow.customer_id, add=[tags[0].id], by="guide")
    with pytest.raises(NotFound):
        customers.tag_customer(session, ai, 999, add=[tags[0].id], by="guide")


def test_an_ended_relation_takes_no_tags(session: Session, ai: Staff, follow: Follow, tags: list[Tag]) -> None:
    customers.end_following(session, "ai", "wm1", by="customer", at=clock.now())
    with pytest.raises(Conflict):
        customers.tag_customer(session, ai, follow.customer_id, add=[tags[0].id], by="guide")


def test_a_tag_that_is_gone_or_not_yet_on_the_platform_is_refused(
    session: Session, ai: Staff, follow: Follow, tags: list[Tag]
) -> None:
    tags[0].removed_at, tags[1].platform_id = clock.now(), None
    session.flush()
    for number in (tags[0].id, tags[1].id, 999):
        with pytest.raises(Invalid):
            customers.tag_customer(session, ai, follow.customer_id, add=[number], by="guide")


def test_the_answer_of_a_call_for_a_row_that_is_gone_is_nothing(session: Session) -> None:
    now = clock.now() + timedelta(0)
    lost = OutgoingMessage(
        lane=Lane.BULK, call="x", payload={}, idempotency_key="k", about="follow:9", due_at=now, created_at=now
    )
    customers.tags_written(session, lost)


def test_a_tap_keeps_the_tags_of_both_accounts_of_one_person(
    session: Session, ai: Staff, follow: Follow, tags: list[Tag]
) -> None:
    """Both were his friends before they were found to be one: the second relation stays where it is."""
    other = make_follow(session, ai, "wm2", tag_ids=[tags[1].id])
    merge(session, follow.customer_id, other.customer_id, "hand", "staff:1")
    session.expire_all()
    customers.tag_customer(session, ai, follow.customer_id, add=[tags[0].id], by="guide")
    assert session.get_one(Customer, follow.customer_id).tag_ids == [tags[0].id, tags[1].id]
    customers.tag_customer(session, ai, other.customer_id, add=[tags[2].id], by="guide")
    assert session.get_one(Customer, follow.customer_id).tag_ids == [one.id for one in tags]
