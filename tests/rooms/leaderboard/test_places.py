"""Her own places in the chat are those of the board, without ranking the whole corp."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation import clock
from leaderboard.places import find_my_places
from leaderboard.queries import find_places
from org.models import Role, Staff
from tests.builders.leaderboard import make_day
from tests.builders.sop import make_brand, make_person


@pytest.mark.parametrize("seed", range(8))
def test_her_own_places_are_those_of_the_board(session: Session, seed: int) -> None:
    chance, today = random.Random(seed), clock.today()
    brand = make_brand(session)
    people = [*brand.guides.values(), brand.manager, make_person(session, "lone", Role.GUIDE, "1.2.")]
    for person in people:
        for day in (today, today - timedelta(days=1)):
            if chance.random() < 0.7:
                make_day(session, person, day, chance.choice([0, 3, 3, 8, 20]))
    session.execute(update(Staff).where(Staff.id == chance.choice(people).id).values(status="departed"))
    session.expire_all()
    everybody = find_places(session, today, [person.id for person in people])
    assert len(everybody) == len(people) - 1
    assert {person.id: mine for person in people if (mine := find_my_places(session, person, today))} == everybody


def test_headquarters_and_who_stands_nowhere_have_no_place(session: Session) -> None:
    brand = make_brand(session)
    nowhere = make_person(session, "new", Role.GUIDE, "0.")
    assert [find_my_places(session, person, clock.today()) for person in (brand.headquarters, nowhere)] == [None, None]


def test_nobody_is_ranked_for_it(session: Session, count_sql: Callable[[], AbstractContextManager[list[str]]]) -> None:
    brand = make_brand(session)
    with count_sql() as statements:
        assert find_my_places(session, brand.ai, clock.today()) is not None
    assert not any("OVER (" in statement or "GROUP BY" in statement for statement in statements)
