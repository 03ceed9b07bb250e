"""An import that is stopped: by a killed worker, by a crash of the database, by a file that breaks off."""

import multiprocessing
import os
import signal
import time

import pytest
from sqlalchemy import text

from customers.import_models import ImportStatus
from customers.importing import run_import
from customers.models import Customer
from customers.purchase_models import Purchase
from foundation.db import engine, transaction
from jobs import import_jobs
from jobs.import_jobs import work_imports
from tests.builders.customers import make_customer
from tests.builders.imports import begin, row_of
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
    work_imports()
    assert (row_of(import_id).status, row_of(import_id).good) == ("checked", rows)
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    _kill_midway(import_id, "running")
    assert 0 < row_of(import_id).position < rows + 1
    work_imports()
    assert (row_of(import_id).status, row_of(import_id).added) == ("done", rows)
    with transaction() as session:
        assert session.query(Purchase).count() == rows
