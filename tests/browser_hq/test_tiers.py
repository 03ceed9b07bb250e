"""Standings in a real Chromium: charts draw and lead on, the dry run answers beside the form, taps beside a chat."""

import os
import random
import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from customers.measuring import count_standings, measure_cuts
from customers.models import Customer
from customers.profile_actions import seed_profile_fields
from customers.tier_models import TierDay
from customers.tiering import retier
from foundation import clock
from foundation.db import transaction
from tests.builders.tiers import make_order

pytestmark = pytest.mark.browser
# Resolves when a chart stands as it will stay.
DRAWN = """box => new Promise(done => {
    const chart = echarts.getInstanceByDom(box);
    chart.on("finished", () => done());
    chart.resize();
})"""
NAMES = ("极寒长款羽绒服", "轻薄羽绒内胆", "短款面包羽绒服", "羊绒围巾", "户外三合一冲锋衣")


@pytest.fixture
def standing(console):
    """Customers with orders, looked at and counted; thirty days of moves."""
    dice = random.Random(3)
    with transaction() as session:
        seed_profile_fields(session)
        ids = list(session.scalars(session.query(Customer.id).statement))
        for id_ in ids:
            hers = dice.choice((0, 0, 1, 2, 4))
            for day in sorted(dice.sample(range(3, 400), hers), reverse=True):
                name = dice.choice(NAMES)
                make_order(session, id_, days_ago=day, yuan=dice.choice((299, 899, 1599)), goods=({"name": name, "size": "L"},))
        measure_cuts(session, clock.now())
        retier(session, ids, clock.now())
        count_standings(session, clock.today())
        flows = (("new", "growing", 42), ("growing", "mature", 18), ("growing", "dormant", 15), ("mature", "dormant", 6),
                 ("dormant", "lost", 9), ("dormant", "growing", 5), ("lost", "growing", 2))  # fmt: skip
        day = clock.today() - timedelta(days=3)
        session.add_all(
            TierDay(on=day, ladder="stage", path="1.2.21.", was=was, now=now, customers=count) for was, now, count in flows
        )
    return console


def shown(page: Page, name: str) -> None:
    """A picture for whoever looks, when SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_the_board_draws_and_a_cell_of_the_grid_leads_to_its_customers(standing):
    page = standing.page
    standing.open("/hq/tiers")
    expect(page.locator("[data-tier-chart]:has(canvas)")).to_have_count(2)
    shown(page, "tiers-1440")
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    expect(page.locator("[data-tier-chart]:has(canvas)")).to_have_count(2)
    assert standing.width_beyond_screen() <= 0
    shown(page, "tiers-360")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.reload()
    box = page.locator("[data-tier-chart]").nth(1)
    expect(box.locator("canvas").first).to_be_visible()
    box.evaluate(DRAWN)
    size = box.bounding_box()
    page.mouse.click(size["x"] + size["width"] * 0.9, size["y"] + size["height"] * 0.15)
    page.wait_for_url("**/hq/customers?rule=*")
    assert standing.complaints == []


def test_the_dry_run_answers_beside_the_form(standing):
    page = standing.page
    standing.open("/hq/tiers/rules")
    page.get_by_label("下过几次单算成熟期").fill("2")
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_text("按新规则，今天会有", exact=False)).to_be_visible()
    shown(page, "rules-1440")
    page.get_by_label("下过几次单算成熟期").fill("很多")
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_text("先改好这里，才能试算", exact=False)).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    assert standing.width_beyond_screen() <= 0
    shown(page, "rules-360")
    for path, name in (("/hq/tiers/warnings", "warnings"), ("/hq/profile-fields", "fields"), ("/hq/profile-fields/1", "field")):
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 900})
            standing.open(path)
            assert standing.width_beyond_screen() <= 0, path
            shown(page, f"{name}-{width}")
    assert standing.complaints == []


def test_a_guide_asks_answers_and_hangs_a_wish_in_two_taps(standing, app, people):
    page = standing.page
    guide = people["guide21a"]
    signer = app.session_interface.get_signing_serializer(app)
    cookie = signer.dumps({"person_id": guide.id, "epoch": guide.epoch, "_permanent": True})
    page.context.add_cookies([{"name": "guidedesk", "value": cookie, "url": standing.origin}])
    with transaction() as session:
        hers = session.query(Customer).filter_by(owner_id=guide.id).order_by(Customer.id).first().external_userid
    page.set_viewport_size({"width": 360, "height": 740})
    standing.open(f"/sidebar/customers/{hers}")
    known = page.locator("#known")
    expect(known.get_by_text("平时多是给自己买", exact=False)).to_be_visible()
    known.scroll_into_view_if_needed()
    shown(page, "known-1")
    known.get_by_text("父母", exact=True).click()
    known.get_by_text("自己", exact=True).click()
    known.get_by_role("button", name="记下").first.click()
    expect(known.get_by_text("自己、父母")).to_be_visible()
    expect(known.get_by_text("羽绒服主要什么场合穿", exact=False)).to_be_visible()
    known.get_by_role("button", name="换一个问").click()
    expect(known.get_by_text("家里有小朋友吗", exact=False)).to_be_visible()
    known.get_by_role("button", name="4–6 岁").click()
    expect(known.get_by_text("2 / 6")).to_be_visible()
    known.get_by_role("button", name="＋ 心愿").click()
    expect(known.get_by_role("dialog", name=re.compile("想要什么"))).to_be_visible()
    shown(page, "known-2")
    known.get_by_role("dialog", name=re.compile("想要什么")).get_by_role("button", name="极寒长款羽绒服").click()
    expect(known.get_by_role("button", name=re.compile("极寒长款羽绒服：.+买到了"))).to_be_visible()
    known.get_by_role("button", name="＋ 已有").click()
    known.get_by_role("dialog", name=re.compile("已有什么")).get_by_role("button", name="记下").click()
    expect(known.get_by_text("写一下是什么", exact=False)).to_be_visible()
    shown(page, "known-3")
    page.keyboard.press("Escape")
    shown(page, "known-4")
    assert standing.width_beyond_screen() <= 0
    quiet = [one for one in standing.complaints if "422" not in one and "res.wx.qq.com" not in one]
    assert quiet == []
