"""A person is erased through the console: asked for, refused without the word, watched until the proof is there."""

import re

import pytest
from playwright.sync_api import expect

from jobs.person_jobs import erase_wanted

pytestmark = pytest.mark.browser


def test_she_is_erased_and_the_page_shows_the_proof_by_itself(console):
    page = console.page
    page.set_viewport_size({"width": 360, "height": 740})
    console.open("/hq/customers/wm0001/person-requests/new?kind=erase")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("#identified_by-problem")).to_contain_text("写明怎样确认是客户本人")
    page.locator("#identified_by").fill("门店当面出示会员卡和手机")
    page.get_by_role("button", name="登记").click()
    expect(page).to_have_url(re.compile(r"/hq/person-requests/\d+$"))
    expect(page.get_by_text("还有 15 个工作日")).to_be_visible()
    page.locator("#typed").fill("确认")
    page.get_by_role("button", name="删除", exact=True).click()
    expect(page.locator("#typed-problem")).to_contain_text("删除后无法恢复")
    assert page.locator("#typed").input_value() == "确认"
    page.locator("#typed").fill("删除")
    page.get_by_role("button", name="删除", exact=True).click()
    expect(page.get_by_text("正在删除…")).to_be_visible()
    assert erase_wanted() == 1
    expect(page.get_by_text("凭证 SHA-256")).to_be_visible()
    expect(page.get_by_text("客户轨迹")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("已删除的客户 2：删除")
    expect(page).to_have_title(re.compile("已删除的客户"))
    assert console.width_beyond_screen() <= 0
    assert [one for one in console.complaints if "422" not in one] == []
    answer = page.goto(console.origin + "/hq/customers/wm0001")
    assert answer is not None
    assert answer.status == 404
