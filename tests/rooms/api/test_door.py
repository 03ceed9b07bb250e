"""Who may come in at the open door: signed, fresh, once, within scope and share."""

import time

import pytest
import time_machine
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled
from sqlalchemy.exc import OperationalError

from api.keys import disable_key, make_key
from api.models import ApiCall, ApiKey
from foundation.config import settings
from foundation.db import transaction
from tests.builders.customers import find_customer, make_customer
from tests.builders.sop import Brand
from tests.rooms.api.conftest import Crm


def code(answer) -> str:  # type: ignore[no-untyped-def]
    assert answer.mimetype == "application/problem+json"
    return str(answer.json["code"])


def test_a_signed_request_comes_in(crm: Crm) -> None:
    answer = crm.ask("GET", "/customers?limit=5")
    assert (answer.status_code, answer.json) == (200, {"customers": [], "next": None})
    assert "q=600" in answer.headers["RateLimit-Policy"]


def test_anything_changed_on_the_way_is_refused(crm: Crm) -> None:
    body = {"members": [{"member_no": "M1"}]}
    assert code(crm.ask("PUT", "/members", body, raw=b'{"members": [{"member_no": "M2"}]}')) == "unauthorized"
    assert code(crm.ask("GET", "/customers?limit=5", sent_to="/customers?limit=500")) == "unauthorized"
    assert code(crm.ask("GET", "/customers", signature="0" * 64)) == "unauthorized"
    assert code(crm.ask("GET", "/customers", signature="é" * 64)) == "unauthorized"


def test_an_old_request_and_one_from_the_future_are_refused(crm: Crm) -> None:
    now = int(time.time())
    assert [crm.ask("GET", "/customers", stamp=str(now + off)).status_code for off in (-400, 400, -200)] == [401, 401, 200]
    assert crm.ask("GET", "/customers", stamp="yesterday").status_code == 401


def test_a_request_sent_twice_is_refused(crm: Crm) -> None:
    assert crm.ask("GET", "/customers", nonce="a" * 16).status_code == 200
    refused = crm.ask("GET", "/customers", nonce="a" * 16)
    assert code(refused) == "unauthorized"
    assert "已经发过" in refused.json["title"]
    assert crm.ask("GET", "/customers", nonce="short").status_code == 401


def test_a_disabled_key_opens_nothing(crm: Crm, brand: Brand) -> None:
    with transaction() as session:
        disable_key(session, brand.headquarters, session.query(ApiKey).one().id)
    assert crm.ask("GET", "/customers").status_code == 401


def test_a_key_does_what_its_scopes_say(crm: Crm, brand: Brand) -> None:
    with transaction() as session:
        key, secret = make_key(session, brand.headquarters, "收银", ["orders"])
    till = Crm(crm.client, key.key, secret)
    assert code(till.ask("GET", "/customers")) == "not_allowed"


def test_secrets_are_sealed_at_rest(crm: Crm) -> None:
    with transaction() as session:
        kept = session.connection().exec_driver_sql("SELECT secret FROM api_key").scalar_one()
    assert crm.secret.encode() not in bytes(kept)


def test_the_same_idempotency_key_acts_once(crm: Crm) -> None:
    with transaction() as session:
        make_customer(session, "wm1")
    body = {"members": [{"external_userid": "wm1", "member_no": "M1"}]}
    first, again = crm.ask("PUT", "/members", body, once="k1"), crm.ask("PUT", "/members", body, once="k1")
    assert first.json["results"][0]["status"] == "updated"
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    other = {"members": [{"external_userid": "wm1", "member_no": "M2"}]}
    assert code(crm.ask("PUT", "/members", other, once="k1")) == "conflict"
    with transaction() as session:
        assert session.query(ApiCall).count() == 1
        found = find_customer(session, "wm1")
        assert found is not None
        assert found.member_no == "M1"


def test_more_calls_than_a_minute_holds_are_told_to_wait(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_CALLS_PER_MINUTE", "2")
    settings.cache_clear()
    with time_machine.travel(time.time(), tick=False):
        answers = [crm.ask("GET", "/tags") for _ in range(4)]
    monkeypatch.undo()
    settings.cache_clear()
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_what_is_wrong_is_said_at_its_field(crm: Crm) -> None:
    answer = crm.ask("POST", "/orders", {"orders": [{"order_no": "A", "at": "2026-01-01T10:00:00", "paid": 1}]})
    assert answer.status_code == 422
    assert answer.json["fields"]["orders.0.at"].startswith("时间要带时区")
    assert answer.json["fields"]["orders.0.paid_fen"] == "必须填"
    assert answer.json["fields"]["orders.0.paid"] == "没有这个字段，请检查拼写"
    assert code(crm.ask("PUT", "/members", {"members": [{"member_no": "M"}] * 501})) == "invalid"
    assert crm.ask("GET", "/changes?limit=9999").json["fields"] == {"limit": "不能大于 500"}
    assert code(crm.ask("PUT", "/members", None)) == "invalid"
    assert code(crm.client.get("/api/v1/nothing")) == "not_found"


def test_every_error_is_a_problem(crm: Crm, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert crm.ask("GET", "/customers?after=99999999999999999999").json["fields"] == {"after": f"不能大于 {2**62}"}
    for path in ("/api/", "/api/v2/customers", "/api/v1/", "/api/v1/customers/a%00b"):
        answer = crm.client.get(path)
        assert (answer.status_code, answer.mimetype) == (400 if "%" in path else 404, "application/problem+json"), path
    assert code(crm.client.open("/api/v1/customers", method="BREW")) == "http"

    def crash(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("api.customers.list_tags", crash)
    assert crm.ask("GET", "/tags").status_code == 500
    assert code(crm.ask("GET", "/tags")) == "crash"


@pytest.mark.parametrize("raised", [DeadlockDetected, LockNotAvailable, QueryCanceled])
def test_a_busy_database_asks_to_come_again(crm: Crm, raised: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def give_way(*args: object) -> None:
        raise OperationalError("SELECT", {}, raised())

    monkeypatch.setattr("api.customers.list_tags", give_way)
    answer = crm.ask("GET", "/tags")
    assert (answer.status_code, code(answer)) == (503, "unavailable")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_a_body_beyond_its_limit_is_refused(crm: Crm) -> None:
    answer = crm.ask("PUT", "/members", {"members": [{"member_no": "M" * 1_100_000}]})
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_the_document_is_right_openapi_and_names_every_door(crm: Crm) -> None:
    document = crm.client.get("/api/v1/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    assert set(document["paths"]) == {
        "/members", "/orders", "/visits", "/tags", "/customers", "/customers/{external_userid}", "/customers/tags", "/changes",
    }  # fmt: skip
    assert set(document["webhooks"]) == {"customer.changed", "customer.erased", "tags.changed", "stage.changed"}
