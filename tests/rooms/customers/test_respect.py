"""One ledger for all stores: asked in one statement for a thousand, written once, kept by everybody who sends."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from acquisition.actions import arrive
from customers.actions import note_timeline, set_consent
from customers.models import Consent, Customer, TimelineEntry
from customers.policies import set_policy
from customers.respect import Letter, may_contact, may_contact_by_kind, note_contact, send_to_customers
from customers.respect_models import ConsentChange, Contact, ContactKind
from demo.seed import never_quiet
from foundation import clock
from foundation.errors import Invalid
from outbox.models import Lane, MessageStatus, OutgoingMessage
from tests.builders.customers import make_customer
from tests.builders.sop import Brand, make_brand, make_follow

NOON = clock.at(clock.today(), 12)
MARKETING, CARE, SERVICE = ContactKind.MARKETING, ContactKind.CARE, ContactKind.SERVICE


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


def test_a_thousand_are_asked_in_one_statement(session: Session, brand: Brand, count_sql) -> None:  # type: ignore[no-untyped-def]
    ids = [make_customer(session, f"wm{number}").id for number in range(40)]
    session.get_one(Customer, ids[0]).consent = Consent.NONE
    session.get_one(Customer, ids[1]).city = "乌鲁木齐"
    note_contact(session, ids[2], CARE, "chat", brand.far.id, "item:1", "a", NOON - timedelta(hours=1))
    session.flush()
    with count_sql() as statements:
        refused = may_contact_by_kind(session, [*ids, 999_999], [MARKETING, CARE, SERVICE], NOON, staff_id=brand.ai.id)
    assert len(statements) == 1
    assert {kind: sorted(why) for kind, why in refused.items()} == {
        MARKETING: [ids[0], 999_999], CARE: [ids[0], ids[2], 999_999], SERVICE: [ids[0], 999_999],
    }  # fmt: skip
    early = may_contact(session, ids[:3], CARE, clock.at(clock.today(), 9, 0))
    assert {id_: why.rule for id_, why in early.items()} == {ids[0]: "consent", ids[1]: "quiet"}
    with pytest.raises(ValueError, match="at most"):
        may_contact(session, range(1001), CARE, NOON)
    assert may_contact(session, [], CARE, NOON) == {}


def test_a_contact_is_written_once_and_belongs_to_who_she_lives_on_as(session: Session, brand: Brand) -> None:
    kept, gone = make_customer(session, "wmkept"), make_customer(session, "wmgone")
    gone.merged_into_id = kept.id
    session.flush()
    noted = [note_contact(session, gone.id, CARE, "chat", brand.ai.id, "item:1", "once-1", NOON) for _ in range(3)]
    assert noted == [True, False, False]
    assert session.scalars(select(Contact.customer_id)).all() == [kept.id]
    assert set(may_contact(session, [gone.id, kept.id], CARE, NOON + timedelta(hours=1))) == {gone.id, kept.id}


def test_the_brands_own_rules_hold_at_once(session: Session, brand: Brand) -> None:
    customer = make_customer(session)
    note_contact(session, customer.id, CARE, "chat", brand.ai.id, "", "a", NOON - timedelta(hours=3))
    assert may_contact(session, [customer.id], CARE, NOON)
    set_policy(session, brand.headquarters, "contact", {"care_gap": 2})
    assert may_contact(session, [customer.id], CARE, NOON) == {}
    with pytest.raises(Invalid) as caught:
        set_policy(session, brand.headquarters, "contact", {"quiet_from": "半夜"})
    assert caught.value.fields == {"quiet_from": "请写成 21:30 这样的时间"}


def test_what_may_not_be_sent_is_kept_with_why_and_never_sent(session: Session, brand: Brand) -> None:
    fine, refusing = make_customer(session, "wm1"), make_customer(session, "wm2")
    set_consent(session, refusing.id, Consent.SERVICE_ONLY, "staff:1", "sidebar")
    letters = {"k1": Letter(fine.id, {"n": 1}), "k2": Letter(refusing.id, {"n": 2}), "k3": Letter(None, {"n": 3})}
    calls = {"kind": MARKETING, "about": "task:1", "expires_at": NOON + timedelta(days=1), "at": NOON}
    assert send_to_customers(session, Lane.BULK, "externalcontact/add_msg_template", letters, **calls) == 2  # type: ignore[arg-type]
    assert send_to_customers(session, Lane.BULK, "externalcontact/add_msg_template", letters, **calls) == 0  # type: ignore[arg-type]
    kept = {row.idempotency_key: row for row in session.scalars(select(OutgoingMessage))}
    assert {key: row.status for key, row in kept.items()} == {
        "k1": MessageStatus.WAITING, "k2": MessageStatus.EXPIRED, "k3": MessageStatus.WAITING,
    }  # fmt: skip
    assert "只收服务消息" in kept["k2"].reason


def test_a_welcome_is_a_service_and_who_wants_nothing_gets_none(session: Session, brand: Brand) -> None:
    follow = make_follow(session, brand.ai, "wm1", days_ago=40)
    set_consent(session, follow.customer_id, Consent.NONE, f"staff:{brand.ai.id}", "sidebar", staff_id=brand.ai.id)
    for name in ("wm1", "wm2"):
        arrive(session, brand.bo.userid, name, at=clock.now(), welcome_code=f"code-{name}")
    sent = session.scalars(select(OutgoingMessage).where(OutgoingMessage.call == "externalcontact/send_welcome_msg")).all()
    assert sorted(row.status for row in sent) == [MessageStatus.EXPIRED, MessageStatus.WAITING]
    assert (
        session.scalar(select(func.count()).select_from(Contact).where(Contact.kind == SERVICE, Contact.channel == "welcome"))
        == 1
    )


def test_each_change_of_consent_is_kept_with_her_words(session: Session, brand: Brand) -> None:
    customer = make_customer(session)
    for wish in (Consent.NONE, Consent.NONE, Consent.ALL):
        set_consent(session, customer.id, wish, "staff:1", "message", staff_id=brand.ai.id, words="别再发了" * 100)
    changes = session.scalars(select(ConsentChange).order_by(ConsentChange.id)).all()
    assert [(one.was, one.now, one.source, len(one.words)) for one in changes] == [
        ("all", "none", "message", 200), ("none", "none", "message", 200), ("none", "all", "message", 200),
    ]  # fmt: skip
    assert len(session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "consent")).all()) == 2
    for _ in range(2):
        set_consent(session, customer.id, Consent.ALL, "staff:1", "sidebar", staff_id=brand.ai.id)
    assert len(session.scalars(select(ConsentChange)).all()) == 3, "what a colleague taps again is no news"
    assert session.scalars(select(TimelineEntry.facts["words"].astext)).first() == ("别再发了" * 100)[:200]


def test_who_addressed_us_lately_is_answered_at_night(session: Session, brand: Brand) -> None:
    customer, night = make_customer(session), clock.at(clock.today(), 23)
    assert may_contact(session, [customer.id], CARE, night)
    note_timeline(session, customer.id, "replied", staff_id=None, at=night - timedelta(minutes=5), once="r")
    assert may_contact(session, [customer.id], CARE, night) == {}
    assert may_contact(session, [customer.id], CARE, night + timedelta(hours=3))


def test_the_walk_of_the_demo_may_send_at_any_hour(session: Session, brand: Brand) -> None:
    west = make_customer(session)
    west.province = "新疆"
    session.flush()
    assert may_contact(session, [west.id], MARKETING, clock.at(clock.today(), 3))
    never_quiet(session, brand.headquarters)
    assert [may_contact(session, [west.id], MARKETING, clock.at(clock.today(), hour)) for hour in range(24)] == [{}] * 24
