"""The page for somebody who opens it the first time: whose code is scanned, an empty corp, a leaver, mistakes, the way back."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.simulator_client.conftest import Simulator

pytestmark = pytest.mark.browser


@pytest.fixture
def at(page: Page, simulator: Simulator) -> Any:
    """Opens the page at a place of it, after a reset to `brand`; the sample brand is back afterwards."""

    def open_at(place: str = "", brand: str = "sample") -> Page:
        simulator.post("reset", brand=brand)
        page.goto(f"{simulator.base}/{place}")
        return page

    yield open_at
    simulator.post("reset")


def test_her_own_code_is_chosen_and_a_dead_one_is_refused_in_chinese(at: Any, simulator: Simulator) -> None:
    page = at()
    page.get_by_role("button", name="新客户扫码").click()
    expect(page.locator("label.code").first).to_contain_text("李小美 的个人名片")
    expect(page.locator("label.code input").first).to_be_checked()
    page.locator("input[name=address]").fill(f"{simulator.base}/c/gone")
    page.get_by_role("button", name="扫码添加").click()
    expect(page.locator(".toast.bad")).to_have_text("没有成功：没有这个活码，可能已被删除")


def test_an_empty_corp_says_what_to_do_on_a_phone(at: Any) -> None:
    page = at("m", "empty")
    expect(page.get_by_role("heading", name="这个企业还没有成员")).to_be_visible()
    page.get_by_role("button", name="添加成员").click()
    page.locator("dialog input[name=name]").fill("李小美")
    page.locator("dialog").get_by_role("button", name="添加", exact=True).click()
    expect(page.locator(".me")).to_contain_text("李小美")


def test_a_leaver_is_shown_as_one(at: Any, simulator: Simulator) -> None:
    page = at("#member=wufang")
    simulator.do("member_resigns", userid="wufang")
    page.reload()
    expect(page.get_by_role("heading", name="吴芳 已离职")).to_be_visible()


def test_the_way_back_says_where_it_leads(at: Any, simulator: Simulator) -> None:
    page = at(brand="empty")
    page.get_by_role("button", name="重置").click()
    expect(page.locator("dialog")).to_contain_text("启动时的样例品牌（种子 7）")
    page.locator("dialog").get_by_role("button", name="重置").click()
    expect(page.locator(".me")).to_contain_text("李小美")
    assert simulator.get("health")["brand"] == "sample"


def test_only_what_can_be_taken_back_offers_it(at: Any, simulator: Simulator) -> None:
    page = at()
    kf = simulator.get("kf/accounts")["accounts"][0]["open_kfid"]
    customer = simulator.get("members/lixiaomei")["contacts"][0]["external_userid"]
    simulator.do("customer_writes_kf", open_kfid=kf, external_userid=customer, content="在吗")
    page.goto(f"{simulator.base}/#customer={customer}&peer=kf:{kf}")
    page.reload()
    line = page.locator("#customer .line.mine", has_text="在吗")
    expect(line.get_by_role("button", name="撤回")).to_have_count(1)
    simulator.post("clock", advance=200)
    page.reload()
    expect(line).to_be_visible()
    expect(line.get_by_role("button", name="撤回")).to_have_count(0)
