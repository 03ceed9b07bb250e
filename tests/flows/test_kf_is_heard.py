"""A customer writes 退订 to 微信客服 on the platform: her wish holds here, and her guide has a card."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import road
from customers.models import Consent, Customer, TimelineEntry
from customers.respect import may_contact, may_contact_by_kind
from customers.respect_models import ConsentChange, ContactKind
from foundation import clock
from foundation.db import transaction
from jobs.kf_jobs import pull_kf
from outbox.models import OutgoingMessage
from tests.flows.town import Town, simulator, town

__all__ = ["simulator", "town"]


def test_at_half_past_ten_at_night_she_asks_for_no_more_advertising(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Her guide's page says so at once, also in another store's hands; her question is answered all the same."""
    night = clock.at(clock.today(), 22, 30)
    monkeypatch.setattr(clock, "now", lambda: night)
    customer = str(town.platform.get("members/lixiaomei")["contacts"][0]["external_userid"])
    kfid = str(town.platform.get("kf/accounts")["accounts"][0]["open_kfid"])
    with transaction() as session:
        her = session.scalars(select(Customer).where(Customer.external_userid == customer)).one()
        assert {why.rule for why in may_contact(session, [her.id], ContactKind.MARKETING, night).values()} == {"quiet"}
    town.platform.do("customer_opens_kf", open_kfid=kfid, external_userid=customer)
    town.platform.do("customer_writes_kf", open_kfid=kfid, external_userid=customer, content="别再发广告了，烦死了")
    town.platform.post("callbacks/wait", timeout=10)
    assert road.drain() > 0
    assert pull_kf() == 1
    with transaction() as session:
        refused = may_contact_by_kind(session, [her.id], list(ContactKind), night + timedelta(days=1, hours=-10))
        card = session.scalars(select(OutgoingMessage).where(OutgoingMessage.idempotency_key.like("wish:kf:%"))).one()
    assert {str(kind): [why.rule for why in found.values()] for kind, found in refused.items()} == {
        "marketing": ["consent"], "care": ["consent"], "service": [],
    }  # fmt: skip
    assert card.payload["touser"] == "lixiaomei"
    assert "别再发广告了，烦死了" in json.dumps(card.payload, ensure_ascii=False)


def test_a_wish_written_to_the_customer_service_is_obeyed(town: Town) -> None:
    contact = town.platform.get("members/lixiaomei")["contacts"][0]
    customer = str(contact["external_userid"])
    account = town.platform.get("kf/accounts")["accounts"][0]
    kfid = str(account["open_kfid"])
    town.platform.do("customer_opens_kf", open_kfid=kfid, external_userid=customer)
    town.platform.do("customer_writes_kf", open_kfid=kfid, external_userid=customer, content="怎么退货")
    town.platform.do("customer_writes_kf", open_kfid=kfid, external_userid=customer, content="别再发广告了")
    town.platform.post("callbacks/wait", timeout=10)
    assert road.drain() > 0
    assert pull_kf() == 2
    with transaction() as session:
        her = session.scalars(select(Customer).where(Customer.external_userid == customer)).one()
        assert her.consent == Consent.SERVICE_ONLY
        assert session.scalars(select(ConsentChange.words)).one() == "别再发广告了"
        replied = select(TimelineEntry.kind).where(TimelineEntry.customer_id == her.id, TimelineEntry.kind == "replied")
        assert len(session.scalars(replied).all()) == 2
    before = town.calls("message/send")
    town.work()
    assert town.calls("message/send") == before + 1
    assert pull_kf() == 0
