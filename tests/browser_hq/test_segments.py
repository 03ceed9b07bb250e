"""The rule builder in a real Chromium: sentences built by hand and by keyboard, counted live, undone, wrong places found."""

import json
import os

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer, Follow
from foundation.db import transaction
from jobs.export_jobs import write_exports
from jobs.segment_jobs import freeze_waiting
from segments import facts
from segments.actions import Draft, save_segment
from segments.models import Segment
from tests.builders.customers import make_tags

pytestmark = pytest.mark.browser
SMALLER = """least => [...document.querySelectorAll(
        '.rule-builder button, .rule-builder select, .rule-builder input, .rule-count button')]
    .filter(one => one.offsetParent && one.getBoundingClientRect().height < least).map(one => one.outerHTML)"""


@pytest.fixture
def town(console, people):
    """The plausible brand's customers, every other one tagged, with facts; two segments."""
    with transaction() as session:
        tags = make_tags(session, "羽绒服", "户外运动", "亲子", group="行为")
        names = ("林晓梅", "陈雨", "周佳怡", "吴思远", "郑可", "孙婷", "何静", "高远")
        for number, customer in enumerate(session.query(Customer).order_by(Customer.id)):
            customer.tag_ids = [tags[0].id] if number % 2 == 0 else [tags[1].id]
            customer.name = customer.name or names[number % len(names)]
            follow = session.query(Follow).filter_by(customer_id=customer.id).first()
            customer.owner_id = follow.staff_id if follow else None
        session.flush()
        while facts.refresh(session):
            continue
        staff = people["boss"] if "boss" in people else next(one for one in people.values() if one.role == "headquarters")
        rule = {"all": [{"field": "tags", "op": "any_of", "value": [tags[0].id]}]}
        console.segment = save_segment(session, staff, Draft(name="常买羽绒服", rule=rule, note="换季首批通知")).id
        console.other = save_segment(session, staff, Draft(name="女客", rule={})).id
    return console


