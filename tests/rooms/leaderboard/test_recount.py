"""Facts of a day come from their sources alone, so nothing counts twice and what vanished is zero again."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from content_library.models import ItemSend
from customers.models import FollowStatus
from foundation import clock
from leaderboard import actions, queries
from leaderboard.models import GuideDay
from leaderboard.rules import Facts, points
from org.models import Staff
from sop.models import AssignmentStatus, CareDone, CareNode
from tests.builders.leaderboard import make_known, make_moment, make_send, make_tagged, make_version
from tests.builders.sop import Brand, make_brand, make_copy, make_follow, make_task


@pytest.fixture
def brand(noon: None, session: Session) -> Brand:
    return make_brand(session)


def recount(session: Session, brand: Brand) -> Facts:
    actions.recount_day(session, clock.today())
    session.expire_all()
    return queries.facts_of(session, brand.ai, clock.today())


def test_every_source_is_counted_on_its_day_and_only_there(session: Session, brand: Brand) -> None:
    noon, day = clock.at(clock.today(), 12), timedelta(days=1)
    version = make_version(session)
    first = make_known(session, brand.ai, "wm1")
    make_known(session, brand.ai, "wm2", days_ago=1)
    make_moment(session, make_follow(session, brand.ai, "wm3", status=FollowStatus.HALF), "half_added", noon)
    make_moment(session, make_known(session, brand.ai, "wm4", days_ago=9), "ended", noon, by="customer")
    make_moment(session, make_known(session, brand.ai, "wm5", days_ago=9), "ended", noon, by="transfer")
    make_moment(session, make_known(session, brand.ai, "wm6", days_ago=9), "ended", noon - day, by="guide")
    for at in (noon, noon, noon - day, noon + day):
        make_send(session, version, brand.ai, first.customer_id, at)
    for at in (noon, noon + timedelta(hours=1), clock.start_of(clock.today()) - timedelta(microseconds=1)):
        make_tagged(session, brand.ai, first.customer_id, at)
    task = make_task(session, brand, ends_in=timedelta(days=2))
    make_copy(session, task, brand.ai, status=AssignmentStatus.DONE, done_at=noon)
    late = make_task(session, brand, ends_in=timedelta(days=-2))
    make_copy(session, late, brand.ai, status=AssignmentStatus.DONE, done_at=noon)
    node = CareNode(day=1, title="问候", advice="")
    other = CareNode(day=2, title="回访", advice="")
    session.add_all([node, other])
    session.flush()
    for each, outcome in ((node, "done"), (other, "skip")):
        done = CareDone(follow_id=first.id, node_id=each.id, since=clock.today(), guide_id=brand.ai.id, outcome=outcome, at=noon)
        session.add(done)
    session.flush()
    facts = recount(session, brand)
    assert facts == Facts(adds=1, losses=1, tagged=1, sends=2, touched=1, tasks_done=1, tasks_late=1, cares_done=1)
    row = session.get_one(GuideDay, (clock.today(), brand.ai.id))
    assert (row.points, row.store_id, row.path) == (points(facts), brand.ai.store_id, brand.ai.path)


def test_recounting_again_changes_nothing(session: Session, brand: Brand) -> None:
    make_known(session, brand.ai, "wm1")
    make_known(session, brand.bo, "wm1")
    assert [actions.recount_day(session, clock.today()) for _ in range(2)] == [2, 0]


def test_one_customer_pays_once_a_day_however_often_she_is_written_to(session: Session, brand: Brand) -> None:
    version, follow = make_version(session), make_follow(session, brand.ai, "wm1", days_ago=3)
    noon = clock.at(clock.today(), 12)
    for _ in range(20):
        make_send(session, version, brand.ai, follow.customer_id, noon)
        make_tagged(session, brand.ai, follow.customer_id, noon)
    facts = recount(session, brand)
    assert (facts.sends, facts.tagged, facts.touched, points(facts)) == (20, 1, 1, 1)


def test_facts_that_vanished_go_back_to_zero(session: Session, brand: Brand) -> None:
    version, follow = make_version(session), make_follow(session, brand.ai, "wm1", days_ago=3)
    make_send(session, version, brand.ai, follow.customer_id, clock.at(clock.today(), 12))
    assert recount(session, brand).sends == 1
    session.execute(delete(ItemSend))
    assert recount(session, brand) == Facts()
    assert session.get_one(GuideDay, (clock.today(), brand.ai.id)).points == 0


def test_points_stay_with_the_store_she_stood_in_that_day(session: Session, brand: Brand) -> None:
    yesterday = clock.today() - timedelta(days=1)
    make_known(session, brand.ai, "wm1")
    make_known(session, brand.ai, "wm2", days_ago=1)
    for on in (clock.today(), yesterday):
        actions.recount_day(session, on)
    new = brand.stores[31]
    session.execute(update(Staff).where(Staff.id == brand.ai.id).values(store_id=new.id, path=new.path))
    for on in (clock.today(), yesterday):
        actions.recount_day(session, on)
    stood = dict(session.execute(select(GuideDay.on, GuideDay.store_id).where(GuideDay.guide_id == brand.ai.id)).all())
    assert stood == {clock.today(): new.id, yesterday: brand.stores[21].id}


@pytest.mark.parametrize("seed", range(5))
def test_the_statement_and_the_rule_agree_on_any_day(session: Session, brand: Brand, seed: int) -> None:
    chance, noon = random.Random(seed), clock.at(clock.today(), 12)
    version = make_version(session)
    people = list(brand.guides.values())
    tasks = [make_task(session, brand, ends_in=timedelta(days=chance.choice([-3, 3]))) for _ in range(4)]
    for number in range(40):
        guide = chance.choice(people)
        follow = make_known(session, guide, f"wm{number}", days_ago=chance.choice([0, 0, 1, 5]))
        if chance.random() < 0.3:
            make_moment(session, follow, "ended", noon, by="customer")
        for _ in range(chance.randrange(3)):
            make_send(session, version, guide, follow.customer_id, noon)
            make_tagged(session, chance.choice(people), follow.customer_id, noon)
    for task in tasks:
        for guide in chance.sample(people, 3):
            make_copy(session, task, guide, status=AssignmentStatus.DONE, done_at=noon)
    actions.recount_day(session, clock.today())
    rows = session.scalars(select(GuideDay)).all()
    assert len(rows) > 3
    for row in rows:
        assert row.points == points(Facts(**{fact: getattr(row, fact) for fact in queries.FACTS}))
