"""Notes, sizes, next steps: written once however often they are reported, only by who follows her; one reminder each."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.actions import note_timeline
from customers.models import FollowStatus
from customers.service_actions import add_note, finish_step, plan_step, remind_steps, set_size
from customers.service_models import CustomerNote, NextStep
from customers.service_queries import Wanted, list_steps_of, page_mine, service_of
from customers.service_rules import Contact, days_until, month_day, occasions, suggested_tags, too_soon
from foundation import clock
from foundation.errors import Conflict, Invalid, NotFound
from outbox.models import OutgoingMessage
from tests.builders.customers import make_follow
from tests.builders.sop import Brand, make_brand

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture
def brand(session: Session, noon: None) -> Brand:
    return make_brand(session)


def test_what_is_written_down_is_read_in_one_statement(session: Session, brand: Brand, count_sql) -> None:  # type: ignore[no-untyped-def]
    hers = make_follow(session, brand.ai).customer_id
    assert [add_note(session, brand.ai, hers, "给妈妈看长款", "note-1") for _ in range(3)] == [True, False, False]
    set_size(session, brand.ai, hers, "上衣", "M")
    set_size(session, brand.ai, hers, "上衣", "L")
    set_size(session, brand.ai, hers, "上衣", "S", clock.now() - timedelta(days=1))
    set_size(session, brand.ai, hers, "裤子", "27")
    set_size(session, brand.ai, hers, "裤子", "")
    plan_step(session, brand.ai, hers, "到货通知她", clock.now() + timedelta(days=1), "step-1")
    facts = {"title": "新品", "category": "上新"}
    note_timeline(session, hers, "sent", staff_id=brand.bo.id, at=clock.now(), once="s1", **facts)
    with count_sql() as statements:
        found = service_of(session, hers, brand.ai.id)
    assert len(statements) == 1
    assert ([note.text for note in found.notes], found.sizes) == (["给妈妈看长款"], {"上衣": "L"})
    assert [step.text for step in found.steps] == ["到货通知她"]
    assert [(one.by, one.title, one.category) for one in found.contacts] == [("G21B", "新品", "上新")]
    assert service_of(session, hers, brand.bo.id).steps == []


def test_only_who_follows_her_writes_and_bad_input_is_named_at_its_field(session: Session, brand: Brand) -> None:
    hers = make_follow(session, brand.ai).customer_id
    ended = make_follow(session, brand.ai, "wm2", status=FollowStatus.ENDED_BY_CUSTOMER).customer_id
    tomorrow = clock.now() + timedelta(days=1)
    with pytest.raises(NotFound):
        add_note(session, brand.bo, hers, "x", "note-1")
    with pytest.raises(Conflict):
        plan_step(session, brand.ai, ended, "x", tomorrow, "step-1")
    yesterday, too_late = clock.now() - timedelta(days=1), clock.now() + timedelta(days=400)
    bad = [
        ("", tomorrow, "text"),
        ("x" * 101, tomorrow, "text"),
        ("x", None, "due"),
        ("x", yesterday, "due"),
        ("x", too_late, "due"),
    ]
    for text, due, field in bad:
        with pytest.raises(Invalid) as wrong:
            plan_step(session, brand.ai, hers, text, due, "step-1")
        assert list(wrong.value.fields) == [field]
    for kind, value in (("上衣", "x" * 21), ("生日", "13-45"), ("腰围", "70")):
        with pytest.raises(Invalid):
            set_size(session, brand.ai, hers, kind, value)
    with pytest.raises(Invalid):
        add_note(session, brand.ai, hers, " \x00 ", "note-1")
    assert session.scalar(select(func.count()).select_from(CustomerNote)) == 0


def test_a_step_reminds_once_and_not_of_who_is_gone(session: Session, brand: Brand) -> None:
    hers, gone = make_follow(session, brand.ai).customer_id, make_follow(session, brand.ai, "wm2")
    for number, customer_id in enumerate((hers, gone.customer_id, hers)):
        plan_step(session, brand.ai, customer_id, f"约定 {number}", clock.now() + timedelta(hours=1), f"step-{number}")
    steps = list(session.scalars(select(NextStep).order_by(NextStep.id)))
    gone.status = FollowStatus.ENDED_BY_CUSTOMER
    finish_step(session, brand.ai, steps[2].id)
    assert remind_steps(session) == 0
    for step in steps:
        step.due_at = clock.now()
    session.flush()
    assert (remind_steps(session), remind_steps(session)) == (2, 0)
    card = session.scalars(select(OutgoingMessage.payload)).one()
    assert card["touser"] == brand.ai.userid
    assert card["template_card"]["main_title"]["title"] == "约定 0"
    assert [step.text for step, _, _ in list_steps_of(session, brand.ai)] == ["约定 0", "约定 1"]
    with pytest.raises(NotFound):
        finish_step(session, brand.bo, steps[0].id)
    assert finish_step(session, brand.ai, steps[2].id, done=False).done_at is None


def test_her_customers_by_silence_and_stage_page_by_page(session: Session, brand: Brand) -> None:
    now = clock.now()
    for number in range(7):
        follow = make_follow(session, brand.ai, f"wm{number}", at=now - timedelta(days=10 * number))
        follow.last_contact_at = None if number % 2 else now - timedelta(days=number)
    make_follow(session, brand.bo, "wmbo")
    session.flush()
    for order in ("added", "contact", "silent"):
        seen: list[str] = []
        after = None
        while rows := page_mine(session, brand.ai, Wanted(order=order), after=after, limit=2):
            seen += [customer.external_userid for customer, _ in rows]
            after = rows[-1][1].id
        assert (len(seen), len(set(seen))) == (7, 7), order
    silent = page_mine(session, brand.ai, Wanted(silent=(7, None), order="silent"))
    assert [customer.external_userid for customer, _ in silent] == ["wm5", "wm3", "wm1"]
    assert [c.external_userid for c, _ in page_mine(session, brand.ai, Wanted(known=(0, 11)))] == ["wm0", "wm1"]


def test_days_known_are_shanghai_days_and_not_spans_of_24_hours(session: Session, brand: Brand) -> None:
    late = make_follow(session, brand.ai, "wm1")
    late.followed_at = clock.at(clock.today() - timedelta(days=4), 23, 50)
    early = make_follow(session, brand.ai, "wm2")
    early.followed_at = clock.at(clock.today() - timedelta(days=3), 0, 10)
    session.flush()
    with time_machine.travel(clock.at(clock.today(), 0, 30), tick=False):
        assert [c.external_userid for c, _ in page_mine(session, brand.ai, Wanted(known=(4, None)))] == ["wm1"]
        assert [c.external_userid for c, _ in page_mine(session, brand.ai, Wanted(known=(0, 4)))] == ["wm2"]


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(1, 12), st.integers(1, 31))
def test_a_birthday_is_never_more_than_a_year_away(today: date, month: int, day: int) -> None:
    said = month_day(f"{month}-{day}")
    if said is None:
        assert day > 28
    else:
        assert 0 <= days_until(*said, today) <= 366


def test_occasions_gaps_and_hinted_tags() -> None:
    today = date(2026, 11, 22)
    assert occasions(today, date(2025, 11, 22), "1990年11月25日") == ["生日 3 天后", "加好友满 1 年"]
    assert occasions(today, today, "") == []
    assert occasions(today, None, "11-22") == ["今天生日"]
    old = Contact(NOON - timedelta(days=4), 1, "A", "旧", "上新")
    fresh, plain = Contact(NOON - timedelta(hours=5), 2, "B", "新", "上新"), Contact(NOON, 2, "B", "问候", "")
    assert too_soon([old, fresh, plain], NOON) == {"上新": fresh}
    assert suggested_tags({1: "长款", 2: "亲子", 3: "L"}, [2], ["想看长款，给孩子亲子装 L"]) == [1]
