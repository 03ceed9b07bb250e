"""What other systems write and read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import time_machine
from sqlalchemy import func, select, text

from api import webhooks
from api.keys import forget_old
from api.models import CustomerChange, WebhookCall
from api.rules import KINDS
from customers.models import Customer, Follow, TimelineEntry
from customers.person_requests import ask_for_data, confirm_erasing, erase_confirmed
from customers.purchase_models import Purchase
from customers.respect_models import DataRequest
from customers.tier_models import TierMove
from foundation import clock
from foundation.db import engine, transaction
from tests.builders.customers import find_customer, make_customer, make_follow, make_tags
from tests.builders.sop import Brand
from tests.rooms.api.conftest import Crm


def statuses(answer) -> list[str]:  # type: ignore[no-untyped-def]
    assert answer.status_code == 200, answer.text
    return [one["status"] for one in answer.json["results"]]


def test_members_are_written_and_unknown_ones_told(crm: Crm) -> None:
    with transaction() as session:
        make_customer(session, "wm1")
        make_customer(session, "wm2").phone = "13800138000"
    rows = [
        {"external_userid": "wm1", "member_no": "M1", "phone": "+86 139-0013-9000", "birthday": "1990-03-25", "city": "苏州市"},
        {"phone": "138 0013 8000", "member_no": "M2"},
        {"phone": "13700000000", "member_no": "M3"},
        {"phone": "12"},
        {"city": "上海市"},
        {"external_userid": "wm1", "birthday": "2999-01-01"},
        {"external_userid": "wm1", "city": "上海市"},
        {"external_userid": "wm2", "phone": "13900139000"},
    ]
    answer = crm.ask("PUT", "/members", {"members": rows})
    assert statuses(answer) == ["updated", "updated", "unknown", "invalid", "invalid", "invalid", "invalid", "invalid"]
    with transaction() as session:
        first, second = find_customer(session, "wm1"), find_customer(session, "wm2")
        assert first is not None
        assert second is not None
        assert (first.phone, first.phone_last4, first.member_no, first.city) == ("13900139000", "9000", "M1", "苏州")
        assert second.member_no == "M2"
        assert first.province == "江苏"
    assert statuses(crm.ask("PUT", "/members", {"members": rows[:2]})) == ["same", "same"]
    mars = crm.ask("PUT", "/members", {"members": [rows[0] | {"province": "火星"}, rows[1] | {"province": "浙江省"}]})
    assert statuses(mars) == ["invalid", "updated"]
    assert "没有这个省份" in mars.json["results"][0]["message"]
    apart = crm.ask("PUT", "/members", {"members": [{"external_userid": "wm1", "province": "江苏省", "city": "杭州市"}]})
    assert [(one["status"], one["message"]) for one in apart.json["results"]] == [
        ("invalid", "杭州属于浙江省，不属于江苏省，请核对省份和城市")
    ]
    # Now the phone of wm1 and the id of wm2 lead to two people.
    crossed = crm.ask("PUT", "/members", {"members": [{"external_userid": "wm2", "phone": "13900139000"}]})
    assert statuses(crossed) == ["unknown"]
    assert "不是同一位" in crossed.json["results"][0]["message"]


def test_orders_are_kept_once_and_refunds_raise(crm: Crm, brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
    order = {
        "member_no": "M1", "order_no": "A1", "at": "2026-01-02T10:00:00+08:00", "paid_fen": 129900, "store_code": "S21",
        "guide_userid": "g21a", "goods": [{"name": "羽绒服", "size": "L"}],
    }  # fmt: skip
    rows = [order, order | {"order_no": "A2", "store_code": "S99"}, order | {"order_no": "A3", "refunded_fen": 999999}]
    assert statuses(crm.ask("POST", "/orders", {"orders": rows})) == ["added", "invalid", "invalid"]
    assert statuses(crm.ask("POST", "/orders", {"orders": [order]})) == ["same"]
    assert statuses(crm.ask("POST", "/orders", {"orders": [order | {"refunded_fen": 20000}]})) == ["updated"]
    with transaction() as session:
        kept = session.query(Purchase).one()
        assert (kept.paid_fen, kept.refunded_fen, kept.staff_id) == (129900, 20000, brand.ai.id)


def test_visits_are_kept_once_a_day_and_bad_rows_told(crm: Crm, brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
    now = clock.now()
    visit = {"member_no": "M1", "at": now.isoformat(), "store_code": "S21", "guide_userid": "g21a"}
    bad = [
        {"store_code": "S99"}, {"guide_userid": "nobody"}, {"at": (now + clock.days(1)).isoformat()}, {"source": "guide"},
        {"at": (now - clock.days(800)).isoformat()}, {"member_no": "M9"}, {"source": NUL},
    ]  # fmt: skip
    rows = [visit, visit, visit | {"at": (now - clock.days(1)).isoformat()}, *(visit | one for one in bad)]
    answer = crm.ask("POST", "/visits", {"visits": rows})
    assert statuses(answer) == ["added", "same", "added", *["invalid"] * 5, "unknown", "invalid"]
    assert "没有编码是 S99 的门店" in answer.json["results"][3]["message"]
    assert statuses(crm.ask("POST", "/visits", {"visits": [visit]})) == ["same"]
    with transaction() as session:
        kept = session.query(TimelineEntry).filter_by(kind="visited").order_by(TimelineEntry.at).all()
        assert [(one.staff_id, one.facts["source"]) for one in kept] == [(brand.ai.id, "pos")] * 2


NUL = "\u0000"


def test_one_row_nobody_can_keep_does_not_reject_the_batch(crm: Crm, brand: Brand) -> None:
    with transaction() as session:
        make_tags(session, "高客单")
        session.get_one(Customer, make_follow(session, brand.ai, "wm1").customer_id).member_no = "M1"
    order = {"member_no": "M1", "order_no": "A1", "at": "2026-01-02T10:00:00+08:00", "paid_fen": 100}
    bad: list[dict[str, Any]] = [
        {name: NUL} for name in ("source", "store_code", "guide_userid", "member_no", "unionid", "phone")
    ]
    bad += [{"order_no": "A\u200b1"}, {"goods": [{"name": NUL}]}, {"goods": [{"name": "裤", "sku": "\u202e1"}]}]
    answer = crm.ask("POST", "/orders", {"orders": [order | one for one in bad] + [order]})
    assert statuses(answer) == ["invalid"] * len(bad) + ["added"]
    assert all("看不见的字符" in one["message"] for one in answer.json["results"][:-1])
    assert answer.json["results"][0]["message"].startswith("source ")
    member = {"external_userid": "wm1", "city": "苏州市"}
    rows = [member | one for one in ({"province": NUL}, {"city": "上\u202e海"}, {"member_no": "M\u200d2"})]
    assert statuses(crm.ask("PUT", "/members", {"members": [*rows, member]})) == ["invalid"] * 3 + ["updated"]
    changes = [{"external_userid": "wm1", "add": [NUL]}, {"external_userid": NUL}, {"external_userid": "wm1", "add": ["高客单"]}]
    assert statuses(crm.ask("POST", "/customers/tags", {"changes": changes})) == ["invalid", "invalid", "updated"]


def test_what_goods_are_called_is_cleaned(crm: Crm) -> None:
    with transaction() as session:
        make_customer(session, "wm1")
    goods = [{"name": "羽绒服\u200b\u202e\n长款", "colour": "黑\u0000", "size": "L"}]
    order = {"external_userid": "wm1", "order_no": "A1", "at": "2026-01-02T10:00:00+08:00", "paid_fen": 100, "goods": goods}
    assert statuses(crm.ask("POST", "/orders", {"orders": [order]})) == ["added"]
    with transaction() as session:
        kept = session.query(Purchase).one().goods[0]
        assert (kept["name"], kept["colour"]) == ("羽绒服 长款", "黑")


def test_a_batch_of_tags_takes_the_statements_of_one(crm: Crm, brand: Brand, count_sql: Callable[[], Any]) -> None:
    with transaction() as session:
        make_tags(session, "高客单")
        for number in range(60):
            make_follow(session, brand.ai, f"wm{number:02}")
    rows = [{"external_userid": f"wm{number:02}", "add": ["高客单"]} for number in range(60)]
    counts = []
    for changes in (rows[:1], rows[1:]):
        with count_sql() as statements:
            assert statuses(crm.ask("POST", "/customers/tags", {"changes": changes})) == ["updated"] * len(changes)
        counts.append(len(statements))
    assert counts[1] <= counts[0]
    twice = [rows[0], {"external_userid": "wm00", "remove": ["高客单"]}, rows[0], {"external_userid": "wm01"}]
    assert statuses(crm.ask("POST", "/customers/tags", {"changes": twice})) == ["same", "updated", "updated", "same"]


def test_two_batches_in_opposite_orders_wait_for_each_other(crm: Crm, brand: Brand) -> None:
    with transaction() as session:
        make_tags(session, "高客单")
        for number in range(60):
            make_follow(session, brand.ai, f"wm{number:02}")
    rows = [{"external_userid": f"wm{number:02}", "add": ["高客单"]} for number in range(60)]

    def post(changes: list[dict[str, Any]]) -> int:
        answer = Crm(crm.client.application.test_client(), crm.key, crm.secret).ask(
            "POST", "/customers/tags", {"changes": changes}
        )
        return answer.status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(post, [rows, rows[::-1], rows, rows[::-1]])) == [200] * 4


def test_other_systems_are_told_whom_to_erase(crm: Crm, brand: Brand) -> None:
    with transaction() as session:
        webhooks.save_webhook(session, brand.headquarters, "会员系统", "https://crm.example.com/hook", list(KINDS))
        session.get_one(Customer, make_follow(session, brand.ai, "wm1", name="陈女士").customer_id).member_no = "M1"
    with transaction() as session:
        request = ask_for_data(session, brand.headquarters, "wm1", "erase", "到店出示了会员卡", "once-0001")
        confirm_erasing(session, brand.headquarters, request.id, "删除")
    with transaction() as session:
        assert erase_confirmed(session) == 1
    told = crm.ask("GET", "/changes").json["changes"]
    assert [(one["kind"], one["external_userid"], one["facts"]) for one in told] == [("customer.erased", "wm1", {})]
    with transaction() as session:
        calls = [(one.kind, one.body["external_userid"], one.body["facts"]) for one in session.query(WebhookCall)]
        assert calls == [("customer.erased", "wm1", {})]
        proof = session.query(DataRequest).one().proof
    kept = {one["table"] for one in proof["places"] if one["deed"] == "keep"}
    assert {"customer_change", "webhook_call"} <= kept
    with time_machine.travel(clock.now() + clock.days(31), tick=False), transaction() as session:
        forget_old(session)
        assert session.query(CustomerChange).count() == 0


def test_tags_go_to_the_owners_relation(crm: Crm, brand: Brand) -> None:
    with transaction() as session:
        tags = make_tags(session, "高客单", "羽绒服")
        follow = make_follow(session, brand.ai, "wm1")
    body = {
        "changes": [{"external_userid": "wm1", "add": ["高客单", "消费属性/羽绒服"]}, {"external_userid": "wm1", "add": ["没有"]}]
    }
    assert statuses(crm.ask("POST", "/customers/tags", body)) == ["updated", "invalid"]
    assert statuses(crm.ask("POST", "/customers/tags", {"changes": [{"external_userid": "wm9", "add": ["高客单"]}]})) == [
        "unknown"
    ]
    with transaction() as session:
        assert session.get_one(Follow, follow.id).tag_ids == sorted(tag.id for tag in tags)
    assert {one["name"] for one in crm.ask("GET", "/tags").json["tags"]} == {"高客单", "羽绒服"}


def test_a_customer_is_read_without_her_phone(crm: Crm, brand: Brand) -> None:
    with transaction() as session:
        make_follow(session, brand.ai, "wm1", name="陈女士")
        customer = find_customer(session, "wm1")
        assert customer is not None
        customer.phone, customer.phone_last4, customer.owner_id = "13800138000", "8000", brand.ai.id
    answer = crm.ask("GET", "/customers/wm1")
    assert (answer.json["name"], answer.json["phone_last4"], answer.json["owner_userid"]) == ("陈女士", "8000", "g21a")
    assert "13800138000" not in answer.text
    assert crm.ask("GET", "/customers/wm9").status_code == 404


def test_customers_come_in_pages(crm: Crm) -> None:
    with transaction() as session:
        for number in range(5):
            make_customer(session, f"wm{number}")
    first = crm.ask("GET", "/customers?limit=3").json
    rest = crm.ask("GET", f"/customers?limit=3&after={first['next']}").json
    assert [len(first["customers"]), len(rest["customers"]), rest["next"]] == [3, 2, None]


def test_a_page_of_customers_costs_a_fixed_number_of_statements(crm: Crm, brand: Brand, count_sql) -> None:  # type: ignore[no-untyped-def]
    with transaction() as session:
        for number in range(30):
            make_follow(session, brand.ai, f"wm{number}")
    with count_sql() as few:
        crm.ask("GET", "/customers?limit=1")
    with count_sql() as many:
        crm.ask("GET", "/customers?limit=30")
    assert len(many) <= len(few) + 1


def test_changes_are_noted_only_when_somebody_wants_them(brand: Brand) -> None:
    with transaction() as session:
        make_customer(session, "wm1")
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(CustomerChange)) == 0


def test_changes_are_read_in_their_order(crm: Crm, brand: Brand) -> None:
    with transaction() as session:
        tags = make_tags(session, "高客单")
        customer = make_customer(session, "wm1")
    with transaction() as session:
        row = session.get_one(Customer, customer.id)
        row.member_no, row.tag_ids = "M1", [tags[0].id]
    with transaction() as session:
        session.add(
            TierMove(customer_id=customer.id, ladder="stage", was="new", now="growing", why="买过一次", by="job", at=clock.now())
        )
    page = crm.ask("GET", "/changes?limit=2").json
    rest = crm.ask("GET", f"/changes?after={page['next']}").json
    told = [(one["kind"], one["external_userid"]) for one in page["changes"] + rest["changes"]]
    assert told[0] == ("customer.changed", "wm1")
    assert {kind for kind, _ in told} == {"customer.changed", "tags.changed", "stage.changed"}
    assert page["more"]
    assert not rest["more"]
    tagged = next(one for one in page["changes"] + rest["changes"] if one["kind"] == "tags.changed")
    assert tagged["facts"] == {"added": ["高客单"], "removed": []}
    only = crm.ask("GET", "/changes?kind=stage.changed").json["changes"]
    assert [one["facts"]["now"] for one in only] == ["growing"]


def test_a_change_of_an_open_transaction_is_not_skipped(crm: Crm) -> None:
    with transaction() as session:
        first, second = make_customer(session, "wm1"), make_customer(session, "wm2")
    start = crm.ask("GET", "/changes").json["next"]
    with engine().connect() as slow:
        slow.execute(text("UPDATE customer SET member_no = 'A' WHERE id = :id"), {"id": first.id})
        with transaction() as session:
            session.get_one(Customer, second.id).member_no = "B"
        assert crm.ask("GET", f"/changes?after={start}").json["changes"] == []
        slow.commit()
    told = crm.ask("GET", f"/changes?after={start}").json["changes"]
    assert {one["external_userid"] for one in told} == {"wm1", "wm2"}


def test_old_answers_are_forgotten(crm: Crm) -> None:
    with transaction() as session:
        make_customer(session, "wm1")
    crm.ask("PUT", "/members", {"members": [{"external_userid": "wm1", "member_no": "M1"}]})
    with time_machine.travel(clock.now() + clock.days(40), tick=False), transaction() as session:
        assert forget_old(session) >= 2
