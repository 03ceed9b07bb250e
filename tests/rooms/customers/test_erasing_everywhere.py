"""Every table of the registry has a row of hers, and its deed is done: nothing is listed that was never tried."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnDefault, text
from sqlalchemy.orm import Session

from api.models import Webhook
from customers.erasing import facts_of_person, person_rows
from customers.person_registry import PLACES, Deed
from customers.person_requests import confirm_erasing, erase_confirmed
from foundation import clock
from foundation.db import Base
from tests.builders.sop import Brand
from tests.rooms.customers.test_person_data import HER, NAME, a_life, asks, brand

__all__ = ["brand"]
HERS = {"kept_id", "gone_id", "first_id", "second_id"}
WORDS: dict[str, Any] = {
    "import_problem.value": NAME, "webhook_call.body": {"external_userid": HER}, "api_call.answer": {"external_userid": HER},
    "outgoing_message.payload": {"external_userid": [HER, "wm-another"]},
}  # fmt: skip


def _value(column: Column[Any], customer_id: int) -> object:
    """Something that fits; what leads to a customer leads to her."""
    place, kind = f"{column.table.name}.{column.name}", column.type.python_type
    if column.name.endswith("customer_id") or column.name in HERS:
        return customer_id
    if place == "customer_batch.who":
        return {"customers": [customer_id]}
    if place in WORDS:
        return WORDS[place]
    plain = {int: 1, float: 0.5, bool: False, bytes: b"x", date: clock.today(), datetime: clock.now(), dict: {}, list: []}
    length = getattr(column.type, "length", None) or 8
    return plain.get(kind, f"x{column.name}"[:length] if kind is str else None)


def _put(session: Session, name: str, customer_id: int, **more: int | str) -> None:
    table = Base.metadata.tables[name]
    hers = [column for column in table.columns if column.name.endswith("customer_id") or column.name in HERS]
    asked = [
        column for column in table.columns if not (column.nullable or column.server_default is not None or column.name == "id")
    ]
    wanted = {column.name: column for column in [*asked, *hers]}.values()
    values = {column.name: _value(column, customer_id) for column in wanted}
    for column in wanted:
        if isinstance(column.default, ColumnDefault) and column.default.is_scalar and column.name not in HERS:
            values[column.name] = column.default.arg
    session.execute(table.insert().values(values | more))


def test_the_deed_is_done_in_every_table(session: Session, brand: Brand) -> None:
    customer = a_life(session, brand)
    request = asks(session, brand, "erase")
    session.flush()
    facts = facts_of_person(session, person_rows(session, customer.id))
    session.add(Webhook(name="会员", url="https://a.cn/", secret="s", kinds=["customer.erased"], staff_id=brand.headquarters.id,
                        created_at=clock.now()))  # fmt: skip
    session.flush()
    # Rows as no caller would write them: keys lead nowhere, and no trigger answers.
    session.execute(text("SET LOCAL session_replication_role = replica"))
    _put(session, "segment_run", customer.id, id=1)
    for place in PLACES:
        if not session.scalar(text(place.counting), facts):
            kept = {"kind": "customer.erased", "once": "erased"} if "'customer.erased'" in place.where else {}
            columns = Base.metadata.tables[place.table].columns
            told_others = place.deed == Deed.KEEP
            _put(session, place.table, customer.id, **{k: v for k, v in kept.items() if told_others and k in columns})
    session.execute(text("SET LOCAL session_replication_role = origin"))
    empty = [place.table for place in PLACES if not session.scalar(text(place.counting), facts)]
    assert empty == [], "a row of hers could not be made, or is not found by its own statement"
    confirm_erasing(session, brand.headquarters, request.id, "删除")
    assert erase_confirmed(session) == 1
    told = {one["table"]: one["deed"] for one in request.proof["places"]}
    assert told == {place.table: str(place.deed) for place in PLACES}
    left = {place.table for place in PLACES if place.deed == Deed.DELETE and session.scalar(text(place.counting), facts)}
    # The one that tells the counter: written by the deed itself.
    assert left <= {"facts_wanted"}


# When her row was made, and its number: the row stays because orders point to it, and says nothing of anybody.
MAY_STAY = {"id", "created_at"}


def test_every_column_of_her_row_is_emptied_but_those_named(session: Session, brand: Brand) -> None:
    """A column added to `customer` and forgotten in EMPTY_CUSTOMER fails here."""
    customer = a_life(session, brand)
    request = asks(session, brand, "erase")
    table = Base.metadata.tables["customer"]
    personal = [column for column in table.columns if column.name not in MAY_STAY]
    told = {column.name: _value(column, customer.id) or "x" for column in personal} | {
        "external_userid": HER, "gender": 2, "type": 2, "consent": "service_only", "owner_why": "hand", "tag_ids": [1],
        "owner_id": brand.ai.id, "merged_into_id": None,
    }  # fmt: skip
    assert [name for name, value in told.items() if value is None] == ["merged_into_id"], "every column must hold something"
    session.execute(table.update().where(table.c.id == customer.id).values(told))
    session.expire_all()
    before = session.execute(table.select().where(table.c.id == customer.id)).mappings().one()
    confirm_erasing(session, brand.headquarters, request.id, "删除")
    assert erase_confirmed(session) == 1
    after = session.execute(table.select().where(table.c.id == customer.id)).mappings().one()
    assert [column.name for column in personal if before[column.name] == after[column.name]] == []
    assert {name for name, value in after.items() if value not in (None, "", [], 0)} == MAY_STAY | {
        "external_userid", "type", "owner_why", "consent", "merged_into_id",
    }  # fmt: skip
