"""群发助手 and 朋友圈 on the page: what the corp asks for goes out when the guide confirms, and the customer sees it."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.simulator_client.conftest import GUIDE, Simulator
from tests.simulator_client.product import Platform

pytestmark = pytest.mark.browser


@pytest.fixture
def customer(simulator: Simulator) -> str:
    simulator.post("reset", brand="sample")
    return str(simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"])


def post(product: Flask, path: str, **body: Any) -> dict[str, Any]:
    platform: Platform = product.extensions["platform"]
    return platform.post(path, platform.token(), body)


def test_a_group_send_waits_for_the_guide(page: Page, simulator: Simulator, product: Flask, customer: str) -> None:
    link = {"msgtype": "link", "link": {"title": "预约试穿", "url": f"http://127.0.0.1:{simulator.port}/x"}}
    wanted = {"chat_type": "single", "external_userid": [customer], "sender": GUIDE, "text": {"content": "周末试穿有礼"}}
    post(product, "externalcontact/add_msg_template", **wanted, attachments=[link])
    page.goto(f"{simulator.base}/#member={GUIDE}&with=app&customer={customer}&peer={GUIDE}")
    row = page.locator(".talks .row[data-kind=sends]")
    expect(row).to_contain_text("1 个群发任务待确认")
    expect(row.locator(".dot-new")).to_be_visible()
    row.click()
    expect(page.locator(".task-preview")).to_contain_text("预约试穿")
    page.get_by_role("button", name="确认发送").click()
    page.locator("dialog").get_by_role("button", name="发送").click()
    expect(page.locator(".task-state")).to_have_text("已发送")
    expect(page.locator(".wechat .line", has_text="周末试穿有礼")).to_be_visible()
    expect(page.locator(".wechat .link-card", has_text="预约试穿")).to_be_visible()
    expect(row).to_contain_text("没有待确认")


def test_a_moment_is_published_liked_and_commented(page: Page, simulator: Simulator, product: Flask, customer: str) -> None:
    visible = {"sender_list": {"user_list": [GUIDE]}}
    post(product, "externalcontact/add_moment_task", text={"content": "初雪将至"}, visible_range=visible)
    simulator.post("clock", advance=60)
    page.goto(f"{simulator.base}/#member={GUIDE}&with=moments&customer={customer}&tab=moments")
    page.locator(".task", has_text="初雪将至").get_by_role("button", name="发表").click()
    post_seen = page.locator(".wechat .moment", has_text="初雪将至")
    expect(post_seen).to_be_visible()
    post_seen.get_by_label("赞", exact=True).click()
    expect(post_seen.get_by_label("取消赞")).to_be_visible()
    post_seen.get_by_label("评论").click()
    page.locator("dialog textarea").fill("想试试米白色")
    page.locator("dialog").get_by_role("button", name="发送").click()
    expect(page.locator(".wecom .task", has_text="初雪将至")).to_contain_text("想试试米白色")


def test_the_guide_sends_to_customers_she_ticks(page: Page, simulator: Simulator, customer: str) -> None:
    page.goto(f"{simulator.base}/#member={GUIDE}&with=sends&customer={customer}&peer={GUIDE}")
    page.locator(".chat-head").get_by_role("button", name="新建群发").click()
    page.locator("dialog").get_by_label("消息", exact=True).fill("降温了，注意保暖")
    page.locator("dialog").get_by_role("button", name="全选").click()
    page.locator("dialog").get_by_role("button", name="发送").click()
    expect(page.locator(".wechat .line", has_text="降温了，注意保暖")).to_be_visible()
