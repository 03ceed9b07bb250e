"""The page of trouble and the strip: a person makes faults, squeezes limits, plays a scenario and sees what came of it."""

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.simulator.platform import AGENTID, APP, CORPID
from tests.simulator_client.conftest import GUIDE, Simulator

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def fresh(simulator: Simulator) -> Iterator[None]:
    simulator.post("reset", brand="sample")
    yield
    simulator.delete("scenarios")
    simulator.delete("faults")
    calm = {"outage": False, "reorder": False, "shuffle": False, "binary_prefix": False}
    simulator.post("delivery", duplicate=0, delay=[0, 0], **calm)
    simulator.post("limits", reset=True)


def open_page(page: Page, simulator: Simulator, part: str = "") -> None:
    page.goto(f"{simulator.base}/faults{part and '#' + part}")
    expect(page.locator("body[data-ready]")).to_be_attached()


def send(simulator: Simulator) -> requests.Response:
    """One message/send as a product would."""
    secret = {"corpid": CORPID, "corpsecret": APP["secret"]}
    token = requests.get(f"{simulator.base}/cgi-bin/gettoken", params=secret, timeout=5).json()["access_token"]
    body = {"touser": GUIDE, "msgtype": "text", "agentid": AGENTID, "text": {"content": "你好"}}
    return requests.post(f"{simulator.base}/cgi-bin/message/send", params={"access_token": token}, json=body, timeout=5)


def test_a_fault_is_made_felt_and_stopped(page: Page, simulator: Simulator) -> None:
    open_page(page, simulator)
    form = page.locator("#make")
    expect(form).to_contain_text("接口调用超过限制")
    form.get_by_label("次数").fill("2")
    form.get_by_role("button", name="开始故障").click()
    running = page.locator("#running .fault")
    expect(running).to_contain_text("message/send · 错误码 45009 · 剩 2 次")
    assert send(simulator).json()["errcode"] == 45009
    expect(running).to_contain_text("剩 1 次")
    row = page.locator("#log .attempt", has_text="message/send").first
    expect(row).to_contain_text("45009 接口调用超过限制")
    row.locator("summary").click()
    expect(row.locator("pre")).to_contain_text("你好")
    running.get_by_role("button", name="停止").click()
    expect(page.locator("#running")).to_contain_text("现在没有故障")
    assert send(simulator).json()["errcode"] == 0


def test_latency_with_a_long_tail_on_a_share_of_calls(page: Page, simulator: Simulator) -> None:
    open_page(page, simulator)
    form = page.locator("#make")
    form.locator("input[name=path]").fill("kf/*")
    form.get_by_role("radio", name="变慢").check()
    form.get_by_role("radio", name="长尾").check()
    form.get_by_label("中位数（秒）").fill("0.2")
    form.get_by_role("radio", name="一部分").check()
    form.get_by_label("占调用的 %").fill("25")
    form.get_by_role("button", name="开始故障").click()
    expect(page.locator("#running .fault")).to_contain_text("kf/* · 延迟 中位 0.2 秒，99% 在 5 秒内 · 25% 的调用")
    fault = simulator.get("faults")["faults"][0]
    assert (fault["distribution"], fault["p99"], fault["share"]) == ("long-tail", 5, 0.25)
    form.locator("input[name=path]").fill("kf/nothing")
    form.get_by_role("button", name="开始故障").click()
    expect(page.locator(".toast.bad")).to_contain_text("没有叫 kf/nothing 的接口")


def test_limits_are_squeezed_and_their_bars_fill(page: Page, simulator: Simulator) -> None:
    open_page(page, simulator, "limits")
    box = page.locator("#limits")
    box.locator("form.inline input").first.fill("message/send")
    box.locator("form.inline").get_by_label("每分钟").fill("1")
    box.get_by_role("button", name="设置").click()
    expect(box.locator(".tags-line")).to_contain_text("message/send 1/分钟")
    assert [send(simulator).json()["errcode"] for _ in range(2)] == [0, 45009]
    expect(box.locator(".bar-row", has_text="message/send")).to_contain_text("2 / 1 每分钟")
    expect(box.locator(".bar-row", has_text="message/send").locator(".bar.full")).to_be_visible()
    page.goto(simulator.base)
    expect(page.locator(".chip.limits")).to_contain_text("message/send200%")
    page.locator(".chip.limits").click()
    expect(page.locator("body[data-ready]")).to_be_attached()
    box.get_by_role("button", name="恢复文档数值").click()
    expect(box.locator(".tags-line")).to_be_empty()


