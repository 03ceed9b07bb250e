"""Profiles pulled a page at a time."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from customers import actions as customers
from customers.models import Customer, Follow, FollowStatus, TimelineEntry
from customers.queries import list_wanted_customers
from foundation import clock
from org.models import Staff
from tests.builders.customers import detail, find_customer, follow_user, make_follow, make_tags, pulled_row
from tests.builders.org import make_staff

CountSql = Callable[[], AbstractContextManager[list[str]]]
START = clock.now().replace(microsecond=0) - timedelta(days=30)


@pytest.fixture
def ai(session: Session) -> Staff:
    return make_staff(session, userid="ai")


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def follows(session: Session) -> dict[str, str]:
    session.expire_all()
    rows = session.execute(select(Customer.external_userid, Follow.status).join(Follow, Follow.customer_id == Customer.id))
    return {row.external_userid: row.status for row in rows}


def test_a_page_makes_customers_follows_tags_and_history(session: Session, ai: Staff) -> None:
    tag = make_tags(session, "会员")[0]
    row = pulled_row(
        "wm1", "ai", at(1), tags=["et-会员", "st-rule"], state="gd1", remark="陈姐", remark_mobiles=["138 0000 8000"]
    )
    result = customers.apply_pulled(session, [row, pulled_row("wm2", "ai", at(2)), pulled_row("wm1", "bo", at(0))])
    assert (result.rows, result.fresh, result.unknown_tags) == (3, 3, frozenset({"st-rule"}))
    one = session.scalars(select(Customer).where(Customer.external_userid == "wm1")).one()
    assert (one.name, one.phone, one.phone_last4, one.tag_ids) == ("陈女士", "13800008000", "8000", [tag.id])
    bo = session.scalars(select(Staff).where(Staff.userid == "bo")).one()
    assert one.owner_id == bo.id
    follow = session.scalars(select(Follow).where(Follow.customer_id == one.id, Follow.staff_id == ai.id)).one()
    assert (follow.status, follow.followed_at, follow.state, follow.remark) == (FollowStatus.ACTIVE, at(1), "gd1", "陈姐")
    assert sorted(session.scalars(select(TimelineEntry.kind))) == ["added"] * 3


def test_the_phone_is_ciphertext_in_the_table(session: Session, ai: Staff) -> None:
    customers.apply_pulled(session, [pulled_row("wm1", "ai", at(1), remark_mobiles=["13800008000"])])
    raw = session.execute(text("SELECT phone FROM customer")).scalar_one()
    assert b"13800008000" not in bytes(raw)
    customers.apply_pulled(session, [pulled_row("wm1", "ai", at(1))])
    assert session.scalars(select(Customer.phone)).one() == "13800008000"


def test_the_same_page_again_changes_nothing(session: Session, ai: Staff) -> None:
    rows = [pulled_row(f"wm{number}", "ai", at(number)) for number in range(5)]
    customers.apply_pulled(session, rows)
    assert customers.apply_pulled(session, rows).fresh == 0
    assert len(session.scalars(select(TimelineEntry)).all()) == 5


def test_an_empty_page_is_nothing(session: Session) -> None:
    assert customers.apply_pulled(session, []).rows == 0


def test_a_name_of_ten_thousand_characters_is_kept(session: Session, ai: Staff) -> None:
    long = "😀羽" * 5000
    customers.apply_pulled(session, [pulled_row("wm1", "ai", at(1), name=long + "\x00")])
    assert session.scalars(select(Customer.name)).one() == long


def test_a_pull_before_its_event_and_the_event_make_one_adding_with_the_channel(session: Session, ai: Staff) -> None:
    customers.apply_pulled(session, [pulled_row("wm1", "ai", at(1), state="gd1")])
    customers.start_following(session, "ai", "wm1", at=at(1) + timedelta(seconds=1), state="gd1", channel="海报")
    entry = session.scalars(select(TimelineEntry)).one()
    assert entry.facts["channel"] == "海报"


def test_an_event_before_its_pull_makes_one_adding(session: Session, ai: Staff) -> None:
    customers.start_following(session, "ai", "wm1", at=at(1))
    customers.apply_customer(session, detail("wm1", follow_user("ai", at(1) - timedelta(seconds=1))))
    assert session.scalars(select(TimelineEntry.kind)).all() == ["added"]
    assert list_wanted_customers(session, 5) == []


def test_a_wish_newer_than_the_answer_stays(session: Session, ai: Staff) -> None:
    before = clock.now()
    customers.want_pull(session, "wm1")
    customers.apply_customer(session, detail("wm1", follow_user("ai", at(1))), fetched_at=before)
    assert list_wanted_customers(session, 5) == ["wm1"]


def test_who_is_missing_from_a_whole_profile_has_left(session: Session, ai: Staff) -> None:
    bo = make_staff(session, userid="bo")
    for staff in (ai, bo):
        make_follow(session, staff, "wm1", at=at(1))
    customers.apply_customer(session, detail("wm1", follow_user("bo", at(1))))
    ended = session.scalars(select(Follow.staff_id).where(Follow.status == FollowStatus.ENDED_BY_GUIDE)).all()
    assert ended == [ai.id]
    assert session.scalars(select(Customer.owner_id)).one() == bo.id


def test_84061_ends_what_lived_before_the_question_and_spares_the_half(session: Session, ai: Staff) -> None:
    asked = clock.now()
    make_follow(session, ai, "wm1", at=at(1))
    make_follow(session, ai, "wm2", at=at(1), status=FollowStatus.HALF)
    make_follow(session, ai, "wm3", at=asked + timedelta(seconds=1))
    assert [customers.apply_gone(session, name, fetched_at=asked) for name in ("wm1", "wm2", "wm3")] == [1, 0, 0]
    assert follows(session) == {"wm1": "ended_by_guide", "wm2": "half", "wm3": "active"}


def test_a_one_way_relation_is_listed_yet_stays_ended(session: Session, ai: Staff) -> None:
    make_follow(session, ai, "wm1", at=at(1))
    customers.end_following(session, "ai", "wm1", by="customer", at=at(2))
    customers.apply_pulled(session, [pulled_row("wm1", "ai", at(1))])
    assert follows(session) == {"wm1": "ended_by_customer"}


def test_what_a_whole_listing_does_not_show_has_ended(session: Session, ai: Staff) -> None:
    for number in range(3):
        make_follow(session, ai, f"wm{number}", at=at(number))
    since = clock.now()
    customers.apply_pulled(session, [pulled_row("wm1", "ai", at(1))], fetched_at=since)
    assert customers.end_unlisted(session, ["ai"], since, limit=1) == 1
    assert customers.end_unlisted(session, ["ai"], since) == 1
    assert customers.end_unlisted(session, ["ai"], since) == 0
    assert follows(session) == {"wm0": "ended_by_guide", "wm1": "active", "wm2": "ended_by_guide"}


def test_a_page_of_a_hundred_takes_as_many_statements_as_one_of_two(session: Session, ai: Staff, count_sql: CountSql) -> None:
    counts = []
    for size in (2, 100):
        rows = [pulled_row(f"wm{size}-{number}", "ai", at(1), tags=["x"]) for number in range(size)]
        with count_sql() as statements:
            customers.apply_pulled(session, rows)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[1] <= 9


def test_a_pull_that_cannot_be_done_is_put_off(session: Session) -> None:
    customers.want_pull(session, "wm1")
    customers.postpone_pull(session, "wm1", clock.now() + timedelta(minutes=1), fetched_at=clock.now())
    assert list_wanted_customers(session, 5) == []
    found = find_customer(session, "wm1")
    assert found is not None
    assert found.pull_wanted_at is not None


def test_a_pull_that_failed_keeps_a_wish_that_is_newer(session: Session) -> None:
    asked = clock.now()
    customers.want_pull(session, "wm1")
    customers.postpone_pull(session, "wm1", None, fetched_at=asked - timedelta(seconds=1))
    assert list_wanted_customers(session, 5) == ["wm1"]
    customers.postpone_pull(session, "wm1", None, fetched_at=clock.now())
    assert list_wanted_customers(session, 5) == []
