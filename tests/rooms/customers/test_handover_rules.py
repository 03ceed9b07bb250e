"""The pure rules of handovers: fair loads, fit, the platform's limits, what to do after a refusal."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.handover_models import HandoverStep
from customers.handover_rules import (
    AGAIN,
    Person,
    Receiver,
    fair_shares,
    next_step,
    obstacle,
    propose,
    welcome_problem,
    window_start,
)
from foundation import clock


@given(st.lists(st.integers(0, 500), min_size=1, max_size=12), st.integers(0, 800))
def test_fair_shares_give_all_and_level_the_loads(loads, count):
    shares = fair_shares(loads, count)
    assert sum(shares) == count
    assert min(shares) >= 0
    ends = [load + share for load, share in zip(loads, shares, strict=True)]
    getting = [end for end, share in zip(ends, shares, strict=True) if share]
    if getting:
        assert max(getting) - min(getting) <= 1
        assert all(end >= max(getting) - 1 for end in ends)


people = st.lists(
    st.tuples(st.frozensets(st.integers(1, 5), max_size=3), st.frozensets(st.integers(1, 4), max_size=1)), max_size=60
)


@given(people, st.lists(st.integers(0, 40), min_size=1, max_size=4))
def test_everybody_gets_one_receiver_and_whoever_knows_her_comes_first(given_people, loads):
    receivers = [Receiver(number, 1, "1.2.21.", load) for number, load in enumerate(loads, start=1)]
    known = {one.id for one in receivers}
    persons = [Person(number, tags, known_to & known) for number, (tags, known_to) in enumerate(given_people)]
    found = propose(persons, receivers, 1, "1.2.21.")
    assert set(found) == {person.id for person in persons}
    assert all(found[person.id].to_id in person.known_to for person in persons if person.known_to)
    assert propose(persons, receivers, 1, "1.2.21.") == found


def test_the_store_then_the_tags_decide_while_there_is_room():
    here, next_door = Receiver(1, 21, "1.2.21.", 10, {7: 0.1}), Receiver(2, 22, "1.2.22.", 10, {7: 0.5})
    found = propose([Person(1, frozenset({7})), Person(2)], [here, next_door], 21, "1.2.21.")
    assert {found[1].to_id, found[2].to_id} == {1, 2}
    assert found[2].to_id == 1 or found[1].why
    alone = propose(
        [Person(1, frozenset({7}))],
        [Receiver(1, 21, "1.2.21.", 10, {7: 0.1}), Receiver(3, 21, "1.2.21.", 10, {7: 0.5})],
        21,
        "1.2.21.",
    )
    assert alone[1].to_id == 3 or alone[1].why == ("store",)
    assert propose([Person(1)], [], 21, "1.2.21.") == {}


def test_ninety_natural_days_end_today():
    now = datetime(2026, 11, 22, 15, tzinfo=clock.SHANGHAI)
    assert window_start(now) == datetime(2026, 8, 25, tzinfo=clock.SHANGHAI)
    last = datetime(2026, 11, 1, 12, tzinfo=clock.SHANGHAI)
    assert obstacle(departed=False, takeovers=1, last_at=last, pending=False) == ""
    assert "1月30日以后可以" in obstacle(departed=False, takeovers=2, last_at=last, pending=False)
    assert obstacle(departed=True, takeovers=5, last_at=last, pending=False) == ""
    assert "另一次交接" in obstacle(departed=True, takeovers=0, last_at=None, pending=True)


@pytest.mark.parametrize("step", AGAIN)
def test_every_refusal_has_a_next_step(step):
    assert next_step(step, None, departed=False)
    assert next_step(HandoverStep.FAILED, 40128, departed=False).startswith("90 天内")
    assert next_step(HandoverStep.TAKEN, None, departed=True) == ""


def test_words_for_the_customer_have_two_hundred_characters():
    assert welcome_problem("好" * 200) == ""
    assert welcome_problem("好" * 201)
