"""Loss board and handover in a real Chromium: charts draw; 375 customers are looked at, changed and confirmed in a few clicks."""

import os
import random
import time
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from customers.following import end_following
from customers.handover_models import Handover, HandoverCustomer, HandoverStatus, HandoverStep
from customers.loss_telling import tell_losses
from customers.models import Customer, Follow, Tag
from customers.service_models import CustomerNote
from foundation import clock
from foundation.db import transaction
from org.models import Staff, StaffStatus
from tests.builders.sop import make_follow

pytestmark = pytest.mark.browser
SURNAMES, GIVEN = "陈林黄吴刘杨赵周徐孙马朱胡郭何", "晓雅静敏丽娜欣怡梦琪佳颖雪婷"


def shown(page: Page, name: str) -> None:
    """A picture for whoever looks, when SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture
def leaver(console, people):
    """A guide of 徐家汇 left; 375 customers wait. Her colleagues have some of their own."""
    dice = random.Random(5)
    with transaction() as session:
        guide = session.get_one(Staff, people["guide21a"].id)
        guide.status, guide.departed_at = StaffStatus.DEPARTED, clock.now() - timedelta(days=1)
        tags = list(session.scalars(select(Tag.id)))
        have = session.query(Follow).filter_by(staff_id=guide.id, status="active").count()
        for number in range(375 - have):
            follow = make_follow(session, guide, f"wmx{number}", days_ago=dice.randrange(3, 500))
            customer = session.get_one(Customer, follow.customer_id)
            customer.name = dice.choice(SURNAMES) + dice.choice(GIVEN) + dice.choice(GIVEN)
            customer.owner_id = guide.id
            follow.tag_ids = sorted(dice.sample(tags, min(len(tags), dice.randrange(3))))
            customer.tag_ids = follow.tag_ids
        for number in range(40):
            make_follow(session, people["chenjing"], f"wmy{number}", days_ago=30)
    return console


def test_375_customers_are_handed_over_in_a_few_clicks(leaver):
    page, began, clicks = leaver.page, time.monotonic(), 0
    leaver.open("/hq/handovers/new")
    shown(page, "handover-new-1440")
    page.get_by_role("button", name="安排").first.click()
    expect(page.get_by_role("button", name="确认交接 375 位")).to_be_visible()
    shown(page, "handover-plan-1440")
    page.locator("[data-ticks=customer]").check()
    expect(page.locator("[data-ticked=customer]")).to_have_text("100")
    page.locator("#to_id").select_option(index=1)
    page.get_by_role("button", name="把选中的换给她").click()
    expect(page.get_by_text("已换人 100 位")).to_be_visible()
    page.locator("[name=q]").fill("吴芳")
    page.get_by_role("button", name="确认交接 375 位").click()
    expect(page.locator("#go").get_by_role("button", name="确认交接")).to_be_visible()
    shown(page, "handover-confirm-1440")
    page.locator("#go").get_by_role("button", name="确认交接").click()
    clicks += 6
    expect(page.get_by_text("正在交接，等客户接受")).to_be_visible()
    assert clicks <= 10
    if folder := os.environ.get("SHOTS"):
        Path(folder, "handover-clicks.txt").write_text(f"{clicks} clicks, {time.monotonic() - began:.1f} s\n")
    shown(page, "handover-run-1440")
    _settle()
    page.reload()
    expect(page.get_by_text("没有成功的客户")).to_be_visible()
    shown(page, "handover-done-1440")
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    shown(page, "handover-done-360")
    assert leaver.width_beyond_screen() <= 0
    assert leaver.complaints == []


def _settle() -> None:
    with transaction() as session:
        handover = session.scalars(select(Handover)).one()
        rows = session.scalars(select(HandoverCustomer).order_by(HandoverCustomer.customer_id)).all()
        for number, row in enumerate(rows):
            row.step, row.settled_at = HandoverStep.TAKEN, clock.now()
            if number % 40 == 0:
                row.step, row.reason = HandoverStep.REFUSED, "客户拒绝了"
            if number == 7:
                row.step, row.reason, row.fit = HandoverStep.FAILED, "接替成员没有实名认证", row.fit | {"errcode": 40098}
        handover.status, handover.finished_at = HandoverStatus.DONE, clock.now()


def test_the_plan_fits_a_phone_and_somebody_else_is_found_by_name(leaver):
    page = leaver.page
    page.set_viewport_size({"width": 360, "height": 740})
    leaver.open("/hq/handovers/new")
    shown(page, "handover-new-360")
    page.get_by_role("button", name="安排").first.click()
    page.wait_for_url("**/hq/handovers/1")
    assert leaver.width_beyond_screen() <= 0
    shown(page, "handover-plan-360")
    page.locator("[name=q]").press_sequentially("郑洁")
    expect(page.locator("#to_id option").first).to_contain_text("郑洁")
    assert leaver.complaints == []


def test_the_loss_board_draws(console, people):
    dice = random.Random(8)
    with transaction() as session:
        rows = session.execute(
            select(Customer.external_userid, Staff.userid)
            .join(Follow, Follow.customer_id == Customer.id)
            .join(Staff, Staff.id == Follow.staff_id)
            .where(Follow.status == "active")
        ).all()
        for external_userid, userid in rows:
            if dice.random() < 0.6:
                by = dice.choice(("customer", "customer", "customer", "guide"))
                end_following(session, userid, external_userid, by=by, at=clock.now() - timedelta(hours=dice.randrange(1, 600)))
        tell_losses(session)
    page = console.page
    console.open("/hq/losses")
    expect(page.locator("[data-chart]:has(canvas)")).to_have_count(4)
    shown(page, "losses-1440")
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    shown(page, "losses-360")
    assert console.width_beyond_screen() <= 0
    page.set_viewport_size({"width": 1440, "height": 900})
    console.open("/hq/losses/rules")
    shown(page, "loss-rules-1440")
    console.open("/hq/handovers")
    shown(page, "handovers-1440")
    assert console.complaints == []


def test_her_new_guide_finds_them_with_the_last_words(app, console, people):
    with transaction() as session:
        before, hers = people["guide21a"], people["guide21b"]
        handover = Handover(
            from_id=before.id, departed=True, status=HandoverStatus.DONE, staff_id=people["chenjing"].id, created_at=clock.now()
        )
        session.add(handover)
        session.flush()
        follows = session.query(Follow).filter_by(staff_id=before.id).limit(6).all()
        for number, follow in enumerate(follows):
            row = HandoverCustomer(
                handover_id=handover.id, customer_id=follow.customer_id, to_id=hers.id, step=HandoverStep.TAKEN, fit={}
            )
            session.add(row)
            if not session.query(Follow).filter_by(staff_id=hers.id, customer_id=follow.customer_id).count():
                make_follow(session, hers, session.get_one(Customer, follow.customer_id).external_userid)
            if number % 2:
                note = {"customer_id": follow.customer_id, "staff_id": before.id, "at": clock.now(), "once": f"n{number}"}
                session.add(CustomerNote(text="喜欢宽松的长款，怕冷，给婆婆也买过一件", **note))
    signer = app.session_interface.get_signing_serializer(app)
    cookie = signer.dumps({"person_id": hers.id, "epoch": hers.epoch, "_permanent": True})
    console.page.context.add_cookies([{"name": "guidedesk", "value": cookie, "url": console.origin}])
    console.page.set_viewport_size({"width": 360, "height": 740})
    console.open(f"/sidebar/handovers/{handover.id}")
    expect(console.page.get_by_role("heading", name="交给您的客户")).to_be_visible()
    expect(console.page.get_by_text("喜欢宽松的长款").first).to_be_visible()
    assert console.width_beyond_screen() <= 0
    shown(console.page, "handed-360")
