"""Webhooks: told in the transaction of the cause, signed, tried again, dead after a day, told again by hand, never inwards."""

import hashlib
import hmac
import json

import pytest
import time_machine
from sqlalchemy.orm import Session

from api import webhooks
from api.calling import send
from api.delivery import Outcome, Owed, claim
from api.models import Webhook, WebhookCall
from api.rules import MAX_ATTEMPTS, MAX_REFUSALS, wait_before_retry
from customers.models import Customer
from customers.person_requests import ask_for_data, confirm_erasing, erase_confirmed
from foundation import clock
from foundation.db import engine, transaction
from foundation.errors import Conflict
from jobs.api_jobs import AT_ONCE, tell_webhooks
from tests.builders.customers import make_customer, make_follow
from tests.builders.sop import Brand
from tests.rooms.api.conftest import Listener

KINDS = ["customer.changed", "tags.changed"]


@pytest.fixture
def hook(brand: Brand, listener: Listener, own_network: None) -> tuple[Webhook, str]:
    with transaction() as session:
        return webhooks.save_webhook(session, brand.headquarters, "会员系统", listener.url, KINDS)


def change(member_no: str, external_userid: str = "wm1") -> None:
    with transaction() as session:
        found = session.query(Customer).filter(Customer.external_userid == external_userid).one_or_none()
        if found is None:
            session.add(Customer(external_userid=external_userid, member_no=member_no, created_at=clock.now()))
        else:
            found.member_no = member_no


def calls() -> list[WebhookCall]:
    with transaction() as session:
        return session.query(WebhookCall).order_by(WebhookCall.id).all()


def later(seconds: float):  # type: ignore[no-untyped-def]
    return time_machine.travel(clock.now() + clock.days(seconds / 86_400), tick=True)


def test_a_change_is_told_signed(hook: tuple[Webhook, str], listener: Listener) -> None:
    change("M1")
    with later(1):
        assert tell_webhooks() == 1
    headers, body = listener.heard[0]
    told = json.loads(body)
    assert (told["kind"], told["external_userid"], told["facts"]) == ("customer.changed", "wm1", {"changed": ["added"]})
    text = headers["X-GuideDesk-Timestamp"] + "." + body.decode()
    assert headers["X-GuideDesk-Signature"] == hmac.new(hook[1].encode(), text.encode(), hashlib.sha256).hexdigest()
    assert [one.status for one in calls()] == ["sent"]


def test_what_is_rolled_back_is_not_told(hook: tuple[Webhook, str]) -> None:
    with Session(engine()) as session:
        make_customer(session, "wm1")
        assert session.query(WebhookCall).count() == 1
        session.rollback()
    assert calls() == []


def test_a_refusal_is_tried_again_later(hook: tuple[Webhook, str], listener: Listener) -> None:
    change("M1")
    listener.answers = [500, 302]
    with later(1):
        tell_webhooks()
        assert tell_webhooks() == 0
    with later(15):
        assert tell_webhooks() == 0
    with later(60):
        assert tell_webhooks() == 1
    assert [(one.status, one.attempts) for one in calls()] == [("sent", 3)]
    assert len(listener.heard) == 3


def test_after_about_a_day_it_is_dead_and_can_be_told_by_hand(
    hook: tuple[Webhook, str], brand: Brand, listener: Listener
) -> None:
    change("M1")
    listener.answers = [503] * MAX_ATTEMPTS
    for hours in range(0, 3 * MAX_ATTEMPTS, 2):
        with later(hours * 3600 + 1):
            tell_webhooks()
    assert [(one.status, one.attempts) for one in calls()] == [("dead", MAX_ATTEMPTS)]
    with transaction() as session:
        assert webhooks.replay(session, brand.headquarters, hook[0].id) == 1
        assert webhooks.replay(session, brand.headquarters, hook[0].id) == 0
    assert tell_webhooks() == 1


