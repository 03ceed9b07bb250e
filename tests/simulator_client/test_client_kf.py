"""微信客服 on the page: the customer asks, presses a menu, takes a line back; a servicer takes, answers and ends."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.simulator_client.conftest import GUIDE, Simulator
from tests.simulator_client.product import Platform

pytestmark = pytest.mark.browser


@pytest.fixture
def kf(simulator: Simulator, product: Flask) -> dict[str, Any]:
    """A customer who has just asked a 客服账号 of the guide, and the app's way to answer."""
    simulator.post("reset", brand="sample")
    account = simulator.get("kf/accounts")["accounts"][0]["open_kfid"]
    customer = simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]
    platform: Platform = product.extensions["platform"]
    token = platform.token()
    simulator.do("customer_opens_kf", open_kfid=account, external_userid=customer)
    simulator.do("customer_writes_kf", open_kfid=account, external_userid=customer, content="在吗？")

    def post(path: str, **body: Any) -> dict[str, Any]:
        return platform.post(path, token, body)

    return {"account": account, "customer": customer, "post": post}


def test_a_session_from_menu_to_its_end(page: Page, simulator: Simulator, kf: dict[str, Any]) -> None:
    ids = {"open_kfid": kf["account"], "external_userid": kf["customer"]}
    items = [{"type": "click", "click": {"id": "101", "content": "退换货"}}, {"type": "text", "text": {"content": "或直接输入"}}]
    menu = {"head_content": "请选择", "list": items}
    kf["post"]("kf/send_msg", touser=kf["customer"], open_kfid=kf["account"], msgtype="msgmenu", msgmenu=menu)
    talk = f"kf:{kf['account']}:{kf['customer']}"
    page.goto(f"{simulator.base}/#member={GUIDE}&with={talk}&customer={kf['customer']}&peer=kf:{kf['account']}")
    page.locator(".wechat .menu-item", has_text="退换货").click()
    expect(page.locator(".wechat .line.mine", has_text="退换货")).to_be_visible()
    kf["post"]("kf/service_state/trans", **ids, service_state=2)
    page.get_by_role("button", name="接入").click()
    page.locator(".wecom .composer textarea").fill("您好，我来帮您")
    page.locator(".wecom .composer textarea").press("Enter")
    expect(page.locator(".wechat .line", has_text="您好，我来帮您")).to_be_visible()
    asked = page.locator(".wechat .line.mine", has_text="退换货")
    asked.hover()
    asked.get_by_role("button", name="撤回").click()
    expect(page.locator(".wechat .note-line", has_text="你撤回了一条消息")).to_be_visible()
    expect(page.locator(".wecom .note-line", has_text="客户撤回了一条消息")).to_be_visible()
    page.locator(".wecom .chat-head").get_by_role("button", name="结束").click()
    page.locator("dialog").get_by_role("button", name="结束").click()
    expect(page.locator(".banner")).to_contain_text("会话已结束")
    assert simulator.get(f"kf/chats/{kf['account']}/{kf['customer']}")["state"] == 4


def test_the_list_shows_who_waits_and_the_toolbar_knows_her(page: Page, simulator: Simulator, kf: dict[str, Any]) -> None:
    kf["post"]("kf/service_state/trans", open_kfid=kf["account"], external_userid=kf["customer"], service_state=2)
    page.goto(f"{simulator.base}/#member={GUIDE}&with=app")
    page.get_by_role("button", name="客服", exact=True).click()
    page.locator(".talks .row", has_text="排队中").click()
    page.locator(".wecom").get_by_role("button", name="侧边栏").click()
    facts = page.frame_locator(".webview-frame iframe").locator("#facts")
    expect(facts).to_contain_text("single_kf_tools")
    expect(facts).to_contain_text(kf["customer"])