def test_tokens_callbacks_and_the_clock(page: Page, simulator: Simulator) -> None:
    send(simulator)
    open_page(page, simulator)
    page.locator("#tokens").get_by_role("button", name="42001").click()
    expect(page.locator("#tokens [role=status]")).to_contain_text("1 个凭证已停用")
    callbacks = page.locator("#delivery")
    callbacks.get_by_label("打乱 XML 元素的次序").check()
    callbacks.get_by_label("重复投递（次）").fill("2")
    callbacks.get_by_role("button", name="应用").click()
    expect(page.locator(".toast").last).to_have_text("已生效")
    options = simulator.get("delivery")
    assert (options["shuffle"], options["duplicate"]) == (True, 2)
    page.get_by_role("button", name="到 22:30").click()
    expect(page.locator(".clock-face")).to_contain_text("22:30")
    simulator.do("customer_scans", userid=GUIDE, customer={"name": "周小姐"})
    page.locator("#log").get_by_role("radio", name="事件回调").check()
    row = page.locator("#log .attempt", has_text="添加客户").first
    row.locator("summary").click()
    expect(row.locator("pre")).to_contain_text("<ChangeType><![CDATA[add_external_contact]]></ChangeType>")


def test_what_is_being_written_is_not_written_over(page: Page, simulator: Simulator) -> None:
    open_page(page, simulator)
    callbacks = page.locator("#delivery")
    callbacks.get_by_label("重复投递（次）").fill("2")
    callbacks.get_by_label("最少延迟（秒）").click()
    for _ in range(2):
        with page.expect_response("**/_control/callbacks?limit=1"):
            pass
    expect(callbacks.get_by_label("重复投递（次）")).to_have_value("2")
    callbacks.get_by_role("button", name="应用").click()
    expect(page.locator(".toast").last).to_have_text("已生效")
    simulator.post("delivery", duplicate=1)
    expect(callbacks.get_by_label("重复投递（次）")).to_have_value("1")


def test_a_scenario_is_played_and_stopped(page: Page, simulator: Simulator) -> None:
    open_page(page, simulator, "scenarios")
    scenarios = page.locator("#scenarios")
    storm = scenarios.locator("article", has_text="平台抖动")
    storm.locator("summary").click()
    expect(storm.locator(".steps")).to_contain_text("最坏的时候")
    storm.get_by_label("几分钟").fill("1")
    storm.get_by_role("button", name="开始").click()
    expect(scenarios.locator(".now-playing")).to_contain_text("开始变慢")
    expect(page.locator("#running .fault").first).to_contain_text("来自场景")
    strip = page.context.new_page()
    strip.goto(simulator.base)
    expect(strip.locator(".chip.scenario")).to_contain_text("平台抖动")
    expect(strip.locator(".chip.count.warn", has_text="故障")).to_be_visible()
    strip.close()
    scenarios.get_by_role("button", name="停止").click()
    expect(scenarios.locator(".now-playing")).to_contain_text("平台抖动：已停止")
    expect(page.locator("#running")).to_contain_text("现在没有故障")


def test_on_a_phone_nothing_sticks_out(browser: Browser, simulator: Simulator) -> None:
    fault = {"path": "message/send", "kind": "errcode", "errcode": 45009, "times": 5}
    requests.post(f"{simulator.base}/_control/faults", json=fault, timeout=5)
    send(simulator)
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    phone = context.new_page()
    open_page(phone, simulator)
    phone.locator("#log .attempt summary").first.click()
    phone.locator("#scenarios summary").first.click()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    small = """() => [...document.querySelectorAll("button, .choice span")].filter((each) => each.offsetParent
      && each.getBoundingClientRect().height < 36 && !each.closest(".tags-line")).map((each) => each.textContent)"""
    assert phone.evaluate(small) == []
    context.close()