def test_when_nothing_answers_the_rest_waits_without_being_tried(brand: Brand, own_network: None) -> None:
    with transaction() as session:
        webhooks.save_webhook(session, brand.headquarters, "没人", "http://127.0.0.1:9/hook", KINDS)
    for number in range(3):
        change("M1", f"wm{number}")
    with later(1):
        tell_webhooks()
    assert [one.attempts for one in calls()] == [1, 0, 0]
    assert all(one.due_at > clock.now() + clock.days(5 / 86_400) for one in calls())


def test_a_claim_of_a_dead_worker_comes_back(hook: tuple[Webhook, str], listener: Listener) -> None:
    change("M1")
    with later(1), transaction() as session:
        assert len(claim(session)) == 1
    with later(2):
        assert tell_webhooks() == 0
    with later(150):
        assert tell_webhooks() == 1


def test_a_stopped_address_is_told_nothing(hook: tuple[Webhook, str], brand: Brand, listener: Listener) -> None:
    change("M1")
    with transaction() as session:
        webhooks.switch_webhook(session, brand.headquarters, hook[0].id, False)
    change("M2")
    with later(1):
        assert tell_webhooks() == 0
    assert [one.status for one in calls()] == ["dead"]
    with transaction() as session, pytest.raises(Conflict):
        webhooks.replay(session, brand.headquarters, hook[0].id)


def test_a_trial_can_be_sent(hook: tuple[Webhook, str], brand: Brand, listener: Listener) -> None:
    with transaction() as session:
        webhooks.ping(session, brand.headquarters, hook[0].id)
    assert tell_webhooks() == 1
    assert json.loads(listener.heard[0][1])["kind"] == "ping"


def test_our_own_network_is_not_reached(listener: Listener, database: None) -> None:
    for url in (f"https://localhost:{listener.port}/", "https://localhost/hook", "https://127.0.0.1/", "https://[::1]/hook"):
        outcome = send(Owed(1, 1, url, "s", "ping", {}, 1))
        assert (outcome.ok, outcome.unreachable) == (False, True), url
    assert listener.heard == []


