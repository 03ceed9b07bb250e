"""The page as a whole: a guide with 400 conversations, every kind of message, a customer's web page, payment, its own reads."""

import json
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, expect

from simulator.client import bundle
from simulator.webview.addresses import customer_host, customer_of
from tests.simulator_client.conftest import GUIDE, Simulator

pytestmark = pytest.mark.browser
BUSY = "wufang"
WORK_MS = 2000  # of the processor: how long that takes by the clock is the machine's business
PICTURE = "/files/avatar_x.png"
BODIES: dict[str, dict[str, Any]] = {
    "image": {"pic_url": PICTURE},
    "video": {"media_id": "none", "title": "新品视频"},
    "voice": {"media_id": "none", "duration": 6},
    "file": {"filename": "秋冬画册.pdf", "file_size": 3_400_000},
    "link": {"title": "洗护说明", "url": "https://example.com/care", "desc": "手洗或干洗"},
    "news": {"title": "轻暖系列", "link": "https://example.com/news", "imgUrl": PICTURE},
    "miniprogram": {"title": "会员中心", "page": "pages/me.html", "imgUrl": PICTURE},
    "location": {"name": "徐家汇店", "address": "美罗城 3 楼"},
    "business_card": {"userid": "chenjing", "name": "陈静"},
    "unheard_of": {"content": "x"},
}
SHOWN = ("秋冬画册.pdf", "新品视频", "6″", "洗护说明", "轻暖系列", "会员中心", "美罗城 3 楼", "陈静", "［unheard_of］")


@pytest.fixture(scope="module", autouse=True)
def fresh(simulator: Simulator) -> Iterator[None]:
    simulator.post("reset", brand="sample")
    yield
    simulator.post("reset", brand="sample")


def test_four_hundred_conversations_load_quickly_and_change_one_by_one(page: Page, simulator: Simulator) -> None:
    here = len(simulator.get(f"members/{BUSY}")["contacts"])
    for number in range(400 - here):
        newest = simulator.do("customer_scans", userid=BUSY, customer={"name": f"客户{number:03d}", "gender": 2})
    asked: list[str] = []
    page.on("request", lambda request: note(asked, request))
    measured = page.context.new_cdp_session(page)
    measured.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(f"{simulator.base}/#member={BUSY}&with=app")
    expect(page.locator(".talks .row").nth(40)).to_be_attached()
    worked = {each["name"]: each["value"] * 1000 for each in measured.send("Performance.getMetrics")["metrics"]}["TaskDuration"]
    sys.stderr.write(f"400 conversations shown after {worked:.0f} ms of the processor, {len(asked)} reads\n")
    assert worked < WORK_MS
    assert len(asked) <= 4, asked
    assert page.locator(".talks .row").count() < 100
    asked.clear()
    simulator.do("customer_sends", userid=BUSY, external_userid=newest["external_userid"], content="还在吗")
    row = page.locator(".talks .row", has_text="还在吗")
    expect(row.locator(".dot-new")).to_be_visible()
    assert all("contacts%3D0" in each or "app_chat" in each for each in asked), asked
    page.get_by_label("搜索会话").fill("客户000")
    expect(page.locator(".talks .row")).to_have_count(1)


def note(asked: list[str], request: Request) -> None:
    if "/_control/" in request.url and not any(each in request.url for each in ("stream", "health", "clock", "faults", "status")):
        asked.append(request.url.partition("/_control/")[2])


def test_every_kind_of_message_is_drawn_on_both_phones(page: Page, simulator: Simulator) -> None:
    customer = simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]
    for msgtype, body in BODIES.items():
        simulator.do("member_sends", userid=GUIDE, external_userid=customer, msgtype=msgtype, body=body)
    assert simulator.post("callbacks/wait", timeout=20)["idle"]
    told = len(simulator.get("callbacks", limit=1000)["attempts"])
    simulator.do("customer_pays", userid=GUIDE, external_userid=customer, amount=129900, note="长款 L")
    page.goto(f"{simulator.base}/#member={GUIDE}&with={customer}&customer={customer}&peer={GUIDE}")
    for side in (".wecom", ".wechat"):
        lines = page.locator(f"{side} .lines")
        for words in (*SHOWN, "¥1299.00"):
            expect(lines).to_contain_text(words)
        assert lines.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert len(simulator.get("callbacks", limit=1000)["attempts"]) == told


def test_a_customer_opens_a_link_with_wechats_user_agent(page: Page, simulator: Simulator, product: Flask) -> None:
    customer = simulator.get(f"members/{GUIDE}")["contacts"][1]["external_userid"]
    base = simulator.get("health")["product_url"]
    simulator.do("member_sends", userid=GUIDE, external_userid=customer, content=f"看看 {base}/echo?code=7")
    page.goto(f"{simulator.base}/#customer={customer}&peer={GUIDE}")
    page.locator(".wechat .line a").last.click()
    shown = page.frame_locator(".web-frame iframe").locator("body")
    expect(shown).to_contain_text("code=7")
    headers = json.loads(shown.inner_text())["headers"]
    assert "MicroMessenger" in headers["User-Agent"]
    assert "wxwork" not in headers["User-Agent"]
    page.get_by_label("关闭网页").click()
    expect(page.locator(".wechat .lines")).to_be_visible()


def test_older_lines_come_when_one_scrolls_up(page: Page, simulator: Simulator) -> None:
    customer = simulator.get(f"members/{GUIDE}")["contacts"][2]["external_userid"]
    for number in range(150):
        simulator.do("customer_sends", userid=GUIDE, external_userid=customer, content=f"第 {number} 句")
    page.goto(f"{simulator.base}/#member={GUIDE}&with={customer}")
    lines = page.locator(".wecom .lines")
    expect(lines.get_by_text("第 149 句")).to_be_in_viewport()
    assert lines.get_by_text("第 10 句", exact=True).count() == 0
    for oldest_then in ("第 30 句", "第 10 句"):
        lines.evaluate("box => (box.scrollTop = 0)")
        expect(lines.get_by_text(oldest_then, exact=True)).to_be_attached()


def test_several_reads_answer_each_for_itself(simulator: Simulator) -> None:
    asked = "&".join(f"path={quote(each)}" for each in ("members/lixiaomei?contacts=0", "members/nobody", "tags"))
    answers = simulator.get(f"several?{asked}")["answers"]
    assert [each["status"] for each in answers] == [200, 404, 200]
    assert answers[0]["body"]["contacts"] == []
    refused = simulator.ask("", "GET", "/_control/several?path=stream", headers={"Host": f"127.0.0.1:{simulator.port}"})
    assert refused.status_code == 400
    assert "for example" in refused.json()["error"]


def test_a_member_is_found_by_the_store_she_works_in(simulator: Simulator) -> None:
    found = {each["userid"] for each in simulator.get("members", q="徐家汇")["members"]}
    assert {GUIDE, "zhouting"} <= found


def test_a_customers_host_name_keeps_the_case_of_her_id() -> None:
    assert customer_of(f"{customer_host('wmAbC09_-xyz')}:8100") == "wmAbC09_-xyz"
    assert customer_of("lixiaomei.webview.localhost:8100") is None
    assert customer_of("1.wechat.localhost") is None


def test_the_bundle_holds_every_module_once() -> None:
    script = bundle.script()
    files = {each.relative_to(bundle.STATIC / "js").as_posix() for each in (bundle.STATIC / "js").rglob("*.js")}
    own = {each for each in files if not each.startswith("faults/")}
    assert {each for each in own if script.count(f"// {each}\n") != 1} == set()
