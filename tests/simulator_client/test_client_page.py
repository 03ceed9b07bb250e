"""The page a person plays on: scanning, chatting both ways, deleting, the clock, faults; at desk and at phone width."""

import struct
import zlib
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect

from tests.simulator_client.conftest import GUIDE, Simulator
from tests.simulator_client.product import Platform

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def fresh(simulator: Simulator) -> None:
    simulator.post("reset", brand="sample")


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    opened = context.new_page()
    yield opened
    context.close()


def test_a_new_customer_scans_and_both_talk(page: Page, simulator: Simulator) -> None:
    page.goto(simulator.base)
    expect(page.locator(".me")).to_contain_text("上海徐家汇店")
    page.get_by_role("button", name="新客户扫码").click()
    page.get_by_label("微信昵称").fill("林知夏 😀")
    page.get_by_text("的个人名片").click()
    page.get_by_role("button", name="扫码添加").click()
    talk = page.locator(".talks .row", has_text="林知夏")
    expect(talk).to_be_visible()
    page.locator(".wechat textarea").fill("有长款吗？")
    page.locator(".wechat textarea").press("Enter")
    talk.click()
    expect(page.locator(".wecom .line .bubble").last).to_have_text("有长款吗？")
    page.locator(".wecom .composer textarea").fill("有的，<b>800</b> 蓬")
    page.locator(".wecom .composer").get_by_role("button", name="发送").click()
    expect(page.locator(".wechat .line .bubble").last).to_have_text("有的，<b>800</b> 蓬")
    page.locator(".wechat").get_by_label("更多操作").click()
    page.locator(".wechat").get_by_role("button", name="删除联系人").click()
    page.locator("dialog").get_by_role("button", name="删除").click()
    expect(page.locator(".banner")).to_contain_text("对方已把你从联系人中删除")


def test_an_open_menu_stays_open_while_news_arrives(page: Page, simulator: Simulator) -> None:
    customer = simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]
    page.goto(f"{simulator.base}/#member={GUIDE}&with={customer}&customer={customer}&peer={GUIDE}")
    page.locator(".wechat").get_by_label("更多操作").click()
    leave = page.locator(".wechat").get_by_role("button", name="删除联系人")
    expect(leave).to_be_visible()
    for words in ("在吗？", "今天还营业吗？"):
        simulator.do("member_sends", userid=GUIDE, external_userid=customer, content=words)
        expect(page.locator(".wechat .line .bubble").last).to_have_text(words)
    expect(leave).to_be_visible()
    leave.click()
    expect(page.locator("dialog")).to_contain_text("导购那边会看到对方已删除")


def test_what_happens_before_the_page_is_told_of_changes_is_shown_once_it_is(page: Page, simulator: Simulator) -> None:
    customer = simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]
    held: list[Route] = []
    page.route("**/_control/stream?*", lambda route: held.append(route))
    page.goto(f"{simulator.base}/#member={GUIDE}&with={customer}")
    expect(page.locator(".wecom .composer textarea")).to_be_visible()
    simulator.do("customer_sends", userid=GUIDE, external_userid=customer, content="在吗？")
    held.pop().continue_()
    expect(page.locator(".wecom .line .bubble").last).to_have_text("在吗？")


def test_a_row_pressed_while_its_news_arrives_is_pressed(page: Page, simulator: Simulator) -> None:
    customer = simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]
    simulator.do("customer_sends", userid=GUIDE, external_userid=customer, content="在吗？")
    page.goto(f"{simulator.base}/#member={GUIDE}&with=app")
    page.locator(".talks .row", has_text="在吗？").hover()
    page.mouse.down()
    simulator.do("customer_sends", userid=GUIDE, external_userid=customer, content="今天还营业吗？")
    expect(page.locator(".talks .row", has_text="今天还营业吗？")).to_be_visible()
    page.mouse.up()
    expect(page.locator(".wecom .line .bubble").last).to_have_text("今天还营业吗？")


def test_what_is_typed_while_a_message_is_on_its_way_stays_and_what_did_not_go_out_comes_back(
    page: Page, simulator: Simulator
) -> None:
    customer = simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]
    held: list[Route] = []
    page.route("**/_control/do/member_sends", lambda route: held.append(route))
    page.goto(f"{simulator.base}/#member={GUIDE}&with={customer}")
    box = page.locator(".wecom .composer textarea")
    box.fill("您好")
    with page.expect_request("**/_control/do/member_sends"):
        box.press("Enter")
    box.fill("有什么可以帮您？")
    held.pop().continue_()
    expect(page.locator(".wecom .line .bubble").last).to_have_text("您好")
    expect(box).to_have_value("有什么可以帮您？")
    with page.expect_request("**/_control/do/member_sends"):
        box.press("Enter")
    expect(box).to_have_value("")
    held.pop().abort()
    expect(box).to_have_value("有什么可以帮您？")


