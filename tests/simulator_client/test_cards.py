"""Template cards in the app's chat: drawn, pressed, answered, replaced."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.simulator_client.cards import five_cards
from tests.simulator_client.conftest import GUIDE, Simulator
from tests.simulator_client.product import Platform

pytestmark = pytest.mark.browser


@pytest.fixture
def platform(simulator: Simulator, product: Flask, ports: tuple[int, int]) -> Iterator[Platform]:
    """The product's way to the platform, with a callback address so that cards may be sent."""
    simulator.post("reset", brand="sample")
    answer = simulator.put("receivers/app", url=f"http://127.0.0.1:{ports[1]}/callback", verify=False)
    assert answer["saved"]
    yield product.extensions["platform"]
    simulator.delete("receivers/app")


def send(platform: Platform, *cards: dict[str, Any]) -> list[dict[str, Any]]:
    token = platform.token()
    envelope = {"touser": GUIDE, "msgtype": "template_card", "agentid": platform.app["agentid"]}
    return [platform.post("message/send", token, envelope | {"template_card": card}) for card in cards]


def open_app(page: Page, simulator: Simulator) -> None:
    page.goto(f"{simulator.base}/#member={GUIDE}&with=app")


def test_every_kind_shows_its_parts(page: Page, simulator: Simulator, platform: Platform, ports: tuple[int, int]) -> None:
    send(platform, *five_cards(f"http://127.0.0.1:{ports[1]}"))
    open_app(page, simulator)
    expect(page.locator(".card")).to_have_count(5)
    expected = {
        "text_notice": ["昨日榜单", "第 3 名", "全区 18 位导购", "比前一天上升 2 名", "继续加油", "王敏", "陈静", "打开第二页"],
        "news_notice": ["新品到店", "长款", "吊牌价 1,299", "上新 20 款", "库存已同步"],
        "button_interaction": ["朋友圈素材转发", "处理结果", "完成", "去填写"],
        "vote_interaction": ["排班意向", "早班", "晚班", "提交排班"],
        "multiple_interaction": ["客户跟进结果", "阶段", "下次联系", "提交跟进"],
    }
    for kind, texts in expected.items():
        for text in texts:
            expect(page.locator(f'.card[data-kind="{kind}"]')).to_contain_text(text)


def test_a_pressed_card_tells_the_product_what_was_chosen_and_shows_its_answer(
    page: Page, simulator: Simulator, platform: Platform, ports: tuple[int, int]
) -> None:
    cards = five_cards(f"http://127.0.0.1:{ports[1]}")
    sent = send(platform, *cards[2:])
    open_app(page, simulator)
    button, vote, several = (page.locator(".card").nth(number) for number in range(3))
    button.locator("select").select_option("help")
    vote.get_by_label("晚班").check()
    several.locator("select").first.select_option("deal")
    for card, word in ((button, "完成"), (vote, "提交排班"), (several, "提交跟进")):
        with page.expect_response("**/member_clicks_card") as answer:
            card.get_by_role("button", name=word).click()
        assert answer.value.ok, answer.value.text()
    button.locator("summary").click()
    button.get_by_role("button", name="稍后提醒").click()
    expect(page.locator(".toast").last).to_have_text("已提交")
    clicks = [each for each in simulator.get(f"members/{GUIDE}/app_chat")["items"] if each.get("kind") in ("card", "card_menu")]
    assert [(each["body"]["key"], each["body"]["selected"]) for each in clicks] == [
        ("finish", {"result": ["help"]}),
        ("vote", {"shift": ["am", "pm"]}),
        ("follow", {"stage": ["deal"], "next": ["d3"]}),
        ("later", {}),
    ]
    update = {"userids": [GUIDE], "agentid": platform.app["agentid"]}
    platform.post("message/update_template_card", platform.token(), update | {
        "response_code": sent[0]["response_code"], "button": {"replace_name": "已处理"}})  # fmt: skip
    replaced = {key: value for key, value in cards[3].items() if key not in ("submit_button", "task_id")}
    replaced |= {"main_title": {"title": "排班已收到"}, "replace_text": "已投票"}
    platform.post("message/update_template_card", platform.token(), update | {
        "response_code": sent[1]["response_code"], "template_card": replaced})  # fmt: skip
    expect(button.locator(".card-button.done")).to_have_text("已处理")
    expect(button.get_by_role("button", name="去填写")).to_have_count(0)
    expect(vote.locator(".card-title")).to_have_text("排班已收到")
    expect(vote.locator(".card-button.done")).to_have_text("已投票")
    expect(vote.get_by_label("早班")).to_be_disabled()


def test_a_half_filled_card_survives_news_elsewhere(
    page: Page, simulator: Simulator, platform: Platform, ports: tuple[int, int]
) -> None:
    cards = five_cards(f"http://127.0.0.1:{ports[1]}")
    send(platform, cards[3])
    open_app(page, simulator)
    page.get_by_label("晚班").check()
    send(platform, cards[0])
    expect(page.locator(".card")).to_have_count(2)
    expect(page.get_by_label("晚班")).to_be_checked()


def test_every_way_out_of_a_card_opens_in_the_members_webview(
    page: Page, simulator: Simulator, platform: Platform, ports: tuple[int, int]
) -> None:
    send(platform, *five_cards(f"http://127.0.0.1:{ports[1]}"))
    open_app(page, simulator)
    frame = page.frame_locator(".webview-frame iframe")
    notice = page.locator('.card[data-kind="text_notice"]')
    for way in (
        notice.locator(".card-title"),
        notice.get_by_role("button", name="打开第二页"),
        page.locator(".card-image-text"),
        page.get_by_role("button", name="去填写"),
        notice.get_by_role("button", name="打开素材"),
    ):
        way.click()
        expect(frame.locator("#who")).to_have_text(GUIDE)
        assert str(page.locator(".webview-frame iframe").get_attribute("src")).startswith(simulator.webview(GUIDE))
        page.locator(".webview-head").get_by_label("关闭").click()
        expect(page.locator(".webview-frame iframe")).to_have_count(0)
