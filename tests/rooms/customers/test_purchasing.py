"""Orders: kept once, refunds rise, the timeline and the closet follow, bad ones are named."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.models import TimelineEntry
from customers.profile_models import ClosetItem
from customers.purchase_models import Purchase
from customers.purchasing import PurchaseFacts, note_purchase, note_purchases
from customers.tier_due import AT_ONCE
from customers.tier_models import CustomerTier
from customers.tiering import retier
from foundation import clock
from foundation.errors import Invalid
from tests.builders.customers import make_customer

GOODS = ({"name": "极寒长款羽绒服", "colour": "黑", "size": "L", "count": 1}, {"name": ""}, {"name": "围巾"})


def _facts(customer_id: int, **rest: object) -> PurchaseFacts:
    at = clock.now() - clock.days(3)
    return replace(PurchaseFacts("pos", "SO1", customer_id, at, 129_900, goods=GOODS), **rest)  # type: ignore[arg-type]


def test_an_order_told_three_times_is_one_order_one_moment_and_hangs_once_in_the_closet(session: Session) -> None:
    customer = make_customer(session)
    kept = [note_purchase(session, _facts(customer.id)) for _ in range(3)]
    assert {one.id for one in kept} == {kept[0].id}
    assert session.scalar(select(func.count()).select_from(Purchase)) == 1
    moment = session.scalars(select(TimelineEntry)).one()
    assert (moment.kind, moment.facts["title"]) == ("ordered", "极寒长款羽绒服 等 2 件，1299 元")
    closet = session.scalars(select(ClosetItem).order_by(ClosetItem.id)).all()
    assert [(one.name, one.colour, one.size, one.wished) for one in closet] == [
        ("极寒长款羽绒服", "黑", "L", False), ("围巾", "", "", False),
    ]  # fmt: skip


def test_a_refund_rises_and_never_falls(session: Session) -> None:
    customer = make_customer(session)
    note_purchase(session, _facts(customer.id))
    for refunded, expected in ((5_000, 5_000), (2_000, 5_000), (129_900, 129_900)):
        assert note_purchase(session, _facts(customer.id, refunded_fen=refunded, paid_fen=129_900)).refunded_fen == expected
    kinds = session.scalars(select(TimelineEntry.kind).order_by(TimelineEntry.id)).all()
    assert kinds == ["ordered", "refunded", "refunded"]


def test_many_at_once_take_a_bounded_number_of_statements(session: Session, count_sql) -> None:  # type: ignore[no-untyped-def]
    customers = [make_customer(session, f"wm{number}") for number in range(20)]
    orders = [_facts(one.id, order_no=f"SO{one.id}-{number}") for one in customers for number in range(25)]
    with count_sql() as statements:
        noted = note_purchases(session, [*orders, *orders[:10]])
    assert len(noted) == 500
    assert all(one.fresh for one in noted)
    assert note_purchases(session, orders) == []
    assert len(statements) <= 8


def test_an_order_of_a_merged_customer_is_hers_who_lives_on(session: Session) -> None:
    kept, gone = make_customer(session, "wm1"), make_customer(session, "wm2")
    gone.merged_into_id = kept.id
    session.flush()
    assert note_purchase(session, _facts(gone.id)).customer_id == kept.id
    assert session.scalars(select(TimelineEntry.customer_id)).one() == kept.id


def test_an_order_has_her_looked_at_within_a_minute(session: Session) -> None:
    customer = make_customer(session)
    retier(session, [customer.id], clock.now())
    note_purchase(session, _facts(customer.id))
    assert session.get_one(CustomerTier, customer.id, populate_existing=True).due_on == AT_ONCE


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"source": ""}, "source"), ({"order_no": "x" * 65}, "order_no"), ({"paid_fen": -1}, "paid_fen"),
        ({"refunded_fen": 129_901}, "refunded_fen"), ({"at": clock.from_unix(4_000_000_000)}, "at"),
    ],
)  # fmt: skip
def test_a_bad_order_is_named_and_nothing_of_its_batch_is_kept(session: Session, change: dict[str, object], field: str) -> None:
    customer = make_customer(session)
    with pytest.raises(Invalid) as wrong:
        note_purchases(session, [_facts(customer.id, order_no="SO0"), _facts(customer.id, **change)])
    assert list(wrong.value.fields) == [field]
    assert session.scalar(select(func.count()).select_from(Purchase)) == 0
