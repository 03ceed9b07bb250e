"""A sorted list is the same everywhere: bitmaps, SQL and plain Python agree page after page, either way, also after changes."""

import json
from collections.abc import Sequence
from datetime import date

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation import db
from foundation.db import Json
from org.models import Staff
from segments import queries, ranking, sorting
from segments.answering import Answers
from segments.nodes import EVERYBODY
from segments.ordering import SORTABLE, Order, Place
from segments.rules import parse, written
from segments.scopes import Scope, scope_of, told_owners
from segments.sorting import sorted_page
from tests.rooms.segments.test_equality import LOOSE, NOON, Town
from tests.rooms.segments.town import TODAY, Row, facts, rules, settle

DAY_ZERO = date(2000, 1, 1)
# Few values, so that many are equal; days and numbers beyond what two bytes hold, and beside it.
DAYS = st.sampled_from(
    [
        None,
        None,
        TODAY,
        date(2026, 2, 1),
        date(1, 1, 1),
        date(1910, 4, 15),
        date(1910, 4, 16),
        date(2089, 9, 18),
        date(2200, 1, 1),
    ]
)
SALES = st.sampled_from([0, 0, 1, 7, 32_766, 32_767, 32_768, 90_000])
SPENT = st.sampled_from([0, 0, 1, 7, 2**31 - 1])


@st.composite
def sortable(draw: st.DrawFn, customer_id: int, staff: Sequence[Staff]) -> Row:
    kinds = {"orders": SALES, "spent_yuan": SPENT}
    return draw(facts(customer_id, staff)) | {name: draw(kinds.get(name, DAYS)) for name in SORTABLE}


def _value(row: Row, column: str) -> int | None:
    """What she is sorted by: as far as the counter tells values apart."""
    value = row[column]
    if isinstance(value, date):
        return min(max((value - DAY_ZERO).days, -32_767), 32_767)
    return min(value, 32_767) if column == "orders" else value


def _in_order(rows: Sequence[Row], order: Order) -> list[int]:
    known = [(_value(row, order.column), row["customer_id"]) for row in rows]
    turned = [(value if order.falling else -value, id_) for value, id_ in known if value is not None]
    return [id_ for _, id_ in sorted(turned, reverse=True)] + sorted((id_ for value, id_ in known if value is None), reverse=True)


def _check(town: Town, body: Json, viewer: Staff, order: Order, size: int) -> None:
    rule, after = parse(body, expanded=True), None
    scope = scope_of(viewer)
    plain = queries.plain(rule, TODAY, told_owners(scope))
    wanted = _in_order(town.found(body, viewer), order)
    for begin in range(0, len(wanted) + 1, size):
        context = (body, viewer.userid, order, begin)
        told = ranking.ranked(town.bitmaps, plain, scope, order, after, size)
        assert [place.id for place in told] == wanted[begin : begin + size], context
        assert sorted_page(town.session, viewer, rule, order, after, size) == told, context
        request = {"ask": "sorted", "rule": written(rule), "path": scope.path, "staff": scope.staff_id, "today": str(TODAY),
                   "order": {"column": order.column, "falling": order.falling}, "after": after, "limit": size}  # fmt: skip
        assert town.answers.reply(json.loads(json.dumps(request))) == {"answer": told}, context
        after = told[-1] if told else None


@pytest.mark.usefixtures("database")
@LOOSE
@given(data=st.data())
def test_bitmaps_sql_and_python_sort_alike_also_after_changes(data: st.DataObject) -> None:
    with time_machine.travel(NOON, tick=False), Session(db.engine()) as session, pytest.MonkeyPatch.context() as patched:
        patched.setattr(ranking, "STRETCH", data.draw(st.sampled_from([1, 2, 5, 100]), "stretch"))
        staff = settle(session)
        ids = data.draw(st.lists(st.integers(1, 40), max_size=16, unique=True), "ids")
        town = Town(session, [data.draw(sortable(one, staff)) for one in ids], staff)
        # Of days and numbers beyond what the counter holds, which nobody has, a rule speaks otherwise in SQL.
        some = st.just({}) | rules(staff, [1, 2]).filter(
            lambda body: not any(f'"{name}"' in json.dumps(body) for name in SORTABLE)
        )
        bodies = data.draw(st.lists(some, min_size=1, max_size=2), "rules")
        viewers = data.draw(st.lists(st.sampled_from(staff), min_size=1, max_size=2), "viewers")
        orders = st.builds(Order, st.sampled_from(SORTABLE), st.booleans())
        for _ in range(3):
            for body in bodies:
                for viewer in viewers:
                    for order in data.draw(st.lists(orders, min_size=1, max_size=3), "orders"):
                        _check(town, body, viewer, order, data.draw(st.integers(1, 4), "size"))
            changed = data.draw(st.lists(st.integers(1, 60), max_size=6, unique=True), "changed")
            gone = data.draw(st.sets(st.sampled_from(changed)) if changed else st.just(set()), "gone")
            town.change([data.draw(sortable(one, staff)) for one in sorted(set(changed) - gone)], sorted(gone))
        session.rollback()


@pytest.fixture
def town(session: Session) -> Town:
    """Four customers of headquarters, with two, one and no orders."""
    staff = settle(session)
    rows = [{"customer_id": one, "path": "1.", "orders": one % 3, "spent_yuan": one % 3} for one in (2, 4, 6, 8)]
    return Town(session, rows, staff)


def test_a_page_goes_on_from_the_value_it_ended_with_although_she_bought_again(town: Town) -> None:
    orders = Order("orders", falling=True)
    first = sorted_page(town.session, town.staff[0], EVERYBODY, orders, None, 2)
    assert first == [(8, 2), (2, 2)]
    town.change([town.rows[2] | {"orders": 9}], [])
    assert sorted_page(town.session, town.staff[0], EVERYBODY, orders, first[-1], 9) == [(4, 1), (6, 0)]


def test_a_sorted_page_is_one_limited_statement(town: Town, count_sql) -> None:  # type: ignore[no-untyped-def]
    with count_sql() as statements:
        sorted_page(town.session, town.staff[0], EVERYBODY, Order("spent_yuan", falling=False), Place(4, 1), 2)
    assert [one.split()[0] for one in statements if "customer_facts" in one] == ["SELECT"]
    assert "LIMIT" in "".join(statements)
    assert "OFFSET" not in "".join(statements)


def test_nobody_waits_for_a_page_that_takes_too_long(session: Session, database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sorting.SETTINGS, "statement_timeout", "200ms")
    limit = session.scalar(text("SHOW statement_timeout"))
    with db.engine().begin() as other:
        other.execute(text("LOCK TABLE customer_facts IN ACCESS EXCLUSIVE MODE"))
        assert sorted_page(session, Scope("1."), EVERYBODY, Order("orders", falling=True)) is None
    assert sorted_page(session, Scope("1."), EVERYBODY, Order("orders", falling=True)) == []
    assert session.scalar(text("SHOW statement_timeout")) == limit


def test_who_does_not_know_the_column_is_told_so() -> None:
    with pytest.raises(ValueError, match="no order by tag_ids"):
        Order("tag_ids", falling=True)
    request = {"ask": "sorted", "rule": {}, "path": "1.", "staff": 0, "today": str(TODAY), "limit": 5,
               "order": {"column": "path", "falling": True}}  # fmt: skip
    answers = Answers()
    answers.ready = True
    assert "not a question" in answers.reply(request)["problem"]
