"""Owners of many changed at once: within the asker's subtree, kept in her history, and taken back just as she was held."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.batches import start_batch, undo_batch, work_batch
from customers.merging import merge
from customers.models import Customer, TimelineEntry
from customers.owner_models import OwnerChange
from customers.owner_rules import HAND
from customers.owning import set_owner
from customers.tag_models import CustomerBatch
from foundation import clock
from org.models import Staff
from tests.builders.sop import Brand, make_brand, make_follow


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


def owned(session: Session, brand: Brand, external_userid: str, guide: Staff) -> Customer:
    follow = make_follow(session, guide, external_userid, days_ago=9)
    customer = session.get_one(Customer, follow.customer_id)
    customer.owner_id = guide.id
    session.flush()
    return customer


def give(session: Session, staff: Staff, customers: list[Customer], owner: Staff, once: str = "b1") -> CustomerBatch:
    who = {"customers": [one.id for one in customers]}
    batch = start_batch(session, staff, "owner", who, {"owner": owner.id}, once)
    run(session, batch)
    return batch


def run(session: Session, batch: CustomerBatch) -> None:
    while work_batch(session, batch.id, 2):
        pass
    session.expire_all()


def test_a_manager_takes_nobody_of_another_region(session: Session, brand: Brand) -> None:
    hers, shared = owned(session, brand, "wm1", brand.ai), owned(session, brand, "wm2", brand.far)
    make_follow(session, brand.ai, "wm2", days_ago=3)
    nobodys = owned(session, brand, "wm3", brand.ai)
    nobodys.owner_id = None
    session.flush()
    batch = give(session, brand.manager, [hers, shared, nobodys], brand.bo)
    assert [one.owner_id for one in (hers, shared, nobodys)] == [brand.bo.id, brand.far.id, brand.bo.id]
    assert (batch.done, batch.left_out) == (2, 1)
    give(session, brand.headquarters, [shared], brand.bo, "b2")
    assert shared.owner_id == brand.bo.id


def test_a_timed_hold_is_back_as_it_was(session: Session, brand: Brand) -> None:
    until = clock.now() + timedelta(days=30)
    held, first = owned(session, brand, "wm1", brand.far), owned(session, brand, "wm2", brand.ai)
    make_follow(session, brand.ai, "wm1", days_ago=3)
    set_owner(session, held.id, brand.ai.id, HAND, "staff:1", locked_until=until)
    batch = give(session, brand.headquarters, [held, first], brand.bo)
    assert [(one.owner_id, one.owner_why, one.owner_locked_until) for one in (held, first)] == [(brand.bo.id, HAND, None)] * 2
    run(session, undo_batch(session, brand.headquarters, batch.id))
    assert (held.owner_id, held.owner_why, held.owner_locked_until) == (brand.ai.id, HAND, until)
    assert (first.owner_id, first.owner_why, first.owner_locked_until) == (brand.ai.id, "first", None)


def test_who_was_moved_or_held_since_stays(session: Session, brand: Brand) -> None:
    moved, held = owned(session, brand, "wm1", brand.ai), owned(session, brand, "wm2", brand.ai)
    batch = give(session, brand.headquarters, [moved, held], brand.bo)
    set_owner(session, moved.id, brand.far.id, HAND, "staff:1")
    set_owner(session, held.id, brand.bo.id, HAND, "staff:1", locked_until=clock.now() + timedelta(days=30))
    undo = undo_batch(session, brand.headquarters, batch.id)
    run(session, undo)
    assert (moved.owner_id, held.owner_id, undo.done) == (brand.far.id, brand.bo.id, 0)


def test_the_history_is_that_of_a_single_change_in_few_statements(session: Session, brand: Brand, count_sql: object) -> None:
    customers = [owned(session, brand, f"wm{number}", brand.ai) for number in range(40)]
    single = owned(session, brand, "wm99", brand.ai)
    set_owner(session, single.id, brand.bo.id, HAND, "batch:1")
    who = {"customers": [one.id for one in customers]}
    batch = start_batch(session, brand.headquarters, "owner", who, {"owner": brand.bo.id}, "b1")
    with count_sql() as statements:  # type: ignore[operator]
        assert not work_batch(session, batch.id)
    assert len(statements) < 20

    def written(customer_id: int) -> list[object]:
        change = session.scalars(select(OwnerChange).where(OwnerChange.customer_id == customer_id)).one()
        entry = session.scalars(select(TimelineEntry).where(TimelineEntry.customer_id == customer_id)).one()
        assert entry.once == f"owner:{change.id}"
        assert entry.facts.pop("change") == change.id
        return [change.was_id, change.now_id, change.why, change.by, change.note, entry.staff_id, entry.kind, entry.facts]

    assert batch.id == 1
    assert written(single.id) == written(customers[0].id)


def test_who_was_merged_since_goes_back_only_where_she_still_is_his(session: Session, brand: Brand) -> None:
    kept, gone = owned(session, brand, "wm1", brand.ai), owned(session, brand, "wm2", brand.far)
    set_owner(session, kept.id, brand.ai.id, HAND, "staff:1")
    batch = give(session, brand.headquarters, [gone], brand.bo)
    merge(session, kept.id, gone.id, "hand", "staff:1")
    session.expire_all()
    assert kept.owner_id == brand.ai.id
    run(session, undo_batch(session, brand.headquarters, batch.id))
    assert kept.owner_id == brand.ai.id
