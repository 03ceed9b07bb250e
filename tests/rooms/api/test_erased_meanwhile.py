"""What is told of somebody whose erasing is under way: the call waits for it, keeps nothing and says that she is unknown."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from customers.person_requests import ask_for_data, confirm_erasing, erase_confirmed
from customers.purchase_models import Purchase
from foundation import clock
from foundation.db import transaction
from tests.builders.customers import make_follow
from tests.builders.locks import wait_for_a_lock
from tests.builders.sop import Brand
from tests.rooms.api.conftest import Crm

NEWS: dict[str, Any] = {
    "members": ("PUT", {"city": "杭州"}),
    "orders": ("POST", {"order_no": "A1", "paid_fen": 100, "at": "2026-01-02T10:00:00+08:00"}),
    "visits": ("POST", {"store_code": "S21", "at": clock.now().isoformat()}),
}


@pytest.mark.parametrize("kind", NEWS)
def test_who_is_erased_meanwhile_is_unknown(crm: Crm, brand: Brand, kind: str) -> None:
    method, news = NEWS[kind]
    with transaction() as session:
        for number in (1, 2):
            make_follow(session, brand.ai, f"wm{number}")
    rows = [
        {"external_userid": f"wm{number}"} | news | ({"order_no": f"A{number}"} if kind == "orders" else {}) for number in (1, 2)
    ]
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            request = ask_for_data(session, brand.headquarters, "wm1", "erase", "门店", "来信要求删除")
            confirm_erasing(session, brand.headquarters, request.id, "删除")
            assert erase_confirmed(session) == 1
            asking = pool.submit(crm.ask, method, f"/{kind}", {kind: rows})
            wait_for_a_lock()
        answer = asking.result().json["results"]
    assert [(one["status"], one["message"]) for one in answer] == [
        ("unknown", "这位客户的资料刚刚被删除"), ("updated" if kind == "members" else "added", ""),
    ]  # fmt: skip
    if kind == "orders":
        with transaction() as session:
            assert [one.order_no for one in session.query(Purchase)] == ["A2"]
        assert crm.ask(method, f"/{kind}", {kind: rows[1:]}).json["results"][0]["status"] == "same"
