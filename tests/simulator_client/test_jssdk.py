"""The real @wecom/jssdk inside the client page's webview: identity, context, sending, cancelling, two guides at once."""

import json

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.simulator_client.conftest import GUIDE, OTHER, SDK, Simulator

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("product"),
]


def test_the_sdk_is_there() -> None:
    assert SDK.exists(), "script/setup --dev puts @wecom/jssdk into node_modules"


def first_customer(simulator: Simulator, userid: str) -> str:
    return str(simulator.get(f"members/{userid}")["contacts"][0]["external_userid"])


def open_sidebar(page: Page, simulator: Simulator, userid: str, customer: str) -> FrameLocator:
    page.goto(f"{simulator.base}/#member={userid}&with={customer}&panel=sidebar")
    return page.frame_locator(".webview-frame iframe")


def test_the_sidebar_signs_in_reads_its_context_and_sends(page: Page, simulator: Simulator, ports: tuple[int, int]) -> None:
    customer = first_customer(simulator, GUIDE)
    frame = open_sidebar(page, simulator, GUIDE, customer)
    expect(frame.locator("#who")).to_have_text(GUIDE)
    expect(frame.locator("#facts")).to_contain_text("entry")
    facts = json.loads(frame.locator("#facts").inner_text())
    assert facts["weCom"] is True
    assert "wxwork/" in facts["agent"]
    assert (facts["entry"], facts["customer"]) == ("single_chat_tools", customer)
    assert facts["address"] == f"{simulator.webview(GUIDE)}/sidebar/"
    frame.locator("#send").click()
    expect(frame.locator("#sent")).to_have_text("sendChatMessage:ok")
    expect(page.locator(".wecom .line.mine .bubble").last).to_have_text("这件羽绒服很适合您")
    last = simulator.get(f"chats/{GUIDE}/{customer}")["messages"][-1]
    assert (last["from"], last["via"]) == ("guide", "sidebar")
    calls = simulator.get("bridge_calls", userid=GUIDE)["calls"][-4:]
    assert {call["name"] for call in calls} == {"agentConfig", "getContext", "getCurExternalContact", "sendChatMessage"}
    assert {call["url"] for call in calls} == {f"http://127.0.0.1:{ports[1]}/sidebar/"}


def test_links_keep_the_chat_they_were_opened_from(page: Page, simulator: Simulator, ports: tuple[int, int]) -> None:
    customer = first_customer(simulator, GUIDE)
    frame = open_sidebar(page, simulator, GUIDE, customer)
    expect(frame.locator("#share")).to_have_attribute("data-link", f"http://127.0.0.1:{ports[1]}/share/1")
    frame.locator("#absolute").click()
    expect(frame.locator("#facts")).to_contain_text("from=link")
    facts = json.loads(frame.locator("#facts").inner_text())
    assert facts["address"] == f"{simulator.webview(GUIDE)}/sidebar/second?from=link"
    assert facts["customer"] == customer
    page.locator(".webview-head").get_by_label("后退").click()
    expect(frame.locator("#facts")).not_to_contain_text("from=link")


def test_a_cancelled_sending_reaches_the_page(page: Page, simulator: Simulator) -> None:
    customer = first_customer(simulator, GUIDE)
    frame = open_sidebar(page, simulator, GUIDE, customer)
    expect(frame.locator("#facts")).to_contain_text("entry")
    before = len(simulator.get(f"chats/{GUIDE}/{customer}")["messages"])
    simulator.post("client", userid=GUIDE, cancel_next_send=True)
    frame.locator("#send").click()
    expect(frame.locator("#sent")).to_have_text("sendChatMessage:cancel")
    expect(page.locator(".toast")).to_have_text("已取消发送")
    assert len(simulator.get(f"chats/{GUIDE}/{customer}")["messages"]) == before


def test_two_guides_in_one_browser_stay_two_people(page: Page, simulator: Simulator) -> None:
    other = page.context.new_page()
    mine = open_sidebar(page, simulator, GUIDE, first_customer(simulator, GUIDE))
    hers = open_sidebar(other, simulator, OTHER, first_customer(simulator, OTHER))
    expect(mine.locator("#who")).to_have_text(GUIDE)
    expect(hers.locator("#who")).to_have_text(OTHER)
    page.locator(".webview-head").get_by_label("刷新").click()
    expect(mine.locator("#who")).to_have_text(GUIDE)
    expect(mine.locator("#facts")).to_contain_text(first_customer(simulator, GUIDE))
    assert page.context.cookies() == []


def test_a_page_opened_from_nowhere_has_no_customer(page: Page, simulator: Simulator) -> None:
    page.goto(f"{simulator.webview(GUIDE)}/sidebar/")
    expect(page.locator("#facts")).to_contain_text("without context of external contact")
