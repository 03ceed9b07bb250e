"""Changes of tags in groups: the same as one after the other, in a few statements, and never in each other's way."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from customers.merging import merge
from customers.models import Customer, Follow, FollowStatus, Tag, TagGroup
from customers.tag_bulk_sql import TAG_UNIONS
from customers.tag_changes import TagChange, Tagged, tag_customers
from customers.tag_marks import Origin
from customers.tag_models import TagMark
from customers.tag_rule_work import end_expired, work_moments
from foundation import clock
from foundation.db import engine, transaction
from foundation.errors import AppError, Conflict, Invalid, NotFound
from org.models import Role, Staff
from outbox.models import Lane, OutgoingMessage
from tests.builders.customers import make_follow, make_tags
from tests.builders.org import make_staff
from tests.rooms.customers.test_tag_rules import opens, running

GUIDES, PEOPLE = 3, 8
# What must be equal: all that a change writes, but for the moment itself and the numbers of rows.
WRITTEN = (
    "SELECT id, tag_ids, platform_tag_ids, tag_revision, tags_writing FROM follow ORDER BY id",
    "SELECT id, tag_ids FROM customer ORDER BY id",
    """SELECT customer_id, staff_id, tag_id, source, by, why, rule_id, expires_at, ended_at IS NULL, ended_by FROM tag_mark
       ORDER BY 1, 2, 3, 5, 6, 8, 9, 10""",
    "SELECT customer_id, staff_id, kind, facts, once FROM timeline_entry WHERE once LIKE 'tags:%' ORDER BY once",
    "SELECT lane, call, payload, idempotency_key, about, status, result_status FROM outgoing_message ORDER BY idempotency_key",
    "SELECT customer_id, due_on FROM customer_tier ORDER BY customer_id",
)
TIERS = """
INSERT INTO customer_tier (customer_id, role, stage, stage_since, rfm, value, warning, due_on, computed_at)
SELECT id, 'fan', 'new', created_at, '', 0, '', '2026-12-01', created_at FROM customer WHERE id % 2 = 0
"""


def _ground(session: Session) -> tuple[list[int], list[int], int]:
    """Staff ids, tag ids and a rule: two groups, one exclusive; a deleted tag, one not on the platform yet; two merged people."""
    boss = make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")
    guides = [make_staff(session, userid=f"g{number}", path="1.2.") for number in range(GUIDES)]
    tags = [*make_tags(session, "甲", "乙", "丙"), *make_tags(session, "小", "中", "大", group="尺码")]
    session.get_one(TagGroup, tags[3].group_id).exclusive = True
    gone, new = make_tags(session, "旧", "新", group="其他")
    gone.removed_at, new.platform_id = clock.now(), None
    for number in range(PEOPLE):
        for place, guide in enumerate(guides):
            status = (FollowStatus.ACTIVE, FollowStatus.HALF, FollowStatus.ENDED_BY_GUIDE)[place and (number + place) % 3]
            known = [tags[number % 6].id, gone.id] if status == FollowStatus.ACTIVE else []
            make_follow(session, guide, f"wm{PEOPLE - number}", status=status, tag_ids=known)
    rule_id = running(session, boss, tags[0])
    merge(session, 1, 5, "hand", "staff:1")
    merge(session, 2, 7, "hand", "staff:1")
    session.flush()
    session.execute(text(TIERS))
    session.execute(TAG_UNIONS, {"ids": session.scalars(select(Customer.id).where(Customer.merged_into_id.is_(None))).all()})
    session.expire_all()
    return [guide.id for guide in guides], [tag.id for tag in (*tags, gone, new)], rule_id


def _changes(dice: random.Random, staff: list[int], tags: list[int], rule_id: int, at: Any) -> list[TagChange]:
    found = []
    for _ in range(dice.randint(1, 30)):
        by = dice.choice(["guide", "console:1", f"rule:{rule_id}", "channel:1", "job:import:3"])
        ruled = by.startswith("rule")
        until = at + timedelta(days=dice.randint(1, 9)) if ruled and dice.random() < 0.7 else None
        origin = Origin(by, dice.choice(["", "为什么", "长" * 250]), rule_id if ruled else None, None, until)
        often = tags[:6] * 8 + [*tags[6:], 999]
        add, remove = (dice.choices(often, k=dice.choice([0, 1, 1, 2])) for _ in range(2))
        found.append(TagChange(dice.randint(1, PEOPLE + 1), dice.choice(staff), origin, add, remove))
    return found


def _all_of(session: Session) -> list[list[Any]]:
    session.flush()
    return [[tuple(row) for row in session.execute(text(asked))] for asked in WRITTEN]


def _told(done: Tagged | AppError) -> object:
    return (type(done), done.message) if isinstance(done, AppError) else (done.follow_id, list(done.tag_ids))


@pytest.mark.parametrize("seed", range(40))
def test_a_group_is_the_same_as_one_after_the_other(session: Session, seed: int) -> None:
    staff, tags, rule_id = _ground(session)
    dice, at = random.Random(seed), clock.now()
    for _ in range(3):
        changes = _changes(dice, staff, tags, rule_id, at)
        with session.begin_nested() as point:
            one_by_one = [_told(tag_customers(session, [change])[0]) for change in changes]
            wanted = _all_of(session)
            point.rollback()
        session.expire_all()
        assert [_told(done) for done in tag_customers(session, changes)] == one_by_one
        assert _all_of(session) == wanted
        for customer in session.scalars(select(Customer).where(Customer.merged_into_id.is_(None))):
            same = select(Customer.id).where(Customer.merged_into_id == customer.id)
            hers = select(Follow.tag_ids).where(Follow.customer_id.in_([customer.id, *session.scalars(same)]))
            lists = session.scalars(hers.where(Follow.status == FollowStatus.ACTIVE)).all()
            assert customer.tag_ids == sorted({tag for one in lists for tag in one})


def test_one_wrong_change_does_not_stop_the_others(session: Session) -> None:
    ai = make_staff(session, userid="ai")
    tags = make_tags(session, "甲", "乙")
    living, ended = make_follow(session, ai, "wm1"), make_follow(session, ai, "wm2", status=FollowStatus.ENDED_BY_GUIDE)
    origin = Origin("job:api:1")
    unheard = ((living.customer_id, 999), (living.customer_id, 2**62))
    places = (*unheard, (ended.customer_id, 1), (77, 1), (living.customer_id, tags[0].id))
    done = tag_customers(session, [TagChange(customer_id, ai.id, origin, [tag_id]) for customer_id, tag_id in places])
    assert [type(one) for one in done] == [Invalid, Invalid, Conflict, NotFound, Tagged]
    assert living.tag_ids == [tags[0].id]
    assert tag_customers(session, []) == []


def test_a_waiting_call_is_moved_up_for_each_of_a_group(session: Session) -> None:
    ai = make_staff(session, userid="ai")
    one, two = make_tags(session, "甲", "乙")
    ids = [make_follow(session, ai, f"wm{number}").customer_id for number in range(3)]
    tag_customers(session, [TagChange(id_, ai.id, Origin("rule:7"), [one.id]) for id_ in ids])
    assert set(session.scalars(select(OutgoingMessage.lane))) == {Lane.TASK}
    tag_customers(session, [TagChange(id_, ai.id, Origin("guide"), [two.id]) for id_ in ids])
    assert session.scalars(select(OutgoingMessage.lane)).all() == [Lane.INTERACTIVE] * 3


def test_what_the_session_holds_is_true_afterwards(session: Session) -> None:
    ai = make_staff(session, userid="ai")
    one, two = make_tags(session, "甲", "乙")
    follow = make_follow(session, ai, tag_ids=[one.id])
    customer = session.get_one(Customer, follow.customer_id)
    tag_customers(session, [TagChange(customer.id, ai.id, Origin("guide"), [two.id], [one.id])])
    assert (follow.tag_ids, follow.tags_writing, follow.tag_revision) == ([two.id], True, 2)
    assert customer.tag_ids == [two.id]


def _people(session: Session, count: int) -> tuple[Staff, list[Tag], list[Follow]]:
    ai = make_staff(session, userid="ai", path="1.2.")
    return ai, make_tags(session, "甲", "乙"), [make_follow(session, ai, f"wm{number:03d}") for number in range(count)]


def test_the_statements_are_those_of_the_group(session: Session, count_sql: Callable[[], Any]) -> None:
    ai, tags, follows = _people(session, 60)
    ids = [follow.customer_id for follow in follows]
    origin = Origin("guide")
    with count_sql() as one:
        tag_customers(session, [TagChange(ids[0], ai.id, origin, [tags[0].id])])
    with count_sql() as many:
        tag_customers(session, [TagChange(id_, ai.id, origin, [tags[0].id]) for id_ in ids[1:]])
    assert (len(one), len(many)) == (2, 2)


def test_rules_work_in_as_many_statements_for_many_as_for_few(session: Session, count_sql: Callable[[], Any]) -> None:
    boss = make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")
    _, tags, follows = _people(session, 60)
    running(session, boss, tags[0], times=2, days=7, expires_days=30)
    counts = []
    for group in (follows[:2], follows[2:]):
        for follow in group:
            opens(session, follow, "羽绒服")
            opens(session, follow, "羽绒服", days_ago=1)
        with count_sql() as statements:
            assert work_moments(session, 1000) == 2 * len(group)
        counts.append(len(statements))
    assert [follow.tag_ids for follow in follows] == [[tags[0].id]] * 60
    assert counts[0] == counts[1] <= 20
    with count_sql() as statements:
        assert end_expired(session, clock.now() + timedelta(days=31), 1000) == 60
    assert [follow.tag_ids for follow in follows] == [[]] * 60
    assert len(statements) <= 10
    assert set(session.scalars(select(TagMark.ended_by))) == {"rule:expired"}


def test_a_look_finds_what_the_look_before_it_gave(session: Session) -> None:
    """Two rules of one exclusive group on one moment, and the first again on the next: the last one's tag stays."""
    boss = make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")
    _, tags, follows = _people(session, 2)
    session.get_one(TagGroup, tags[0].group_id).exclusive = True
    running(session, boss, tags[0])
    running(session, boss, tags[1], match={"words": ["羽绒"]})
    opens(session, follows[0], "羽绒服")
    opens(session, follows[1], "羽绒服")
    opens(session, follows[1], "冲锋衣")
    work_moments(session)
    assert [follow.tag_ids for follow in follows] == [[tags[1].id], [tags[0].id]]


def test_groups_that_cross_never_stop_each_other(database: None) -> None:
    """Groups in any order, over the same people, merged ones too: customers are locked in one order, before their relations."""
    with transaction() as session:
        staff, tags, rule_id = _ground(session)
    failures: list[str] = []

    def deadlocked(context: Any) -> None:
        failures.append(str(context.original_exception))

    def work(seed: int) -> int:
        with transaction() as session:
            return len(tag_customers(session, _changes(random.Random(seed), staff, tags, rule_id, clock.now())))

    event.listen(engine(), "handle_error", deadlocked)
    try:
        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(work, range(120))) > 0
    finally:
        event.remove(engine(), "handle_error", deadlocked)
    assert failures == []
    with transaction() as session:
        for customer in session.scalars(select(Customer).where(Customer.merged_into_id.is_(None))):
            same = select(Customer.id).where(Customer.merged_into_id == customer.id)
            hers = select(Follow.tag_ids).where(Follow.customer_id.in_([customer.id, *session.scalars(same)]))
            lists = session.scalars(hers.where(Follow.status == FollowStatus.ACTIVE)).all()
            assert customer.tag_ids == sorted({tag for one in lists for tag in one})
