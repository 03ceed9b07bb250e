"""Events, pulls and tagging of the same customers at the same time: no deadlock, no lost change."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from customers import actions as customers
from customers.models import Customer, Follow, FollowStatus
from foundation import clock
from foundation.db import transaction
from foundation.errors import Conflict
from org.models import Staff
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
