"""Files brought in: checked without a change, run from where they stopped, repeated without harm, told row by row."""

import io
from datetime import date

import pytest

from customers.import_models import CustomerImport, ImportRow, ImportStatus
from customers.import_queries import page_imports, problem_rows
from customers.importing import cancel_import, choose_columns, get_import, list_waiting, run_import, start_import
from customers.models import Follow, FollowStatus, TagGroup, TimelineEntry
from customers.purchase_models import Purchase
from customers.service_models import CustomerSize
from customers.tag_models import TagMark, TagSource
from foundation.blobs import keep_stream
from foundation.db import transaction
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from jobs import import_jobs
from jobs.import_jobs import work_imports
from segments.models import RunStatus, Segment, SegmentKind, SegmentMember, SegmentRun
from tests.builders.customers import find_customer, make_customer, make_follow, make_tags
from tests.builders.imports import begin, bring_in, problems, row_of
from tests.builders.sop import Brand, make_brand


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        return make_brand(session)


def test_members_are_checked_first_and_then_written(brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
        make_customer(session, "wm2").phone = "+8613900139000"
        make_customer(session, "wm3")
    content = (
        "外部联系人ID,会员号,手机号,生日,城市\n,M1,138 0013 8000,1990-03-25,苏州市\n,,１３９００１３９０００,,上海市\n"
        ",M9,,,北京市\nwm3,,=1+1,,\nwm3,M3,,,广州市\n"
    )
    import_id = begin(brand, "members", content)
    work_imports()
    checked = row_of(import_id)
    assert (checked.status, checked.rows, checked.good, checked.bad, checked.added) == ("checked", 5, 3, 2, 3)
    with transaction() as session:
        assert find_customer(session, "wm1").phone is None  # type: ignore[union-attr]
    assert problems(import_id)[4].startswith("member_no:没有找到")
    assert "公式" in problems(import_id)[5]
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
        run_import(session, brand.headquarters, import_id)
    work_imports()
    done = row_of(import_id)
    assert (done.status, done.added) == ("done", 3)
    with transaction() as session:
        first, second, third = (find_customer(session, f"wm{number}") for number in (1, 2, 3))
        assert first
        assert second
        assert third
        assert (first.phone, first.phone_last4, first.birthday, first.city) == (
            "13800138000",
            "8000",
            date(1990, 3, 25),
            "苏州",
        )
        assert (second.phone, second.city, third.member_no) == ("13900139000", "上海", "M3")
        assert session.query(ImportRow).count() == 0


def test_the_same_file_again_changes_nothing(brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
    content = "会员号,城市\nM1,苏州市\n"
    assert bring_in(brand, "members", content, "1").added == 1
    assert bring_in(brand, "members", content, "2").added == 0


def test_an_empty_cell_clears_nothing_and_the_last_row_of_a_customer_counts(brand: Brand) -> None:
    with transaction() as session:
        customer = make_customer(session, "wm1")
        customer.member_no, customer.city = "M1", "苏州市"
    done = bring_in(brand, "members", "会员号,省份,城市\nM1,上海市,\nM1,江苏省,\n")
    assert (done.good, done.bad) == (1, 1)
    assert "第 3 行" in problems(done.id)[2]
    with transaction() as session:
        found = find_customer(session, "wm1")
        assert found
        assert (found.province, found.city) == ("江苏", "苏州市")


def test_a_merged_customer_receives_what_is_hers(brand: Brand) -> None:
    with transaction() as session:
        kept, gone = make_customer(session, "wm1"), make_customer(session, "wm2")
        gone.member_no, gone.merged_into_id = "M2", kept.id
    bring_in(brand, "members", "会员号,城市\nM2,苏州市\n")
    with transaction() as session:
        assert find_customer(session, "wm1").city == "苏州"  # type: ignore[union-attr]


def test_orders_are_kept_once_and_refunds_raise(brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
    head = "会员号,订单号,下单时间,实付金额,退款金额,门店,导购,商品\n"
    first = bring_in(
        brand, "orders",
        head + "M1,A1,2026-01-02 10:00,1299.00,,S21,g21a,羽绒服、围巾\nM1,A2,2026/1/3,88,,21店,,\nM1,A3,2026-01-04,88,,S99,,\n",
    )  # fmt: skip
    assert (first.good, first.bad, first.added) == (2, 1, 2)
    again = bring_in(brand, "orders", head + "M1,A1,2026-01-02 10:00,1299.00,200,S21,g21a,羽绒服\nM1,A2,2026/1/3,88,,,,\n", "2")
    assert again.added == 1
    with transaction() as session:
        kept = session.query(Purchase).order_by(Purchase.order_no).all()
        assert [(one.order_no, one.paid_fen, one.refunded_fen, one.source) for one in kept] == [
            ("A1", 129900, 20000, "pos"), ("A2", 8800, 0, "pos"),
        ]  # fmt: skip
        assert kept[0].staff_id == brand.ai.id
        moments = session.query(TimelineEntry).order_by(TimelineEntry.once).all()
        assert [one.once for one in moments] == ["ordered:pos:A1", "ordered:pos:A2", "refunded:pos:A1:20000"]
        assert moments[0].facts["title"] == "羽绒服 等 2 件，1299 元"


def test_tags_are_given_with_who_and_why(brand: Brand) -> None:
    with transaction() as session:
        high, low = make_tags(session, "高客单", "低客单")
        session.get_one(TagGroup, high.group_id).exclusive = True
        (coat,) = make_tags(session, "羽绒服", group="行为偏好")
        make_follow(session, brand.ai, "wm1", tag_ids=[low.id])
        make_follow(session, brand.bo, "wm2", status=FollowStatus.ENDED_BY_CUSTOMER)
        ids = (high.id, low.id, coat.id)
    done = bring_in(brand, "tags", "外部联系人ID,标签\nwm1,高客单、行为偏好/羽绒服\nwm2,高客单\nwm1,没有的\n")
    assert (done.good, done.bad, done.added) == (1, 2, 1)
    with transaction() as session:
        follow = session.query(Follow).filter(Follow.staff_id == brand.ai.id).one()
        assert follow.tag_ids == sorted([ids[0], ids[2]])
        assert find_customer(session, "wm1").tag_ids == sorted([ids[0], ids[2]])  # type: ignore[union-attr]
        marks = session.query(TagMark).all()
        assert {(one.tag_id, one.source, one.why) for one in marks} == {
            (ids[0], TagSource.IMPORT, "导入 某某.csv"), (ids[2], TagSource.IMPORT, "导入 某某.csv"),
        }  # fmt: skip
        entry = session.query(TimelineEntry).one()
        assert (entry.kind, entry.facts["add"], entry.facts["remove"]) == ("auto_tagged", ["高客单", "羽绒服"], ["低客单"])


def test_sizes_are_written(brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
    done = bring_in(brand, "sizes", "会员号,上衣,鞋,身高\nM1,L,38,165\nM1,,,\n")
    assert (done.good, done.bad, done.added) == (1, 1, 3)
    with transaction() as session:
        assert {one.kind: one.value for one in session.query(CustomerSize)} == {"上衣": "L", "鞋码": "38", "身高": "165"}


def test_a_static_list_is_made(brand: Brand) -> None:
    with transaction() as session:
        for number in range(3):
            make_customer(session, f"wm{number}").member_no = f"M{number}"
    done = bring_in(brand, "list", "会员号\nM0\nM2\nM2\nM7\n")
    assert (done.good, done.bad, done.added) == (2, 2, 2)
    with transaction() as session:
        segment, run = session.query(Segment).one(), session.query(SegmentRun).one()
        assert (segment.kind, segment.name, segment.count, run.status, run.count) == (
            SegmentKind.STATIC,
            "某某",
            2,
            RunStatus.DONE,
            2,
        )
        assert session.query(SegmentMember).count() == 2


def test_only_headquarters_may_import(brand: Brand) -> None:
    with transaction() as session:
        key = keep_stream(io.BytesIO(b"a"), 10)
        with pytest.raises(NotAllowed):
            start_import(session, brand.east, "members", "a.csv", key, "1")
        assert page_imports(session, brand.manager) == []
        with pytest.raises(NotFound):
            get_import(session, brand.east, 1)


def test_a_double_press_is_one_import(brand: Brand) -> None:
    with transaction() as session:
        key = keep_stream(io.BytesIO("会员号,城市\nM1,上海\n".encode()), 100)
        one = start_import(session, brand.headquarters, "members", "a.csv", key, "same")
        assert start_import(session, brand.headquarters, "members", "a.csv", key, "same").id == one.id
        with pytest.raises(Invalid):
            choose_columns(session, brand.headquarters, one.id, {"city": "城市"})
        choose_columns(session, brand.headquarters, one.id, {"city": "城市", "member_no": "会员号"})
        with pytest.raises(Conflict):
            choose_columns(session, brand.headquarters, one.id, {"city": "城市", "member_no": "会员号"})
        with pytest.raises(Conflict):
            run_import(session, brand.headquarters, one.id)


def test_a_cancelled_one_stops_and_keeps_what_is_in(brand: Brand) -> None:
    import_id = begin(brand, "members", "会员号,城市\nM1,上海\n")
    with transaction() as session:
        cancel_import(session, brand.headquarters, import_id)
        assert list_waiting(session) == []
    work_imports()
    assert row_of(import_id).status == ImportStatus.CANCELLED


def test_a_file_that_breaks_off_is_told(brand: Brand) -> None:
    import_id = begin(brand, "members", "会员号,城市\n" + "M0,天津\n" * 10 + 'M1,"上海\n' + "M2,天津\n" * 30_000)
    work_imports()
    assert row_of(import_id).status == ImportStatus.FAILED
    assert "引号" in row_of(import_id).reason


def test_the_list_of_problems_opens_safely(brand: Brand) -> None:
    import_id = begin(brand, "members", "会员号,=城市\nM1,x\n,y\n")
    work_imports()
    with transaction() as session:
        rows = list(problem_rows(session, session.get_one(CustomerImport, import_id)))
    assert rows[0] == ["行号", "列", "文件里的列名", "内容", "要改什么"]
    assert all(cell[:1] not in set("=+-@") for row in rows for cell in row)


def test_checking_costs_statements_by_the_stretch_not_by_the_row(brand: Brand, count_sql) -> None:  # type: ignore[no-untyped-def]
    few = begin(brand, "members", "会员号,城市\n" + "".join(f"M{number},上海\n" for number in range(10)))
    with count_sql() as small:
        import_jobs.check_file(few)
    many = begin(brand, "members", "会员号,城市\n" + "".join(f"M{number},上海\n" for number in range(2_000)), "2")
    with count_sql() as large:
        import_jobs.check_file(many)
    assert len(large) <= len(small) + 3
