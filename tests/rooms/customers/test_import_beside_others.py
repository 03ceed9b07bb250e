"""An import beside others: a merge or an erasing it waits for is heard, and no plan of one is taken for another's rows."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from customers.import_models import ImportProblem, ImportRow
from customers.import_sql import DOUBLES
from customers.importing import run_import
from customers.member_actions import MemberFacts, put_members
from customers.merging import merge
from customers.models import Customer, TimelineEntry
from customers.person_requests import ask_for_data, confirm_erasing, erase_confirmed
from customers.profile_models import ClosetItem
from customers.purchase_models import Purchase
from customers.purchasing import PurchaseFacts, note_purchases
from customers.service_models import CustomerSize
from foundation import clock
from foundation.db import transaction
from jobs.import_jobs import work_imports
from segments.models import SegmentMember
from tests.builders.customers import make_follow
from tests.builders.imports import begin, row_of
from tests.builders.locks import wait_for_a_lock
from tests.builders.sop import Brand, make_brand

# Triggers that join the rows of a statement with each other.
JOINING = """
SELECT proname, proconfig FROM pg_proc WHERE proname LIKE 'want_facts_%_update' OR proname = 'change_feed_customer_changed'
"""


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        return make_brand(session)


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
            wait_for_a_lock()
        working.result()
    assert (row_of(import_id).status, row_of(import_id).added) == ("done", 1)
    with transaction() as session:
        kept, gone = (session.get_one(Customer, one) for one in ids)
        assert (kept.city, str(kept.birthday), gone.city, gone.birthday) == ("杭州", "1990-03-25", "", None)


def _erase(session: Session, brand: Brand, external_userid: str) -> None:
    request = ask_for_data(session, brand.headquarters, external_userid, "erase", "门店", "来信要求删除")
    confirm_erasing(session, brand.headquarters, request.id, "删除")
    assert erase_confirmed(session) == 1


def _assert_empty(customer_id: int) -> None:
    with transaction() as session:
        row = session.get_one(Customer, customer_id)
        assert row.external_userid == f"erased-{customer_id}"
        assert (row.member_no, row.phone, row.phone_last4, row.birthday, row.province, row.city) == (
            None,
            None,
            None,
            None,
            "",
            "",
        )


def _known(brand: Brand, external_userid: str, member_no: str) -> int:
    with transaction() as session:
        customer = session.get_one(Customer, make_follow(session, brand.ai, external_userid).customer_id)
        customer.member_no = member_no
        return customer.id


def _run_while_she_is_erased(brand: Brand, import_id: int) -> None:
    work_imports()
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            _erase(session, brand, "wm1")
            working = pool.submit(work_imports)
            wait_for_a_lock()
        working.result()


def test_an_erasing_under_way_while_the_rows_go_in_stays_done(brand: Brand) -> None:
    erased, other = _known(brand, "wm1", "M1"), _known(brand, "wm2", "M2")
    import_id = begin(brand, "members", "会员号,手机号,生日,城市\nM1,13900139000,1990-03-25,杭州\nM2,13900139001,,宁波\n")
    _run_while_she_is_erased(brand, import_id)
    _assert_empty(erased)
    assert (row_of(import_id).status, row_of(import_id).added) == ("done", 1)
    with transaction() as session:
        assert session.get_one(Customer, other).city == "宁波"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("orders", "会员号,订单号,下单时间,实付金额,商品\nM1,A1,2026-01-02 10:00,10,围巾\n"),
        ("list", "会员号\nM1\n"),
        ("sizes", "会员号,上衣\nM1,M\n"),
        ("visits", f"会员号,到店时间,门店编码\nM1,{clock.today()} 00:00,S21\n"),
    ],
    ids=["orders", "list", "sizes", "visits"],
)
def test_nothing_else_told_of_her_is_kept_after_an_erasing_under_way(brand: Brand, kind: str, content: str) -> None:
    erased = _known(brand, "wm1", "M1")
    import_id = begin(brand, kind, content)
    _run_while_she_is_erased(brand, import_id)
    assert (row_of(import_id).status, row_of(import_id).added) == ("done", 0)
    with transaction() as session:
        for table in (Purchase, TimelineEntry, ClosetItem, CustomerSize, SegmentMember):
            assert session.query(table).filter_by(customer_id=erased).count() == 0, table


def _put(facts: dict[int, MemberFacts]) -> tuple[set[int], set[int]]:
    with transaction() as session:
        changed, userids = put_members(session, facts)
        return changed, set(userids)


def test_what_a_system_tells_during_an_erasing_or_a_merge_finds_who_she_is_now(brand: Brand) -> None:
    erased, kept, gone = (_known(brand, f"wm{one}", f"M{one}") for one in (1, 2, 3))
    facts = {one: MemberFacts(phone="13900139000", city="杭州") for one in (erased, gone)}
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            _erase(session, brand, "wm1")
            merge(session, kept, gone, "hand", f"staff:{brand.headquarters.id}")
            telling = pool.submit(_put, facts)
            wait_for_a_lock()
        assert telling.result() == ({gone}, {gone})
    _assert_empty(erased)
    with transaction() as session:
        assert [session.get_one(Customer, one).city for one in (kept, gone)] == ["杭州", ""]


def test_an_order_told_during_an_erasing_or_a_merge_finds_who_she_is_now(brand: Brand) -> None:
    erased, kept, gone = (_known(brand, f"wm{one}", f"M{one}") for one in (1, 2, 3))
    orders = [PurchaseFacts("pos", f"SO{one}", one, clock.now() - clock.days(1), 10_000) for one in (erased, gone)]

    def tell() -> int:
        with transaction() as session:
            return len(note_purchases(session, orders))

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            _erase(session, brand, "wm1")
            merge(session, kept, gone, "hand", f"staff:{brand.headquarters.id}")
            telling = pool.submit(tell)
            wait_for_a_lock()
        assert telling.result() == 1
    with transaction() as session:
        assert [one.customer_id for one in session.scalars(select(Purchase))] == [kept]


def test_whom_a_merged_row_lives_on_in_is_locked_in_her_place_of_the_order(brand: Brand) -> None:
    kept, gone = _known(brand, "wm1", "M1"), _known(brand, "wm2", "M2")
    import_id = begin(brand, "members", "会员号,城市\nM2,杭州\n")
    work_imports()
    with transaction() as session:
        merge(session, kept, gone, "hand", f"staff:{brand.headquarters.id}")
        run_import(session, brand.headquarters, import_id)
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            session.get_one(Customer, kept, with_for_update=True)
            working = pool.submit(work_imports)
            wait_for_a_lock()
            # Whoever waits for the first in the order holds none behind it.
            assert session.scalar(select(Customer.id).where(Customer.id == gone).with_for_update(nowait=True)) == gone
        working.result()
    with transaction() as session:
        assert session.get_one(Customer, kept).city == "杭州"


def test_triggers_plan_for_many_rows_whatever_the_transaction_has_switched_off(brand: Brand) -> None:
    with transaction() as session:
        found = {name: set(config or ()) for name, config in session.execute(text(JOINING))}
    assert {"change_feed_customer_changed", "want_facts_customer_update", "want_facts_follow_update"} <= set(found)
    for name, config in found.items():
        assert config >= {"enable_nestloop=off", "enable_hashjoin=on"}, name
    # What has to loop all the same looks as dear as a statement worth compiling.
    assert "jit=off" in found["change_feed_customer_changed"]


# Five hundred rows of a file, four of which mean the same.
STAGED = text("""
INSERT INTO import_row (import_id, row, customer_id, source, order_no)
SELECT :import_id, n, greatest(n, 4), :source, 'A' || greatest(n, 4) FROM generate_series(1, 500) AS n
""")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from _nodes(one)


@pytest.mark.parametrize("kind", sorted(DOUBLES))
def test_doubles_are_looked_for_once_though_all_that_is_known_is_of_the_file_before(brand: Brand, kind: str) -> None:
    first, import_id = (begin(brand, "members", "会员号,城市\nM1,杭州\n", once) for once in ("1", "2"))
    with transaction() as session:
        session.execute(STAGED, {"import_id": first, "source": None})
        session.execute(text("ANALYZE import_row"))
        session.execute(STAGED, {"import_id": import_id, "source": "某"})
        explained = text("EXPLAIN (ANALYZE, FORMAT JSON) " + DOUBLES[kind].text)
        plan = session.scalar(explained, {"import_id": import_id, "most": 100})[0]["Plan"]  # type: ignore[index]
        assert {one["Actual Loops"] for one in _nodes(plan)} <= {0, 1}
        left = select(func.count(), func.min(ImportRow.row)).where(ImportRow.import_id == import_id)
        told = select(ImportProblem.row).where(ImportProblem.import_id == import_id)
        assert (session.execute(left).one(), sorted(session.scalars(told))) == ((497, 4), [1, 2, 3])
