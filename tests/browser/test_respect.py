"""A phone asks before it sends: why not and when; an answer to her goes out all the same; a mark is taken back in one tap."""

import json
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from customers.models import Customer, TimelineEntry
from customers.policies import set_policy
from customers.respect_models import Contact, ContactKind
from foundation import clock
from foundation.db import transaction
from org.queries import find_staff
from tests.browser.conftest import Road, shoot

pytestmark = pytest.mark.browser
GUIDE = "lixiaomei"


def _quiet_now() -> None:
    """The brand's night began an hour ago, whatever the hour is, and will not end while the test runs."""
    begins, ends = ((clock.now() + timedelta(hours=hours)).astimezone(clock.SHANGHAI) for hours in (-1, 6))
    with transaction() as session:
        operator = find_staff(session, "hq_wangmin")
        assert operator
        set_policy(session, operator, "contact", {"quiet_from": f"{begins:%H:%M}", "quiet_until": f"{ends:%H:%M}"})


def _assert_noted_as_an_answer(customer: str) -> None:
    with transaction() as session:
        her = session.scalars(select(Customer).where(Customer.external_userid == customer)).one()
        noted = session.scalars(select(Contact).where(Contact.customer_id == her.id, Contact.channel == "chat")).one()
        kinds = session.scalars(select(TimelineEntry.kind).where(TimelineEntry.customer_id == her.id)).all()
    assert (noted.kind, noted.about.startswith("item:")) == (ContactKind.SERVICE, True)
    assert "answering" in kinds
    assert "replied" not in kinds, "her guide's word is not her own"
    assert "sent" in kinds


def test_at_night_only_an_answer_goes_out(road: Road, page: Page) -> None:
    _quiet_now()
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")
    expect(page.locator("#stops")).to_contain_text("现在是休息时间")
    expect(page.locator("#to-say .title")).to_contain_text("以后适合说")
    expect(page.locator("#to-say .script").first).to_be_visible()
    expect(page.locator("#to-say").get_by_role("button", name="发送")).to_have_count(0)
    page.locator("nav .tab", has_text="话术").click()
    page.wait_for_url("**/scripts*")
    card = page.locator(".script").first
    words = json.loads(card.get_attribute("data-item") or "{}")["bubbles"]
    card.get_by_role("button", name="发送").click()
    sheet = page.get_by_role("dialog", name="现在先别发")
    expect(sheet).to_contain_text("现在是休息时间")
    shoot(page, "sidebar-ask")
    sheet.get_by_role("button", name="先不发").click()
    expect(sheet).to_be_hidden()
    said = road.control(f"chats/{GUIDE}/{customer}")["messages"]
    assert [one for one in said if one["via"] == "sidebar"] == []  # type: ignore[attr-defined]

    card.get_by_role("button", name="发送").click()
    with page.expect_response("**/sidebar/sends"):
        sheet.get_by_role("button", name="是在回复客户，发送").click()
    expect(card.get_by_role("button", name="再发一次")).to_be_visible()
    said = road.control(f"chats/{GUIDE}/{customer}")["messages"]
    assert [one["body"]["content"] for one in said if one["via"] == "sidebar"] == words  # type: ignore[attr-defined]
    _assert_noted_as_an_answer(customer)

    # She answered just now: the conversation goes on without being asked again.
    with page.expect_response("**/sidebar/sends"):
        card.get_by_role("button", name="再发一次").click()
    expect(sheet).to_be_hidden()


def test_a_wish_is_taken_back_in_one_tap_and_her_life_is_filtered(road: Road, page: Page) -> None:
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")
    page.locator("#more summary").click()
    page.get_by_role("button", name="只收服务消息", exact=True).click()
    expect(page.locator("#consent-banner")).to_contain_text("只收服务消息")
    page.get_by_role("button", name="撤销", exact=True).click()
    expect(page.locator("#consent-banner")).to_be_empty()
    expect(page.locator("#more summary")).to_contain_text("接收意愿：全部接收")
    life = page.locator("#life")
    life.get_by_role("button", name="接收意愿").click()
    expect(life.locator("li", has_text="接收意愿：")).to_have_count(2)
    life.get_by_role("button", name="好友").click()
    expect(life).to_contain_text("加为好友")
    shoot(page, "sidebar-timeline")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