def test_one_bad_address_does_not_keep_the_others_from_being_told(
    hook: tuple[Webhook, str], brand: Brand, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        bad = webhooks.save_webhook(session, brand.headquarters, "写错的", "https://a.com/", KINDS)[0]
        # As one kept before names were checked.
        session.get_one(Webhook, bad.id).url = f"http://{'a' * 70}.com/"
    monkeypatch.setattr("api.calling.address_problem", lambda url, private: "")
    change("M1")
    with later(1):
        assert tell_webhooks() == 1
    told = {one.webhook_id: one for one in calls()}
    assert (told[hook[0].id].status, told[hook[0].id].attempts) == ("sent", 1)
    assert (told[bad.id].status, told[bad.id].attempts) == ("waiting", 1)
    assert "UnicodeError" in told[bad.id].answer


def test_an_error_in_telling_one_address_leaves_the_others_recorded(
    hook: tuple[Webhook, str], brand: Brand, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        first = webhooks.save_webhook(session, brand.headquarters, "也是", listener.url, KINDS)[0].id
        for number in range(AT_ONCE + 2):
            webhooks.save_webhook(session, brand.headquarters, f"其他 {number}", listener.url, KINDS)
    change("M1")

    def trip(owed: Owed) -> Outcome:
        if owed.webhook_id == first:
            raise RuntimeError
        return send(owed)

    monkeypatch.setattr("jobs.api_jobs.send", trip)
    with later(1), pytest.raises(RuntimeError):
        tell_webhooks()
    assert {one.webhook_id for one in calls() if one.status != "sent"} == {first}


def test_an_address_hears_everything_in_order_after_a_refusal(hook: tuple[Webhook, str], listener: Listener) -> None:
    for number in range(3):
        change(f"M{number}")
    listener.answers = [500]
    with later(1):
        assert tell_webhooks() == 0
        change("M9")
        assert tell_webhooks() == 0
    assert [one.attempts for one in calls()] == [1, 0, 0, 0]
    with later(15):
        assert tell_webhooks() == 4
    ids = [json.loads(body)["id"] for _, body in listener.heard]
    assert ids == [ids[0], *sorted(ids[1:])]
    assert ids[0] == ids[1]


def test_behind_a_dead_telling_the_next_goes_on(hook: tuple[Webhook, str], listener: Listener) -> None:
    change("M1")
    change("M2")
    with transaction() as session:
        session.query(WebhookCall).order_by(WebhookCall.id).limit(1).one().attempts = MAX_ATTEMPTS - 1
    listener.answers = [500]
    with later(1):
        assert tell_webhooks() == 1
    assert [one.status for one in calls()] == ["dead", "sent"]


def test_what_the_address_refuses_is_set_aside_and_the_others_go_on(
    hook: tuple[Webhook, str], brand: Brand, listener: Listener
) -> None:
    for number in range(3):
        change(f"M{number}")
    listener.answers = [422] * MAX_REFUSALS
    for minutes in range(0, 25, 5):
        with later(minutes * 60 + 1):
            tell_webhooks()
    assert [(one.status, one.attempts) for one in calls()] == [("dead", 5), ("sent", 1), ("sent", 1)]
    with transaction() as session:
        assert [one.answer for one in webhooks.page_calls(session, brand.headquarters, hook[0].id, "dead")] == ["422 ok"]
        assert webhooks.replay(session, brand.headquarters, hook[0].id) == 1
    listener.answers = [422]
    assert tell_webhooks() == 0
    assert calls()[0].status == "waiting", "told by hand it has all its tries again"


def test_patience_asked_for_is_no_refusal_and_an_outage_counts_for_none(hook: tuple[Webhook, str], listener: Listener) -> None:
    change("M1")
    listener.answers = [429, 408, 503, 500, 502, 404]
    for minutes in range(0, 60, 15):
        with later(minutes * 60 + 1):
            tell_webhooks()
    for hours in range(2, 6):
        with later(hours * 3600):
            tell_webhooks()
    assert [(one.status, one.attempts, one.refusals) for one in calls()] == [("sent", 7, 1)]


def test_every_address_hears_of_an_erasing(brand: Brand, listener: Listener, own_network: None) -> None:
    with transaction() as session:
        webhooks.save_webhook(session, brand.headquarters, "只要标签", listener.url, ["tags.changed"])
        old = webhooks.save_webhook(session, brand.headquarters, "停用的", listener.url, ["tags.changed"])[0]
        webhooks.switch_webhook(session, brand.headquarters, old.id, False)
        assert all(one.kinds == ["customer.erased", "tags.changed"] for one in session.query(Webhook))
        make_follow(session, brand.ai, "wm1")
    with transaction() as session:
        request = ask_for_data(session, brand.headquarters, "wm1", "erase", "门店", "来信要求删除")
        confirm_erasing(session, brand.headquarters, request.id, "删除")
    with transaction() as session:
        assert erase_confirmed(session) == 1
    with later(1):
        assert tell_webhooks() == 1
    told = json.loads(listener.heard[0][1])
    assert (told["kind"], told["external_userid"]) == ("customer.erased", "wm1")


def test_a_trial_does_not_wait_behind_what_failed(hook: tuple[Webhook, str], brand: Brand, listener: Listener) -> None:
    change("M1")
    listener.answers = [500]
    with later(1):
        tell_webhooks()
        with transaction() as session:
            webhooks.ping(session, brand.headquarters, hook[0].id)
        assert tell_webhooks() == 1
    assert [(one.kind, one.status) for one in calls()] == [("customer.changed", "waiting"), ("ping", "sent")]


def test_waits_grow_and_end_after_about_a_day() -> None:
    waits = [wait_before_retry(number) for number in range(1, MAX_ATTEMPTS)]
    assert all(wait is not None for wait in waits)
    assert waits == sorted(waits, key=lambda wait: wait.total_seconds() if wait else 0)
    assert 20 <= sum(wait.total_seconds() for wait in waits if wait) / 3600 <= 28
    assert wait_before_retry(MAX_ATTEMPTS) is None