def shown(page: Page, name: str) -> None:
    """A picture for whoever looks, when SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        page.wait_for_timeout(400)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def kept_rule(page: Page) -> dict:
    return json.loads(page.locator("[data-rule-field]").input_value() or "{}")


def assert_bars_are_as_wide_as_told(page: Page) -> None:
    wide = page.locator(".rule-bars li").evaluate_all(
        "rows => rows.map(row => [row.querySelector('.progress-bar').style.width, row.querySelector('.split-head').textContent])"
    )
    assert all(abs(float(width.removesuffix("%")) - float(told.split(" · ")[1].removesuffix("%"))) < 0.06 for width, told in wide)


def test_a_group_is_built_counted_and_saved(town):
    page = town.page
    town.open("/hq/segments/new")
    number = page.locator("[data-rule-number]")
    expect(number).not_to_have_text("…")
    everybody = number.inner_text()
    page.get_by_role("button", name="＋ 条件").click()
    expect(page.locator("[data-rule-words]")).to_contain_text("1 个条件没填完")
    box = page.get_by_role("combobox", name="标签", exact=True)
    box.fill("羽绒")
    page.get_by_role("option", name="羽绒服").click()
    expect(page.locator("[data-rule-words]")).to_have_text("标签是羽绒服")
    expect(number).not_to_have_text(everybody)
    page.get_by_role("button", name="＋ 一组条件").click()
    inner = page.locator(".rule-group .rule-group")
    inner.get_by_label("字段").select_option("last_order_on")
    inner.get_by_label("最近下单怎么比较").select_option("never")
    inner.get_by_role("button", name="＋ 条件").click()
    inner.get_by_label("字段").nth(1).select_option("gender")
    inner.get_by_role("button", name="女").click()
    expect(page.locator("[data-rule-words]")).to_have_text("标签是羽绒服，并且（从没下过单，或者性别是女）")
    shown(page, "segment-new-1440")
    inner.get_by_role("button", name="取反").first.click()
    expect(page.locator("[data-rule-words]")).to_contain_text("不满足“从没下过单，或者性别是女”")
    inner.get_by_role("button", name="取反").first.click()
    page.get_by_role("button", name="按门店").click()
    expect(page.locator(".rule-bars li").first).to_be_visible()
    assert_bars_are_as_wide_as_told(page)
    shown(page, "segment-split-1440")
    page.get_by_label("名称").fill("羽绒服意向")
    page.get_by_role("button", name="保存人群").click()
    expect(page.get_by_role("heading", name="羽绒服意向")).to_be_visible()
    with transaction() as session:
        rule = session.query(Segment).filter_by(name="羽绒服意向").one().rule
    assert [list(part) for part in rule["all"]][1] == ["any"]
    expect(page.locator("[data-rule-number]")).not_to_have_text("…")
    shown(page, "segment-1440")
    assert town.complaints == []


def test_a_removed_condition_comes_back_and_the_keyboard_suffices(town):
    page = town.page
    town.open(f"/hq/segments/{town.segment}/edit")
    before = kept_rule(page)
    page.get_by_role("button", name="删掉这个条件").click()
    assert kept_rule(page) == {}
    page.get_by_role("button", name="撤销").click()
    assert kept_rule(page) == before
    box = page.get_by_role("combobox", name="标签", exact=True)
    box.focus()
    page.keyboard.type("户外")
    page.keyboard.press("Enter")
    expect(page.locator(".rule-chip")).to_have_count(2)
    assert len(kept_rule(page)["all"][0]["value"]) == 2
    page.keyboard.press("Backspace")
    assert kept_rule(page) == before
    page.keyboard.press("Escape")
    page.get_by_role("button", name="删掉这个条件").focus()
    page.keyboard.press("Enter")
    assert kept_rule(page) == {}
    page.keyboard.press("Control+z")
    assert kept_rule(page) == before
    assert town.complaints == []


def test_what_is_wrong_stands_at_its_condition_and_a_phone_is_wide_enough(town):
    page = town.page
    page.set_viewport_size({"width": 360, "height": 740})
    town.open("/hq/segments/new")
    page.get_by_label("名称").fill("没填完的")
    page.get_by_role("button", name="＋ 条件").click()
    page.get_by_role("button", name="＋ 一组条件").click()
    page.locator(".rule-group .rule-group").get_by_label("字段").select_option("orders")
    page.get_by_role("button", name="保存人群").click()
    expect(page.locator(".rule-row.is-wrong")).to_have_count(2)
    expect(page.get_by_text("请至少选一项")).to_be_visible()
    expect(page.locator("[data-rule-words]")).to_contain_text("2 个条件没填完")
    expect(page.locator(".rule-row.is-wrong")).to_have_count(2)
    page.get_by_label("下单次数", exact=True).fill("3")
    expect(page.locator(".rule-row.is-wrong")).to_have_count(1)
    assert town.width_beyond_screen() <= 0
    small = page.evaluate(SMALLER, 40)
    assert small == []
    operator = page.get_by_label("标签怎么比较")
    assert operator.evaluate("one => one.clientWidth") >= 260
    shown(page, "segment-wrong-360")
    assert [one for one in town.complaints if "422" not in one] == []


def test_every_page_of_segments_fits(town):
    page = town.page
    town.open(f"/hq/segments/{town.segment}")
    page.get_by_role("button", name="现在生成一批").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    assert freeze_waiting() == 1
    town.open(f"/hq/segments/{town.segment}/export")
    page.get_by_label("做什么用").fill("双十二短信补发")
    page.get_by_role("button", name="导出", exact=True).click()
    expect(page.get_by_text("排队中")).to_be_visible()
    assert write_exports() == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").click()
    assert download.value.suggested_filename.startswith("常买羽绒服-")
    pages = {
        "segments": "/hq/segments",
        "segment": f"/hq/segments/{town.segment}", "segment-edit": f"/hq/segments/{town.segment}/edit",
        "segment-runs": f"/hq/segments/{town.segment}/runs", "segment-run": f"/hq/segments/{town.segment}/runs/1",
        "segment-export": f"/hq/segments/{town.segment}/export",
        "segment-overlap": f"/hq/segments/overlap?one={town.segment}&other={town.other}",
    }  # fmt: skip
    for name, path in pages.items():
        for width, height in ((1440, 900), (360, 740)):
            page.set_viewport_size({"width": width, "height": height})
            town.open(path)
            assert town.width_beyond_screen() <= 0, (path, width)
            shown(page, f"{name}-{width}")
    assert town.complaints == []
