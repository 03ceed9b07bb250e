"""Events, pulls and tagging of the same customers at the same time: no deadlock, no lost change."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from customers import actions as customers
from customers.merge_finding import merge_pair, undo_pair
from customers.models import Customer, Follow, FollowStatus
from customers.owner_models import MergeCandidate
from customers.person_requests import ask_for_data, confirm_erasing, erase_confirmed
from foundation import clock
from foundation.db import transaction
from foundation.errors import Conflict, NotFound
from org.models import Role, Staff
from org.queries import find_staff
from tests.builders.customers import make_follow, make_tags, pulled_row
from tests.builders.org import make_staff

GUIDES, NAMES = ("ai", "bo"), tuple(f"wm{number}" for number in range(6))
START = clock.now().replace(microsecond=0) - timedelta(days=2)


def deed(seed: int) -> None:
    """One random thing that happens to a random customer; two thirds of them touch many rows."""
    dice = random.Random(seed)
    guide, name, at = dice.choice(GUIDES), dice.choice(NAMES), START + timedelta(seconds=dice.randrange(3600))
    with transaction() as session:
        match seed % 5:
            case 0:
                customers.start_following(session, guide, name, at=at)
            case 1:
                customers.end_following(session, guide, name, by="customer", at=at)
            case 2 | 3:
                names = dice.sample(NAMES, 4)
                customers.apply_pulled(session, [pulled_row(one, guide, START, tags=["et-会员"]) for one in names])
            case _:
                staff = find_staff(session, guide)
                customer = session.scalars(select(Customer).where(Customer.external_userid == name)).one()
                assert staff is not None
                try:
                    customers.tag_customer(session, staff, customer.id, add=[1], by="guide")
                except Conflict:
                    return


def test_two_hundred_deeds_at_once_leave_unions_that_hold(database: None) -> None:
    with transaction() as session:
        make_tags(session, "会员")
        staff = [make_staff(session, userid=userid) for userid in GUIDES]
        for guide in staff:
            for name in NAMES:
                make_follow(session, guide, name, at=START)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deed, range(200)))
    with transaction() as session:
        for customer in session.scalars(select(Customer)):
            follows = session.scalars(select(Follow).where(Follow.customer_id == customer.id)).all()
            living = [follow for follow in follows if follow.status == FollowStatus.ACTIVE]
            assert customer.tag_ids == sorted({tag for follow in living for tag in follow.tag_ids})
            assert customer.owner_id in session.scalars(select(Staff.id)).all()


def _lock_waits() -> int:
    with transaction() as session:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return session.scalar(text(asked)) or 0


def _wait_for(count: int) -> None:
    for _ in range(1200):
        if _lock_waits() >= count:
            return
        sleep(0.05)
    raise AssertionError("nobody waits")


def _merged(session: Session) -> tuple[int, int, int, int]:
    """Two accounts merged by headquarters and to be erased; the ids go the other way than the accounts' names."""
    boss = make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")
    guide = make_staff(session, userid="ai", path="1.2.")
    kept, gone = (make_follow(session, guide, name, at=START).customer_id for name in ("wmZ", "wmA"))
    pair = MergeCandidate(first_id=kept, second_id=gone, because="phone", found_at=START)
    session.add(pair)
    session.flush()
    done = merge_pair(session, boss, pair.id, kept)
    request = ask_for_data(session, boss, "wmZ", "erase", "会员卡", "once-0001")
    confirm_erasing(session, boss, request.id, "删除")
    return boss.id, kept, gone, done.id


def _erase() -> int:
    with transaction() as session:
        return erase_confirmed(session)


def _undo(boss_id: int, merge_id: int) -> str:
    try:
        with transaction() as session:
            undo_pair(session, session.get_one(Staff, boss_id), merge_id)
    except NotFound:
        return "gone"
    return "undone"


@pytest.mark.parametrize("erased_first", [True, False])
def test_a_merge_is_undone_while_she_is_erased(database: None, erased_first: bool) -> None:
    with transaction() as session:
        boss_id, kept, gone, merge_id = _merged(session)
    deeds = [_erase, lambda: _undo(boss_id, merge_id)]
    with ThreadPoolExecutor(2) as pool:
        with transaction() as session:
            session.execute(text("SELECT FROM customer WHERE id = :id FOR UPDATE"), {"id": kept})
            asked = []
            for place, deed in enumerate(deeds if erased_first else deeds[::-1], start=1):
                asked.append(pool.submit(deed))
                _wait_for(place)
        answers = [one.result(timeout=90) for one in asked]
    assert sorted(map(str, answers)) == (["1", "gone"] if erased_first else ["1", "undone"])
    with transaction() as session:
        left = session.scalars(select(Customer.external_userid).where(Customer.id.in_([kept, gone]))).all()
        assert sorted(left) == sorted([f"erased-{kept}", f"erased-{gone}" if erased_first else "wmA"])
