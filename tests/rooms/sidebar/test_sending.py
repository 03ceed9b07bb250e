"""Asked before each send: what may go out now, why not and when; answers and conversations go on; the ledger is one for all."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from content_library.models import Item
from customers.actions import note_timeline
from customers.models import Consent, Customer, Follow, TimelineEntry
from customers.policies import set_policy
from customers.respect import note_contact
from customers.respect_models import Contact, ContactKind
from foundation import clock
from foundation.db import transaction
from org.models import Staff
from sop.actions import seed_care_nodes
from tests.builders.content_library import make_poster, make_script
from tests.builders.sop import Brand, make_follow
from tests.rooms.sidebar.conftest import Phone

SignIn = Callable[[Staff], Phone]
ASK = "/sidebar/customers/wm1/sending"
NEVER_QUIET = {"quiet_from": "00:00", "quiet_until": "00:00"}


@pytest.fixture
def follow(noon: None, brand: Brand) -> Follow:
    with transaction() as session:
        set_policy(session, brand.headquarters, "contact", NEVER_QUIET)
        return make_follow(session, brand.ai, "wm1", days_ago=1)


def _item(brand: Brand, **rest: object) -> int:
    with transaction() as session:
        made: Item = make_script(session, brand.headquarters, title=f"话术{sorted(rest)}", **rest)  # type: ignore[arg-type]
        return made.id


def _allow(follow: Follow, consent: Consent) -> None:
    with transaction() as session:
        session.get_one(Customer, follow.customer_id).consent = consent


def test_what_she_allows_decides_and_an_answer_goes_out(phone: SignIn, brand: Brand, follow: Follow) -> None:
    care, solving = _item(brand), _item(brand, scene="售后")
    with transaction() as session:
        poster = make_poster(session, brand.headquarters).id
    hers = phone(brand.ai)
    assert [hers.post(ASK, {"item": one}).json for one in (care, solving, poster)] == [{"may": True}] * 3
    _allow(follow, Consent.SERVICE_ONLY)
    refused = [hers.post(ASK, {"item": one}).json for one in (care, solving, poster)]
    assert [one["may"] for one in refused] == [False, True, False]
    assert "只收服务消息" in refused[0]["reason"]
    assert [one["reply"] for one in (refused[0], refused[2])] == [True, False]
    assert hers.post(ASK, {"item": care, "reply": True}).json == {"may": True}
    assert hers.post(ASK, {"item": care, "reply": True}).json == {"may": True}
    with transaction() as session:
        assert session.scalars(select(TimelineEntry.kind)).all() == ["answering"], "the guide's word, not the customer's"


def test_a_claim_lifts_no_wish_and_nothing_that_sells(phone: SignIn, brand: Brand, follow: Follow) -> None:
    care, solving = _item(brand), _item(brand, scene="售后")
    with transaction() as session:
        poster = make_poster(session, brand.headquarters).id
        set_policy(session, brand.headquarters, "contact", {"quiet_from": "00:00", "quiet_until": "23:59", "places": {}})
    hers = phone(brand.ai)
    told = hers.post(ASK, {"item": poster, "reply": True}).json
    assert (told["may"], told["reply"]) == (False, False)
    assert "营销内容，不能当作回复" in told["hint"]
    _allow(follow, Consent.NONE)
    for item in (care, solving, poster):
        told = hers.post(ASK, {"item": item, "reply": True}).json
        assert (told["may"], told["rule"], told["reply"]) == (False, "consent", False)
    assert "请直接打字回答" in hers.post(ASK, {"item": care}).json["hint"]
    with transaction() as session:
        assert session.scalars(select(TimelineEntry.kind)).all() == []
        note_timeline(session, follow.customer_id, "replied", staff_id=None, at=clock.now() - timedelta(hours=40), once="kf:1")
    assert hers.post(ASK, {"item": care, "reply": True}).json == {"may": True}, "she wrote herself"
    assert hers.post(ASK, {"item": poster, "reply": True}).json["may"] is False


def test_a_claim_counts_for_this_guide_and_her_words_alone(phone: SignIn, brand: Brand, follow: Follow) -> None:
    care = _item(brand)
    with transaction() as session:
        poster = make_poster(session, brand.headquarters)
        make_follow(session, brand.bo, "wm1", days_ago=1)
        set_policy(session, brand.headquarters, "contact", {"quiet_from": "00:00", "quiet_until": "23:59", "places": {}})
        version, shown = session.get_one(Item, care).version_id, (poster.id, poster.version_id)
    hers, his = phone(brand.ai), phone(brand.bo)
    report = {
        "once": "once-0001",
        "customer": "wm1",
        "item": care,
        "version": version,
        "bubbles": 1,
        "edited": False,
        "reply": True,
    }
    assert hers.post(ASK, {"item": care, "reply": True}).json == {"may": True}
    assert hers.post("/sidebar/sends", report).json["recorded"]
    assert hers.post(ASK, {"item": care}).json == {"may": True}, "her conversation goes on"
    assert hers.post(ASK, {"item": shown[0]}).json["rule"] == "quiet", "but not into what sells"
    assert his.post(ASK, {"item": care}).json["rule"] == "quiet"
    hers.post("/sidebar/sends", report | {"once": "once-0002", "item": shown[0], "version": shown[1]})
    with transaction() as session:
        assert session.scalars(select(Contact.kind).order_by(Contact.id)).all() == ["service", "marketing"]


def test_what_another_store_sent_holds_her_back_here_and_says_until_when(phone: SignIn, brand: Brand, follow: Follow) -> None:
    care = _item(brand)
    with transaction() as session:
        at = clock.now() - timedelta(hours=3)
        note_contact(session, follow.customer_id, ContactKind.CARE, "chat", brand.far.id, "item:9", "far-1", at)
        seed_care_nodes(session)
    hers = phone(brand.ai)
    told = hers.post(ASK, {"item": care}).json
    assert (told["may"], told["rule"]) == (False, "gap")
    assert "刚有同事发过关怀问候" in told["reason"]
    assert "以后可以" in told["reason"]
    page = hers.page("/sidebar/customers/wm1")
    assert "先别发关怀问候" in page
    assert "今日关怀" not in page


def test_a_send_is_noted_in_the_ledger_once_and_the_conversation_goes_on(phone: SignIn, brand: Brand, follow: Follow) -> None:
    care = _item(brand)
    with transaction() as session:
        version = session.get_one(Item, care).version_id
    hers, his = phone(brand.ai), phone(brand.bo)
    body = {"once": "once-0001", "customer": "wm1", "item": care, "version": version, "bubbles": 1, "edited": False}
    for _ in range(3):
        hers.post("/sidebar/sends", body)
    hers.post("/sidebar/sends", body | {"once": "once-0002", "reply": True})
    with transaction() as session:
        noted = session.scalars(select(Contact).order_by(Contact.id)).all()
        assert [(one.kind, one.channel, one.about) for one in noted] == [
            ("care", "chat", f"item:{care}"), ("service", "chat", f"item:{care}"),
        ]  # fmt: skip
        assert session.scalars(select(TimelineEntry.facts["item"])).first() == care
        make_follow(session, brand.bo, "wm1", days_ago=1)
    assert hers.post(ASK, {"item": care}).json == {"may": True}
    assert his.post(ASK, {"item": care}).json["rule"] == "gap"


def test_the_night_is_told_and_something_wrong_is_refused(phone: SignIn, brand: Brand, follow: Follow) -> None:
    care = _item(brand)
    with transaction() as session:
        set_policy(session, brand.headquarters, "contact", {"quiet_from": "00:00", "quiet_until": "23:59"})
    hers = phone(brand.ai)
    told = hers.post(ASK, {"item": care}).json
    assert told["rule"] in ("quiet", "gap")
    assert "现在是休息时间（00:00–23:59）" in hers.page("/sidebar/customers/wm1")
    for body in (None, [], {}, {"item": "1"}, {"item": -1}):
        assert hers.post(ASK, body).status_code == 422
    assert hers.post(ASK, {"item": 987_654}).status_code == 404
    assert phone(brand.far).post(ASK, {"item": care}).status_code == 404
