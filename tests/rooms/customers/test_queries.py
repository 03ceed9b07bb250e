"""Who sees whom, in how many statements."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from customers import actions as customers
from customers.console_queries import count_added, list_follows_in
from customers.models import Customer, FollowStatus
from customers.queries import (
    count_follows,
    find_customers_by_name,
    get_customer_of,
    page_customers,
    page_timeline,
    recent_tags,
)
from foundation import clock
from foundation.errors import NotFound
from org.models import Role, Staff
from tests.builders.customers import make_follow, make_tags
from tests.builders.org import make_staff

CountSql = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def people(session: Session) -> dict[str, Staff]:
    return {
        "ai": make_staff(session, userid="ai", path="1.2.3.4."),
        "bo": make_staff(session, userid="bo", path="1.2.3.5."),
        "chen": make_staff(session, userid="chen", path="1.2.3.4.", role=Role.STORE_MANAGER),
        "zhao": make_staff(session, userid="zhao", path="1.2.", role=Role.REGIONAL_MANAGER),
        "wang": make_staff(session, userid="wang", path="1.", role=Role.HEADQUARTERS),
        "far": make_staff(session, userid="far", path="1.9.", role=Role.REGIONAL_MANAGER),
    }


def may_see(session: Session, viewer: Staff, external_userid: str) -> bool:
    try:
        return get_customer_of(session, viewer, external_userid)[0].external_userid == external_userid
    except NotFound:
        return False


def test_a_guide_sees_hers_and_managers_their_subtrees(session: Session, people: dict[str, Staff]) -> None:
    make_follow(session, people["ai"], "wm1")
    seen = [name for name, viewer in people.items() if may_see(session, viewer, "wm1")]
    assert seen == ["ai", "chen", "zhao", "wang"]


def test_a_guide_who_deleted_her_sees_her_no_more_but_one_who_was_deleted_does(
    session: Session, people: dict[str, Staff]
) -> None:
    make_follow(session, people["ai"], "wm1", status=FollowStatus.ENDED_BY_GUIDE)
    make_follow(session, people["ai"], "wm2", status=FollowStatus.ENDED_BY_CUSTOMER)
    assert [may_see(session, people["ai"], name) for name in ("wm1", "wm2")] == [False, True]


def test_a_shared_customer_is_seen_through_ones_own_relation(session: Session, people: dict[str, Staff]) -> None:
    make_follow(session, people["bo"], "wm1")
    own = make_follow(session, people["ai"], "wm1")
    assert get_customer_of(session, people["ai"], "wm1")[1].id == own.id


def test_a_timeline_comes_in_pages_of_one_statement(session: Session, people: dict[str, Staff], count_sql: CountSql) -> None:
    follow = make_follow(session, people["ai"], "wm1", name="陈女士")
    for number in range(12):
        at = clock.now() - timedelta(hours=number)
        customers.note_timeline(session, follow.customer_id, "sent", staff_id=None, at=at, once=f"x{number}")
    with count_sql() as statements:
        newest = page_timeline(session, follow.customer_id, limit=10)
    assert len(statements) == 1
    older = page_timeline(session, follow.customer_id, newest[-1].id)
    assert [entry.once for entry in older] == ["x10", "x11"]


def test_who_stands_nowhere_sees_nobody_on_the_console(session: Session, people: dict[str, Staff]) -> None:
    nowhere = [Staff(userid=name, name="", role=Role.GUIDE, path="0.", status="active", created_at=clock.now()) for name in "xy"]
    session.add_all(nowhere)
    session.flush()
    follow = make_follow(session, nowhere[0], "wm1")
    customer, day = session.get_one(Customer, follow.customer_id), timedelta(days=1)
    for viewer in (nowhere[1], Staff(path="")):
        assert list_follows_in(session, viewer, customer) == []
        assert count_added(session, viewer, follow.followed_at - day, follow.followed_at + day) == 0


def test_pages_of_customers_have_no_gap_and_no_overlap(session: Session, people: dict[str, Staff]) -> None:
    now = clock.now()
    for number in range(5):
        make_follow(session, people["ai"], f"wm{number}", at=now - timedelta(days=number // 2))
    first = page_customers(session, people["ai"], limit=3)
    rest = page_customers(session, people["ai"], after=first[-1][1].id, limit=3)
    assert len({customer.external_userid for customer, _, _ in (*first, *rest)}) == 5
    assert page_customers(session, people["bo"]) == []
    assert count_follows(session, people["ai"]) == 5


def test_customers_are_found_by_remark_and_name_in_ones_own_scope(session: Session, people: dict[str, Staff]) -> None:
    make_follow(session, people["ai"], "wm1", name="陈大文")
    make_follow(session, people["ai"], "wm2", name="x").remark = "陈姐100%"
    make_follow(session, people["bo"], "wm3", name="陈三")
    session.flush()
    assert {customer.external_userid for customer, _ in find_customers_by_name(session, people["ai"], " 陈 ")} == {"wm1", "wm2"}
    assert [customer.external_userid for customer, _ in find_customers_by_name(session, people["ai"], "100%")] == ["wm2"]
    assert find_customers_by_name(session, people["ai"], "_%") == []
    assert find_customers_by_name(session, people["ai"], "  ") == []
    assert [one[0].external_userid for one in page_customers(session, people["chen"], q="大文")] == ["wm1"]


def test_the_tags_she_uses_most_come_first(session: Session, people: dict[str, Staff]) -> None:
    one, two, three = make_tags(session, "会员", "送礼", "户外")
    make_follow(session, people["ai"], "wm1", tag_ids=[one.id, two.id])
    make_follow(session, people["ai"], "wm2", tag_ids=[two.id])
    make_follow(session, people["bo"], "wm3", tag_ids=[three.id])
    assert [tag.name for tag in recent_tags(session, people["ai"])] == ["送礼", "会员"]
