"""Guides, rules, batches and their undo on the same customers at the same time: no deadlock, no tap lost, marks that fit."""

import random
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from customers.batches import start_batch, work_batch
from customers.models import Customer, Follow
from customers.tag_models import TagMark, TagMoment
from customers.tag_rule_actions import save_rule, switch_on
from customers.tag_rule_work import work_moments
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
