"""An import that is stopped: by a killed worker, by a crash of the database, by a file that breaks off."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, text

from customers.import_models import CustomerImport, ImportStatus
from customers.importing import MOST_TRIES, run_import
from customers.models import Customer
from customers.purchase_models import Purchase
from foundation.blobs import blob_path
from foundation.db import engine, transaction
from jobs import import_jobs
from jobs.import_jobs import work_imports
from tests.builders.customers import make_customer
from tests.builders.imports import begin, problems, row_of
from tests.builders.sop import Brand, make_brand


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        return make_brand(session)


def test_staged_rows_lost_in_a_crash_are_read_again(brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
    import_id = begin(brand, "members", "会员号,城市\nM1,苏州市\nM2,上海市\n")
    work_imports()
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
        session.execute(text("TRUNCATE import_row"))
    work_imports()
    assert row_of(import_id).status == ImportStatus.CHECKING
    work_imports()
    assert (row_of(import_id).status, row_of(import_id).good, row_of(import_id).bad) == ("checked", 1, 1)
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    work_imports()
    assert (row_of(import_id).status, row_of(import_id).added) == ("done", 1)


def test_a_cell_too_large_for_a_number_is_that_rows_problem(brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
    odd = ("1E+999999", "²", "9" * 5_000, "Infinity")
    rows = "".join(f"M1,A{place},2026-01-01,{text}\n" for place, text in enumerate(odd))
    poisoned = begin(brand, "orders", f"会员号,订单号,下单时间,实付金额\nM1,A,2026-01-01,100\n{rows}")
    behind = begin(brand, "members", "会员号,城市\nM1,苏州市\n", once="2")
    assert work_imports() == 2
    assert {(row_of(one).status, row_of(one).good) for one in (poisoned, behind)} == {("checked", 1)}
    told = problems(poisoned)
    assert (set(told), told[3]) == ({3, 4, 5, 6}, "paid:不是金额，请写成 1299.00")


def test_an_import_that_keeps_failing_says_so_in_the_end_and_keeps_back_none_behind_it(brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
    failing = begin(brand, "members", "会员号,城市\nM1,上海市\n")
    behind = begin(brand, "members", "会员号,城市\nM1,苏州市\n", once="2")
    # Its disk lost it.
    blob_path(row_of(failing).blob_key).unlink()
    for tries in range(1, MOST_TRIES + 1):
        assert row_of(failing).status == ImportStatus.CHECKING
        with pytest.raises(FileNotFoundError):
            work_imports()
        assert row_of(behind).status == ImportStatus.CHECKED
        assert row_of(failing).tries == tries
    assert (row_of(failing).status, row_of(failing).finished_at is None) == (ImportStatus.FAILED, False)
    assert f"导入编号 {failing}" in row_of(failing).reason
    assert work_imports() == 0


@contextmanager
def impatient() -> Iterator[None]:
    """Whoever waits for a lock gives up soon."""

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")

    event.listen(engine(), "begin", begin)
    try:
        yield
    finally:
        event.remove(engine(), "begin", begin)


def test_what_passes_by_itself_is_no_failure_of_an_import(brand: Brand) -> None:
    import_id = begin(brand, "members", "会员号,城市\nM1,苏州市\n")
    with transaction() as session:
        session.execute(text("SELECT FROM customer_import WHERE id = :id FOR UPDATE"), {"id": import_id})
        with impatient():
            assert work_imports() == 0
    assert row_of(import_id).tries == 0
    assert work_imports() == 1


def test_tries_are_counted_anew_once_it_got_on(brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
    import_id = begin(brand, "members", "会员号,城市\nM1,苏州市\n")
    with transaction() as session:
        session.get_one(CustomerImport, import_id).tries = MOST_TRIES - 1
    work_imports()
    assert (row_of(import_id).status, row_of(import_id).tries) == ("checked", 0)


def _work_slowly() -> None:
    engine().dispose(close=False)
    import_jobs.READ_AT_ONCE = import_jobs.RUN_AT_ONCE = 50
    work_imports()


def _kill_midway(import_id: int, status: str) -> None:
    child = multiprocessing.get_context("fork").Process(target=_work_slowly)
    child.start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and child.is_alive():
        row = row_of(import_id)
        if row.status == status and row.position > 200:
            break
        time.sleep(0.005)
    assert child.pid
    os.kill(child.pid, signal.SIGKILL)
    child.join()


def _take_up(import_id: int, until: str) -> None:
    """As the ticks do: the database may need a moment to see that the killed worker let the file go."""
    deadline = time.monotonic() + 60
    while row_of(import_id).status != until and time.monotonic() < deadline:
        work_imports()


def test_a_killed_worker_is_taken_up_without_repeats(brand: Brand) -> None:
    rows = 3_000
    with transaction() as session:
        session.add_all(
            Customer(external_userid=f"wm{number}", member_no=f"M{number}", created_at=brand.ai.created_at)
            for number in range(rows)
        )
    head = "会员号,订单号,下单时间,实付金额\n"
    content = head + "".join(f"M{number},A{number},2026-01-02 10:00,10\n" for number in range(rows))
    import_id = begin(brand, "orders", content)
    _kill_midway(import_id, "checking")
    assert 0 < row_of(import_id).position < rows + 1
    _take_up(import_id, "checked")
    assert (row_of(import_id).status, row_of(import_id).good) == ("checked", rows)
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    _kill_midway(import_id, "running")
    assert 0 < row_of(import_id).position < rows + 1
    _take_up(import_id, "done")
    assert (row_of(import_id).status, row_of(import_id).added) == ("done", rows)
    with transaction() as session:
        assert session.query(Purchase).count() == rows
