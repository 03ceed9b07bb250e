"""Orders as other systems tell them: one or thousands at once, each kept once; a refund raises what was paid back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.models import Customer, TimelineEntry
from customers.profile_models import ClosetItem
from customers.purchase_models import Purchase
from customers.purchase_rules import Goods, goods_named, order_title, purchase_problems, refund_title, yuan
from customers.tag_moments import Moment, all_happened
from customers.tier_due import want_retier
from foundation import clock
from foundation.db import Json
from foundation.errors import Invalid


@dataclass(frozen=True)
class PurchaseFacts:
    """One order: `source` names the system (at most 20 characters), money in fen, `goods` [{name, colour, size, count, sku}]."""

    source: str
    order_no: str
    customer_id: int
    at: datetime
    paid_fen: int
    refunded_fen: int = 0
    store_id: int | None = None
    staff_id: int | None = None
    goods: Sequence[Goods] = field(default=())


@dataclass(frozen=True)
class Noted:
    """What became of one order: new, or known and refunded further. An order told again without news is not among them."""

    order: PurchaseFacts
    fresh: bool


def note_purchase(session: Session, facts: PurchaseFacts) -> Purchase:
    """Keep one order, idempotent by source and order_no; the row as it stands now. Raises Invalid with the fields.

    Told again it changes nothing but a higher `refunded_fen`; the customer and the sum of the first telling stay.
    For one order alone; imports and the open API bring many (note_purchases). So far only builders of tests have one.
    """
    note_purchases(session, [facts])
    kept = select(Purchase).where(Purchase.source == facts.source, Purchase.order_no == facts.order_no)
    return session.scalars(kept.execution_options(populate_existing=True)).one()


def note_purchases(session: Session, orders: Iterable[PurchaseFacts]) -> list[Noted]:
    """Keep many orders (up to some thousands) in a handful of statements; what was news. Raises Invalid for the first bad one."""
    wanted = _once_each(orders)
    if not wanted:
        return []
    homes = _homes(session, {order.customer_id for order in wanted})
    wanted = [order for order in wanted if order.customer_id in homes]
    if not wanted:
        return []
    rows = [_row(order, homes[order.customer_id]) for order in wanted]
    kept = insert(Purchase)
    kept = kept.on_conflict_do_update(
        index_elements=["source", "order_no"],
        set_={"refunded_fen": kept.excluded.refunded_fen},
        where=kept.excluded.refunded_fen > Purchase.refunded_fen,
    )
    fresh: ColumnElement[bool] = literal_column("(xmax = 0)")
    told = session.execute(kept.returning(Purchase.source, Purchase.order_no, Purchase.customer_id, fresh), rows).all()
    by_key = {(order.source, order.order_no): order for order in wanted}
    noted = [(Noted(by_key[source, number], is_fresh), customer_id) for source, number, customer_id, is_fresh in told]
    _tell_timeline(session, noted)
    _tell_rules(session, noted)
    _fill_closet(session, [(one.order, customer_id) for one, customer_id in noted if one.fresh])
    want_retier(session, (customer_id for _, customer_id in noted))
    return [one for one, _ in noted]


def erased_among(session: Session, ids: set[int]) -> set[int]:
    """Who of these is nobody any more; of customers orders were just noted for, whose rows are locked, it stays true."""
    return ids - set(_homes(session, ids)) if ids else set()


def _once_each(orders: Iterable[PurchaseFacts]) -> list[PurchaseFacts]:
    """Each order once: of two tellings the one with the higher refund."""
    found: dict[tuple[str, str], PurchaseFacts] = {}
    latest = clock.now() + clock.days(1)
    for order in orders:
        if problems := purchase_problems(order.source, order.order_no, order.paid_fen, order.refunded_fen, order.at, latest):
            raise Invalid(f"订单 {order.order_no[:64]} 没有保存", problems)
        known = found.get((order.source, order.order_no))
        if known is None or known.refunded_fen < order.refunded_fen:
            found[order.source, order.order_no] = order
    return list(found.values())


def _homes(session: Session, ids: set[int]) -> dict[int, int]:
    """The row each lives on; who was erased lives on none (her row leads to itself). A merge or an erasing under way is waited
    for before they are read.
    """
    asked = select(Customer.id).where(Customer.id.in_(ids)).order_by(Customer.external_userid)
    session.execute(asked.with_for_update(read=True, key_share=True))
    found = session.execute(select(Customer.id, Customer.merged_into_id).where(Customer.id.in_(ids)))
    return {id_: kept or id_ for id_, kept in found if kept != id_}


def _row(order: PurchaseFacts, customer_id: int) -> Json:
    return {
        "source": order.source, "order_no": order.order_no, "customer_id": customer_id, "store_id": order.store_id,
        "staff_id": order.staff_id, "at": order.at, "paid_fen": order.paid_fen, "refunded_fen": order.refunded_fen,
        "goods": goods_named(order.goods),
    }  # fmt: skip


def _tell_timeline(session: Session, noted: Sequence[tuple[Noted, int]]) -> None:
    rows = []
    for one, customer_id in noted:
        order, key = one.order, f"{one.order.source}:{one.order.order_no}"
        facts = {"source": order.source, "order_no": order.order_no, "paid_yuan": yuan(order.paid_fen)}
        row = {"customer_id": customer_id, "staff_id": order.staff_id}
        if one.fresh:
            told = facts | {"title": order_title(order.goods, order.paid_fen)}
            rows.append(row | {"kind": "ordered", "at": order.at, "facts": told, "once": f"ordered:{key}"})
        if order.refunded_fen:
            told = facts | {"title": refund_title(order.refunded_fen)}
            once = f"refunded:{key}:{order.refunded_fen}"
            rows.append(row | {"kind": "refunded", "at": clock.now(), "facts": told, "once": once})
    if rows:
        session.execute(insert(TimelineEntry).on_conflict_do_nothing(index_elements=["once"]), rows)


def _tell_rules(session: Session, noted: Sequence[tuple[Noted, int]]) -> None:
    """New orders are moments of the tag rules. A file of old orders (importing) is history: a rule's dry run looks back at it."""
    moments = []
    for one, customer_id in noted:
        if one.fresh:
            facts = {"title": order_title(one.order.goods, one.order.paid_fen), "paid_yuan": yuan(one.order.paid_fen)}
            moments.append(Moment(customer_id, one.order.staff_id, facts, one.order.at))
    all_happened(session, "order", moments)


def _fill_closet(session: Session, orders: Sequence[tuple[PurchaseFacts, int]]) -> None:
    """What she bought hangs in her closet; a full refund takes nothing out, for she may keep what she paid for elsewhere."""
    rows = [
        {
            "customer_id": customer_id, "wished": False, "name": goods["name"], "colour": goods["colour"], "size": goods["size"],
            "source": "order", "staff_id": order.staff_id, "at": order.at,
            "once": f"order:{order.source}:{order.order_no}:{place}",
        }
        for order, customer_id in orders
        for place, goods in enumerate(goods_named(order.goods))
        if order.refunded_fen < order.paid_fen or not order.paid_fen
    ]  # fmt: skip
    if rows:
        session.execute(insert(ClosetItem).on_conflict_do_nothing(index_elements=["once"]), rows)
