"""What a run would write over is shown before; places are kept in one spelling; a merge meanwhile loses nothing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from customers import importing
from customers.import_changes import Change, headings, old_values, shown_changes
from customers.import_sheets import Sheet, look
from customers.importing import run_import, start_import
from customers.merging import merge
from customers.models import Customer
from customers.purchase_models import Purchase
from customers.service_models import CustomerSize
from foundation import clock
from foundation.blobs import keep_blob
from foundation.db import transaction
from jobs.import_jobs import work_imports
from segments.models import SegmentMember
from tests.builders.customers import find_customer, make_customer, make_follow, make_tags
from tests.builders.imports import begin, bring_in, problems, row_of
from tests.builders.sop import Brand, make_brand


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        return make_brand(session)


def _place(external_userid: str = "wm1") -> tuple[str, str]:
    with transaction() as session:
        found = find_customer(session, external_userid)
        assert found
        return found.province, found.city


def test_a_number_too_short_for_a_phone_overwrites_none(brand: Brand) -> None:
    with transaction() as session:
        customer = make_customer(session, "wm1")
        customer.member_no, customer.phone = "M1", "13800138000"
    done = bring_in(brand, "members", "会员号,手机号,城市\nM1,13900139000,\nM1,12345,\n")
    assert (done.good, done.bad) == (1, 1)
    assert problems(done.id)[3].startswith("phone:不像手机号")
    with transaction() as session:
        assert find_customer(session, "wm1").phone == "13900139000"  # type: ignore[union-attr]


def test_what_would_be_written_over_is_counted_with_examples(brand: Brand) -> None:
    with transaction() as session:
        for number, phone in enumerate(("13800138001", "13800138002", "13800138003", None), start=1):
            customer = make_customer(session, f"wm{number}")
            customer.member_no, customer.phone, customer.province, customer.city = f"M{number}", phone, "上海", "上海"
    rows = "M1,13900139001,\nM2,13900139002,苏州市\nM3,13800138003,上海市\nM4,13900139004,\n"
    import_id = begin(brand, "members", f"会员号,手机号,城市\n{rows}")
    work_imports()
    with transaction() as session:
        row = row_of(import_id)
        assert shown_changes(session, row) == [
            Change("手机号", 2, [("138****8001", "139****9001"), ("138****8002", "139****9002")]),
            Change("省份", 1, [("上海", "江苏")]),
            Change("城市", 1, [("上海", "苏州")]),
        ]
        assert headings("members") == ["外部联系人ID", "会员号", "手机号", "生日", "省份", "城市"]
        assert old_values(session, row, 0) == (
            [["wm1", "M1", "13800138001", "", "上海", "上海"], ["wm2", "M2", "13800138002", "", "上海", "上海"]], 0,
        )  # fmt: skip
        assert "138" not in str(row.changes)
        run_import(session, brand.headquarters, import_id)
    work_imports()
    with transaction() as session:
        assert shown_changes(session, row_of(import_id)) == []
        assert old_values(session, row_of(import_id), 0) == ([], 0)


def test_old_sizes_are_shown_and_handed_out(brand: Brand) -> None:
    with transaction() as session:
        customer = make_customer(session, "wm1")
        customer.member_no = "M1"
        session.add(CustomerSize(customer_id=customer.id, kind="上衣", value="M", staff_id=brand.ai.id, at=clock.now()))
    import_id = begin(brand, "sizes", "会员号,上衣,鞋\nM1,L,38\n")
    work_imports()
    with transaction() as session:
        row = row_of(import_id)
        assert shown_changes(session, row) == [Change("上衣", 1, [("M", "L")])]
        assert old_values(session, row, 0)[0][0][:3] == ["wm1", "M", ""]


def test_places_are_kept_short_and_unknown_provinces_told(brand: Brand) -> None:
    with transaction() as session:
        for number in range(1, 5):
            make_customer(session, f"wm{number}").member_no = f"M{number}"
    rows = "M1,江苏省,苏州市\nM2,内蒙古自治区,呼和浩特市\nM3,火星,\nM4,,喀什地区\n"
    done = bring_in(brand, "members", f"会员号,省份,城市\n{rows}")
    assert (done.good, done.bad) == (3, 1)
    assert problems(done.id)[4].startswith("province:没有这个省份")
    assert [_place("wm1"), _place("wm3"), _place("wm4")] == [("江苏", "苏州"), ("", ""), ("新疆", "喀什")]


def test_a_city_alone_takes_a_province_that_is_not_hers_away(brand: Brand) -> None:
    with transaction() as session:
        for number, place in enumerate((("上海", "上海"), ("上海", "上海"), ("浙江", "乌镇")), start=1):
            customer = make_customer(session, f"wm{number}")
            customer.member_no, customer.province, customer.city = f"M{number}", *place
    done = bring_in(brand, "members", "会员号,城市\nM1,苏州市\nM2,乌镇\nM3,乌镇\n")
    assert done.added == 2
    assert [_place(f"wm{number}") for number in (1, 2, 3)] == [("江苏", "苏州"), ("", "乌镇"), ("浙江", "乌镇")]


FILES = {
    "orders": "会员号,订单号,下单时间,实付金额\nM1,A1,2026-01-02 10:00,10\nM2,A2,2026-01-03 10:00,20\n",
    "members": "会员号,城市\nM1,苏州\nM2,杭州\n",
    "sizes": "会员号,上衣\nM1,M\nM2,L\n",
    "list": "会员号\nM1\nM2\n",
    "tags": "会员号,标签\nM1,高客单\nM2,羽绒服\n",
}


@pytest.mark.parametrize("kind", list(FILES))
def test_rows_checked_before_a_merge_come_to_the_kept_one(brand: Brand, kind: str) -> None:
    with transaction() as session:
        make_tags(session, "高客单", "羽绒服")
        kept, gone = (session.get_one(Customer, make_follow(session, brand.ai, f"wm{one}").customer_id) for one in (1, 2))
        kept.member_no, gone.member_no = "M1", "M2"
        ids = kept.id, gone.id
    import_id = begin(brand, kind, FILES[kind])
    work_imports()
    assert row_of(import_id).good == 2
    with transaction() as session:
        merge(session, ids[0], ids[1], "hand", f"staff:{brand.headquarters.id}")
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    work_imports()
    assert (row_of(import_id).status, row_of(import_id).reason) == ("done", "")
    with transaction() as session:
        one = session.get_one(Customer, ids[0])
        found: object = {
            "orders": lambda: sorted((two.order_no, two.customer_id) for two in session.query(Purchase)),
            "members": lambda: one.city,
            "sizes": lambda: [(two.customer_id, two.value) for two in session.query(CustomerSize)],
            "list": lambda: [two.customer_id for two in session.query(SegmentMember)],
            "tags": lambda: len(one.tag_ids),
        }[kind]()
    wanted = {
        "orders": [("A1", ids[0]), ("A2", ids[0])],
        "members": "杭州",
        "sizes": [(ids[0], "L")],
        "list": [ids[0]],
        "tags": 2,
    }
    assert found == wanted[kind]


def test_one_upload_sent_six_times_at_once_is_one_import(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    key, gate = keep_blob("会员号,城市\nM1,上海\n".encode()), Barrier(6)

    def all_together(*args: object) -> Sheet:
        gate.wait(90)
        return look(*args)  # type: ignore[arg-type]

    def send(_: int) -> int:
        with transaction() as session:
            return start_import(session, brand.headquarters, "members", "a.csv", key, "same").id

    monkeypatch.setattr(importing, "look", all_together)
    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(send, range(6)))) == 1
