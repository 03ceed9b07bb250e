"""客户群 on the page: joining by a code, talking on both phones, the toolbar in the group, members and notice."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.simulator_client.conftest import GUIDE, Simulator

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def fresh(simulator: Simulator) -> None:
    simulator.post("reset", brand="sample")


def test_a_customer_scans_a_group_code_and_all_hear_each_other(page: Page, simulator: Simulator) -> None:
    code = simulator.get("join_ways")["join_ways"][0]
    group = simulator.get(f"groups/{code['chat_id_list'][0]}")
    page.goto(f"{simulator.base}/#member={group['owner']}&with=group:{group['chat_id']}")
    expect(page.locator(".chat-title")).to_contain_text(group["name"])
    page.get_by_role("button", name="新客户扫码").click()
    page.get_by_label("微信昵称").fill("顾南星")
    page.locator(".code", has_text="入群活码").first.click()
    page.locator("dialog").get_by_role("button", name="扫码添加").click()
    expect(page.locator(".screen-body .wechat-head h2")).to_contain_text(group["name"])
    page.locator(".wechat textarea").fill("大家好，我是新来的")
    page.locator(".wechat textarea").press("Enter")
    line = page.locator(".wecom .line", has_text="大家好，我是新来的")
    expect(line.locator(".line-name")).to_contain_text("顾南星")
    page.locator(".wecom .composer textarea").fill("欢迎 👋")
    page.locator(".wecom .composer textarea").press("Enter")
    expect(page.locator(".wechat .line", has_text="欢迎 👋")).to_be_visible()
    page.locator(".wecom").get_by_label("群成员").click()
    row = page.locator("dialog .row", has_text="顾南星")
    row.get_by_role("button", name="移出").click()
    page.locator("dialog").get_by_role("button", name="移出").click()
    expect(page.locator(".wechat .talk")).to_have_count(0)


def test_the_toolbar_of_a_group_knows_the_group(page: Page, simulator: Simulator, product: Flask) -> None:
    group = simulator.get("groups", userid=GUIDE)["groups"][0]
    page.goto(f"{simulator.base}/#member={GUIDE}&with=group:{group['chat_id']}")
    page.locator(".wecom").get_by_role("button", name="侧边栏").click()
    expect(page.frame_locator(".webview-frame iframe").locator("#facts")).not_to_be_empty()
    asked = [each for each in simulator.get("bridge_calls", userid=GUIDE)["calls"] if each["name"] == "getContext"][-1]
    assert asked["context"]["chat_id"] == group["chat_id"]
    assert asked["result"]["entry"] == "group_chat_tools"
    page.keyboard.press("Escape")
    page.locator(".chat-title").click()
    page.keyboard.press("Escape")
    expect(page.locator(".webview-frame iframe")).to_have_count(0)