def test_the_guide_remarks_and_tags_a_customer(page: Page, simulator: Simulator) -> None:
    customer = simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]
    page.goto(f"{simulator.base}/#member={GUIDE}&with={customer}")
    page.get_by_label("客户资料").click()
    page.get_by_label("备注").fill("徐家汇老客")
    page.locator(".tag", has_text="首次购买").click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".chat-title h2")).to_have_text("徐家汇老客")
    contact = next(each for each in simulator.get(f"members/{GUIDE}")["contacts"] if each["external_userid"] == customer)
    assert "首次购买" in contact["tag_names"]


def test_members_are_found_by_store_and_switched(page: Page, simulator: Simulator) -> None:
    page.goto(simulator.base)
    page.locator(".me").click()
    page.locator("dialog input").fill("周婷")
    page.locator("dialog .row", has_text="周婷").click()
    expect(page.locator(".me")).to_contain_text("周婷")
    page.reload()
    expect(page.locator(".me")).to_contain_text("周婷")


def test_the_strip_moves_the_clock_and_makes_faults(page: Page, simulator: Simulator) -> None:
    page.goto(simulator.base)
    before = simulator.get("clock")["now"]
    day = page.locator(".clock-day").inner_text()
    page.get_by_role("button", name="+1 天").click()
    expect(page.locator(".clock-day")).not_to_have_text(day)
    assert simulator.get("clock")["now"] - before >= 86400
    page.locator(".chip.count", has_text="故障").click()
    page.get_by_role("button", name="所有接口慢 2 秒").click()
    expect(page.locator(".fault")).to_contain_text("延迟 2 秒")
    assert len(simulator.get("faults")["faults"]) == 1
    page.get_by_role("button", name="全部停止").click()
    expect(page.locator(".faults")).to_contain_text("现在没有故障")


def test_the_guide_writes_to_the_app(page: Page, simulator: Simulator) -> None:
    page.goto(f"{simulator.base}/#member={GUIDE}&with=app")
    page.locator(".wecom .composer textarea").fill("榜单")
    page.locator(".wecom .composer textarea").press("Enter")
    expect(page.locator(".wecom .line.mine .bubble")).to_have_text("榜单")


def test_a_phone_shows_one_thing_at_a_time_and_nothing_sticks_out(phone: Page, simulator: Simulator) -> None:
    customer = simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]
    for address in (
        "/m",
        f"/#member={GUIDE}",
        f"/#member={GUIDE}&with={customer}",
        f"/#member={GUIDE}&with={customer}&panel=sidebar",
    ):
        phone.goto("about:blank")
        phone.goto(simulator.base + address)
        expect(phone.locator(".sides")).to_be_visible()
        expect(phone.locator(".wecom .column:visible")).to_have_count(1)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.locator(".webview-head").get_by_label("关闭").click()
    phone.get_by_label("返回").click()
    expect(phone.locator(".talks")).to_be_visible()
    phone.locator(".sides").get_by_role("button", name="模拟控制").click()
    expect(phone.locator(".controls .clock-face")).to_be_visible()
    phone.locator(".sides").get_by_role("button", name="客户").click()
    expect(phone.get_by_role("button", name="新客户扫码")).to_be_visible()


def test_a_picture_is_seen_on_both_phones(page: Page, simulator: Simulator, product: Flask) -> None:
    platform: Platform = product.extensions["platform"]
    media_id = platform.upload("poster.png", pixel())
    customer = simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]
    picture = {"msgtype": "image", "body": {"mediaid": media_id}}
    simulator.do("member_sends", userid=GUIDE, external_userid=customer, **picture)
    page.goto(f"{simulator.base}/#member={GUIDE}&with={customer}&customer={customer}&peer={GUIDE}")
    for side in (".wecom", ".wechat"):
        shown = page.locator(f"{side} .picture img")
        expect(shown).to_be_visible()
        assert shown.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") == 1


def pixel() -> bytes:
    """A PNG of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0abc")) + chunk(b"IEND", b"")
