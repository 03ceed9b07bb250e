"""Whose she is after a merge: what somebody decided by hand is not lost, and comes apart again."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.merging import merge, undo_merge
from customers.models import Customer
from customers.owner_models import OwnerChange
from customers.owner_rules import FIRST, HAND, HANDOVER, Owned, firmness, rules_of
from customers.owning import refresh_owners, set_owner
from customers.policies import set_policy
from foundation import clock
from tests.builders.sop import Brand, make_brand, make_follow


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


@pytest.fixture
def two(session: Session, brand: Brand) -> tuple[Customer, Customer]:
    """A row whose first friend is ai, and one whose first friend is bo."""
    ids = [make_follow(session, guide, name, days_ago=9).customer_id for guide, name in ((brand.ai, "wm1"), (brand.bo, "wm2"))]
    refresh_owners(session, ids)
    session.expire_all()
    return session.get_one(Customer, ids[0]), session.get_one(Customer, ids[1])


def _held(session: Session, customer: Customer) -> tuple[int | None, str]:
    session.refresh(customer)
    return customer.owner_id, customer.owner_why


def test_who_was_set_by_hand_on_the_row_that_goes_holds_and_undone_each_has_her_own(
    session: Session, brand: Brand, two: tuple[Customer, Customer]
) -> None:
    one, other = two
    assert _held(session, one) == (brand.ai.id, FIRST)
    set_owner(session, other.id, brand.far.id, HAND, "staff:1")
    done = merge(session, one.id, other.id, "phone", "staff:1")
    assert _held(session, one) == (brand.far.id, HAND)
    change = session.scalars(select(OwnerChange).where(OwnerChange.customer_id == one.id, OwnerChange.why == "merge")).one()
    assert (change.was_id, change.now_id, change.note) == (brand.ai.id, brand.far.id, "手动指定")
    refresh_owners(session, [one.id])
    assert _held(session, one) == (brand.far.id, HAND)
    assert undo_merge(session, done.id, "staff:1") == []
    assert (_held(session, one), _held(session, other)) == ((brand.ai.id, FIRST), (brand.far.id, HAND))


def test_a_lock_to_come_wins_over_no_end_and_of_two_alike_the_kept_rows(
    session: Session, brand: Brand, two: tuple[Customer, Customer]
) -> None:
    one, other = two
    set_owner(session, one.id, brand.far.id, HAND, "staff:1")
    set_owner(session, other.id, brand.manager.id, HANDOVER, "handover:1")
    undo_merge(session, merge(session, one.id, other.id, "phone", "staff:1").id, "staff:1")
    assert _held(session, one) == (brand.far.id, HAND)
    until = clock.now() + timedelta(days=30)
    set_owner(session, other.id, brand.manager.id, HANDOVER, "handover:1", locked_until=until)
    done = merge(session, one.id, other.id, "phone", "staff:1")
    assert (*_held(session, one), one.owner_locked_until) == (brand.manager.id, HANDOVER, until)
    undo_merge(session, done.id, "staff:1")
    assert (*_held(session, one), one.owner_locked_until) == (brand.far.id, HAND, None)


def test_where_the_brand_does_not_ask_for_hands_the_merge_does_not_either(
    session: Session, brand: Brand, two: tuple[Customer, Customer]
) -> None:
    one, other = two
    set_owner(session, other.id, brand.far.id, HAND, "staff:1")
    set_policy(session, brand.headquarters, "owner", {"order": []})
    merge(session, one.id, other.id, "phone", "staff:1")
    assert _held(session, one) == (brand.ai.id, FIRST)
    now = clock.now()
    assert firmness(Owned(1, HAND, now), rules_of({}), now) == 0, "a lock that has ended holds nobody"
    assert firmness(Owned(None, HAND), rules_of({}), now) == 0
