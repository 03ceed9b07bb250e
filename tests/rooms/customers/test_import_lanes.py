"""Stretches of a file let in side by side: committed in the order of the file, and nobody waits for one that failed."""

import threading

import pytest
from sqlalchemy import func, select

from customers.import_models import CustomerImport, ImportStatus
from customers.importing import cancel_import, run_import
from customers.models import Customer, TimelineEntry
from customers.purchase_models import Purchase
from foundation.db import transaction
from foundation.errors import Invalid
from jobs import import_jobs
from jobs.import_jobs import work_imports
from jobs.turns import Turns
from tests.builders.customers import make_customer
from tests.builders.imports import begin, row_of
from tests.builders.sop import Brand, make_brand

ROWS = 200


@pytest.fixture
def brand(database: None, monkeypatch: pytest.MonkeyPatch) -> Brand:
    monkeypatch.setattr(import_jobs, "RUN_AT_ONCE", 10)
    with transaction() as session:
        brand = make_brand(session)
        make_customer(session, "wm1").member_no = "M1"
        return brand


def _checked(brand: Brand) -> int:
    """Two hundred orders of one customer, so that every stretch touches the same rows."""
    head = "会员号,订单号,下单时间,实付金额,商品\n"
    import_id = begin(brand, "orders", head + "".join(f"M1,A{row},2026-01-02 10:00,10,围巾\n" for row in range(ROWS)))
    work_imports()
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    return import_id


def _count(table: type[Purchase] | type[TimelineEntry]) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_every_stretch_of_one_customer_gets_in(brand: Brand) -> None:
    import_id = _checked(brand)
    work_imports()
    row = row_of(import_id)
    assert (row.status, row.added, row.position) == (ImportStatus.DONE, ROWS, ROWS + 1)
    assert _count(Purchase) == _count(TimelineEntry) == ROWS


def test_a_stretch_that_fails_ends_the_run_where_the_one_before_it_ended(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    apply = import_jobs.apply_part

    def breaks_at_the_third(session: object, row: CustomerImport, after: int, until: int) -> list[int]:
        if after == 20:
            raise Invalid("坏了")
        return apply(session, row, after, until)  # type: ignore[arg-type]

    monkeypatch.setattr(import_jobs, "apply_part", breaks_at_the_third)
    import_id = _checked(brand)
    work_imports()
    row = row_of(import_id)
    assert (row.status, row.reason, row.position) == (ImportStatus.FAILED, "坏了", 20)
    assert row.added == _count(Purchase) == 19


def test_cancelled_in_the_middle_what_is_not_committed_is_undone(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = import_jobs.keep_part

    def cancelled_at_the_third(session: object, import_id: int, after: int, *rest: object) -> bool:
        if after == 20:
            with transaction() as other:
                cancel_import(other, brand.headquarters, import_id)
        return keep(session, import_id, after, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(import_jobs, "keep_part", cancelled_at_the_third)
    import_id = _checked(brand)
    work_imports()
    row = row_of(import_id)
    assert (row.status, row.position) == (ImportStatus.CANCELLED, 20)
    assert row.added == _count(Purchase) == 19


def test_members_of_many_stretches_are_told_apart(brand: Brand) -> None:
    with transaction() as session:
        for number in range(2, ROWS):
            make_customer(session, f"wm{number}").member_no = f"M{number}"
    import_id = begin(brand, "members", "会员号,城市\n" + "".join(f"M{number},苏州市\n" for number in range(1, ROWS)))
    work_imports()
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    work_imports()
    assert row_of(import_id).added == ROWS - 1
    with transaction() as session:
        assert set(session.scalars(select(Customer.city))) == {"苏州"}


def test_a_stretch_that_waits_too_long_for_its_turn_lets_go_and_is_done_again(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, wait, begun, let_go = import_jobs.apply_part, Turns.wait, [], threading.Event()

    def watched(turns: Turns, after: int, seconds: float | None = None) -> bool:
        mine = wait(turns, after, seconds)
        if after == 10 and not mine:
            let_go.set()
        return mine

    def slow_at_first(session: object, row: CustomerImport, after: int, until: int) -> list[int]:
        begun.append(after)
        if after == 0:
            # The stretch behind has begun, comes to wait for its turn and waits in vain.
            assert let_go.wait(60)
        return apply(session, row, after, until)  # type: ignore[arg-type]

    monkeypatch.setattr(Turns, "wait", watched)
    monkeypatch.setattr(import_jobs, "LONGEST_HELD", 0.05)
    monkeypatch.setattr(import_jobs, "apply_part", slow_at_first)
    import_id = _checked(brand)
    work_imports()
    assert begun.count(10) == 2
    row = row_of(import_id)
    assert (row.status, row.added) == (ImportStatus.DONE, ROWS)
    assert _count(Purchase) == _count(TimelineEntry) == ROWS
