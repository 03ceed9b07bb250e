"""Adding pays once for each customer of a guide, whatever comes after; deleting costs, and adding again never pays again."""

import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from customers import actions as customers
from foundation import clock
from leaderboard import actions
from leaderboard.models import GuideDay
from leaderboard.rules import ADD_POINTS, CARE_POINTS
from sop.models import CareDone, CareNode
from tests.builders.customers import pulled_row
from tests.builders.sop import Brand, make_brand, make_follow

DAYS = 6


@pytest.fixture
def brand(noon: None, session: Session) -> Brand:
    return make_brand(session)


def at(day: int, minute: int) -> datetime:
    return clock.at(clock.today() - timedelta(days=DAYS - day), 10) + timedelta(minutes=minute)


def days(session: Session) -> dict[date, GuideDay]:
    """Every day recounted; the facts of the one guide who has any."""
    for back in range(DAYS + 1):
        actions.recount_day(session, clock.today() - timedelta(days=back))
    session.expire_all()
    return {row.on: row for row in session.scalars(select(GuideDay))}


def facts(session: Session) -> list[tuple[int, int, int]]:
    """(adds, losses, points) by day, for days that have any facts."""
    return [(row.adds, row.losses, row.points) for _, row in sorted(days(session).items()) if row.adds or row.losses]


def add(session: Session, day: int, minute: int = 0) -> None:
    customers.start_following(session, "g21a", "wm1", at=at(day, minute))


def end(session: Session, day: int, minute: int = 0, by: str = "guide") -> None:
    customers.end_following(session, "g21a", "wm1", by=by, at=at(day, minute))


def test_deleting_and_adding_again_the_same_day_pays_nothing_more(session: Session, brand: Brand) -> None:
    add(session, 1)
    for round in range(1, 6):
        end(session, 1, round * 10)
        add(session, 1, round * 10 + 5)
    assert facts(session) == [(1, 1, 0)]


def test_adding_again_on_another_day_pays_nothing(session: Session, brand: Brand) -> None:
    add(session, 1)
    for day in (2, 3, 4):
        end(session, day)
        add(session, day, 5)
    assert facts(session) == [(1, 0, ADD_POINTS), (0, 1, 0), (0, 1, 0), (0, 1, 0)]


def test_one_end_told_twice_is_one_loss(session: Session, brand: Brand) -> None:
    add(session, 1)
    end(session, 2, by="customer")
    end(session, 4, by="guide")
    assert facts(session) == [(1, 0, ADD_POINTS), (0, 1, 0)]


def test_an_adding_only_a_pull_tells_of_is_counted_on_its_day(session: Session, brand: Brand) -> None:
    customers.start_following(session, "g21a", "wm1", at=at(1, 0), half=True)
    customers.apply_pulled(session, [pulled_row("wm1", "g21a", at(2, 0))], fetched_at=at(3, 0))
    assert facts(session) == [(1, 0, ADD_POINTS)]


def test_a_pull_a_moment_after_the_event_is_the_same_adding(session: Session, brand: Brand) -> None:
    add(session, 1)
    end(session, 2)
    customers.start_following(session, "g21a", "wm1", at=at(3, 0))
    customers.apply_pulled(session, [pulled_row("wm1", "g21a", at(3, 0) + timedelta(seconds=4))], fetched_at=at(3, 9))
    end(session, 4)
    assert facts(session) == [(1, 0, ADD_POINTS), (0, 1, 0), (0, 1, 0)]


def test_care_for_a_customer_who_came_back_is_not_paid_twice(session: Session, brand: Brand) -> None:
    follow, node = make_follow(session, brand.ai, "wm1", days_ago=DAYS), CareNode(day=1, title="问候", advice="")
    session.add(node)
    session.flush()
    for day, outcome in ((1, "skip"), (2, "done"), (3, "done")):
        since = clock.day_of(at(day, 0))
        done = CareDone(follow_id=follow.id, node_id=node.id, since=since, guide_id=brand.ai.id, outcome=outcome, at=at(day, 0))
        session.add(done)
    session.flush()
    paid = {on: row.points for on, row in days(session).items() if row.cares_done}
    assert paid == {clock.day_of(at(2, 0)): CARE_POINTS}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_added_and_deleted_a_customer_pays_once(session: Session, brand: Brand, seed: int) -> None:
    chance = random.Random(seed)
    told = [
        (at(chance.randrange(DAYS), chance.randrange(600)), chance.choice(["g21a", "g21b"]), f"wm{chance.randrange(4)}",
         chance.choice(["add", "add", "half", "customer", "guide", "transfer"]))
        for _ in range(40)
    ]  # fmt: skip
    for moment, userid, external_userid, what in chance.sample(told, len(told)):
        if what in ("add", "half"):
            customers.start_following(session, userid, external_userid, at=moment, half=what == "half")
        else:
            customers.end_following(session, userid, external_userid, by=what, at=moment)
    firsts: dict[tuple[str, str], datetime] = {}
    for moment, userid, external_userid, what in told:
        if what == "add":
            firsts[userid, external_userid] = min(moment, firsts.get((userid, external_userid), moment))
    expected = Counter((clock.day_of(moment), userid) for (userid, _), moment in firsts.items())
    days(session)
    rows = session.scalars(select(GuideDay)).all()
    names = {brand.ai.id: "g21a", brand.bo.id: "g21b"}
    assert {(row.on, names[row.guide_id]): row.adds for row in rows if row.adds} == dict(expected)
    assert all(row.points == ADD_POINTS * max(row.adds - row.losses, 0) for row in rows)
