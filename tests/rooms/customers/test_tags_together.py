"""Guides, rules, batches and their undo on the same customers at the same time: no deadlock, no tap lost, marks that fit."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select, text

from customers.batches import start_batch, work_batch
from customers.merging import merge
from customers.models import Customer, Follow
from customers.tag_changes import TagChange, tag_customers
from customers.tag_marks import Origin
from customers.tag_models import TagMark, TagMoment
from customers.tag_rule_actions import save_rule, switch_on
from customers.tag_rule_work import end_expired, work_moments
from customers.tag_rules import RuleDraft
from customers.tag_writing import hand_on
from customers.tagging import tag_customer
from foundation import clock
from foundation.db import transaction
from org.models import Role
from org.queries import find_staff
from tests.builders.customers import make_follow, make_tags
from tests.builders.org import make_staff

PEOPLE = 12


def tap(seed: int) -> None:
    """One guide's tap on one customer: tag 1 of the first, 2 of the second."""
    dice = random.Random(seed)
    guide, tag_id = ("ai", 1) if seed % 2 else ("bo", 2)
    with transaction() as session:
        staff = find_staff(session, guide)
        assert staff is not None
        wanted = {"add": [tag_id]} if seed % 4 else {"remove": [tag_id]}
        tag_customer(session, staff, dice.randrange(PEOPLE) + 1, by="guide", **wanted)


def test_two_guides_tap_one_customer_at_once_and_both_taps_hold(database: None) -> None:
    with transaction() as session:
        make_tags(session, "高客单", "会员")
        for userid in ("ai", "bo"):
            make_follow(session, make_staff(session, userid=userid), "wm1")

    def give(guide: str, tag_id: int) -> None:
        with transaction() as session:
            staff = find_staff(session, guide)
            assert staff is not None
            tag_customer(session, staff, 1, add=[tag_id], by="guide")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(give, ("ai", "bo", "ai", "bo"), (1, 2, 2, 1)))
    with transaction() as session:
        assert session.get_one(Customer, 1).tag_ids == [1, 2]
        assert [follow.tag_ids for follow in session.scalars(select(Follow))] == [[1, 2], [1, 2]]
        assert len(session.scalars(select(TagMark)).all()) == 4


def _waiting() -> int:
    told = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    with transaction() as session:
        return int(session.scalar(told) or 0)


def test_the_row_of_a_mark_is_not_locked_before_the_row_she_lives_on(database: None) -> None:
    """Whoever holds the first row may take the second: the end of a tag waits for the first with nothing in its hands."""
    with transaction() as session:
        [tag] = make_tags(session, "高客单")
        ai = make_staff(session, userid="ai")
        home, gone = (make_follow(session, ai, name).customer_id for name in ("wma", "wmz"))
        merge(session, home, gone, "hand", "staff:1")
        tag_customers(session, [TagChange(gone, ai.id, Origin("rule:1", expires_at=clock.now() + clock.days(1)), [tag.id])])

    def end_tags() -> int:
        with transaction() as session:
            return end_expired(session, clock.now() + clock.days(2))

    locked = text("SELECT id FROM customer WHERE id = :id FOR UPDATE NOWAIT")
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            session.execute(locked, {"id": home})
            ended, until = pool.submit(end_tags), time.monotonic() + 60
            while not _waiting() and time.monotonic() < until:
                time.sleep(0.02)
            session.execute(locked, {"id": gone})
        assert ended.result() == 1
    with transaction() as session:
        assert not any(session.scalars(select(Follow.tag_ids)))


def test_batches_rules_and_taps_beside_each_other(database: None) -> None:
    with transaction() as session:
        tags = make_tags(session, "高客单", "会员", "送礼", "爱看直播")
        boss = make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")
        for userid in ("ai", "bo"):
            guide = make_staff(session, userid=userid)
            for number in range(PEOPLE):
                make_follow(session, guide, f"wm{PEOPLE - number:02d}")
        who = {"customers": list(range(1, PEOPLE + 1))}
        batches = [start_batch(session, boss, "tag", who, {"tag": tags[2].id}, f"b{number}").id for number in range(3)]
        rule = save_rule(session, boss, RuleDraft("看过", tags[3].id, "open"))
        switch_on(session, boss, rule.id, rule.revision)
        for customer_id in range(1, PEOPLE + 1):
            session.add(TagMoment(customer_id=customer_id, event="open", facts={}, at=clock.now()))

    def deed(seed: int) -> None:
        match seed % 8:
            case 0:
                with transaction() as session:
                    work_batch(session, batches[seed // 8 % 3], 3)
            case 1:
                with transaction() as session:
                    work_moments(session, 4)
            case 2:
                with transaction() as session:
                    hand_on(session, 4)
            case _:
                tap(seed)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(deed, range(160)))
    with transaction() as session:
        for customer in session.scalars(select(Customer)):
            follows = session.scalars(select(Follow).where(Follow.customer_id == customer.id)).all()
            assert customer.tag_ids == sorted({tag for follow in follows for tag in follow.tag_ids})
            assert {tags[2].id, tags[3].id} <= set(customer.tag_ids)
            live = select(TagMark.tag_id).where(TagMark.customer_id == customer.id, TagMark.ended_at.is_(None))
            assert sorted(session.scalars(live)) == sorted(tag for follow in follows for tag in follow.tag_ids)
