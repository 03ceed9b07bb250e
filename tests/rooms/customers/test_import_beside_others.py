"""An import beside others: a merge it waits for is heard, and no plan made in it stays with the triggers."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import text

from customers.importing import run_import
from customers.merging import merge
from customers.models import Customer
from foundation.db import transaction
from jobs.import_jobs import work_imports
from tests.builders.customers import make_follow
from tests.builders.imports import begin, row_of
from tests.builders.sop import Brand, make_brand

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
# Triggers that join the rows of a statement with each other.
JOINING = """
SELECT proname, proconfig FROM pg_proc WHERE proname LIKE 'want_facts_%_update' OR proname = 'change_feed_customer_changed'
"""


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        return make_brand(session)


def _wait_for_a_lock() -> None:
    for _ in range(200):
        with transaction() as session:
            if session.scalar(text(WAITING)):
                return
        sleep(0.05)
    raise AssertionError("nobody waits")


def test_a_merge_under_way_while_the_rows_go_in_is_heard(brand: Brand) -> None:
    with transaction() as session:
        kept, gone = (session.get_one(Customer, make_follow(session, brand.ai, f"wm{one}").customer_id) for one in (1, 2))
        kept.member_no, gone.member_no = "M1", "M2"
        ids = kept.id, gone.id
    import_id = begin(brand, "members", "会员号,生日,城市\nM2,1990-03-25,杭州\n")
    work_imports()
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            merge(session, ids[0], ids[1], "hand", f"staff:{brand.headquarters.id}")
            working = pool.submit(work_imports)
            _wait_for_a_lock()
        working.result()
    assert (row_of(import_id).status, row_of(import_id).added) == ("done", 1)
    with transaction() as session:
        kept, gone = (session.get_one(Customer, one) for one in ids)
        assert (kept.city, str(kept.birthday), gone.city, gone.birthday) == ("杭州", "1990-03-25", "", None)


def test_triggers_plan_for_many_rows_whatever_the_transaction_has_switched_off(brand: Brand) -> None:
    with transaction() as session:
        found = {name: set(config or ()) for name, config in session.execute(text(JOINING))}
    assert {"change_feed_customer_changed", "want_facts_customer_update", "want_facts_follow_update"} <= set(found)
    for name, config in found.items():
        assert config >= {"enable_nestloop=off", "enable_hashjoin=on"}, name
    # What has to loop all the same looks as dear as a statement worth compiling.
    assert "jit=off" in found["change_feed_customer_changed"]
