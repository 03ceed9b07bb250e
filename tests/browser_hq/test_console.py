"""What only a browser can show: live progress, dialogs, the editor's preview, layout at 360 px, a quiet console."""

import pytest
from playwright.sync_api import expect

from foundation.db import transaction
from org.models import Staff
from sop.actions import finish, hand_out
from sop.models import Assignment, Task, TaskStatus

pytestmark = pytest.mark.browser
PAGES = [
    "/hq/",
    "/hq/tasks", "/hq/tasks/new", "/hq/tasks/1", "/hq/tasks/4", "/hq/care", "/hq/care/1", "/hq/board", "/hq/content",
    "/hq/content/1", "/hq/content/1/edit", "/hq/customers", "/hq/customers/wm0001", "/hq/organisation", "/hq/codes",
    "/hq/connection",
    "/hq/sync", "/hq/sync/1", "/hq/outbox", "/hq/outbox/1", "/hq/inbox", "/hq/inbox/3", "/hq/audit",
]  # fmt: skip


def test_a_task_is_published_with_a_confirmation_and_its_progress_moves_by_itself(console):
    page = console.page
    console.open("/hq/tasks/4")
    page.get_by_role("button", name="下发", exact=True).click()
    expect(page.get_by_text("下发给 15 位导购？")).to_be_visible()
    page.get_by_role("button", name="确认下发").click()
    expect(page.get_by_text("正在下发", exact=False).first).to_be_visible()
    expect(page.locator("#total")).to_have_text("0")
    with transaction() as session:
        hand_out(session, 4)
        assignment = session.query(Assignment).filter_by(task_id=4).order_by(Assignment.id).first()
        finish(session, session.get_one(Staff, assignment.guide_id), assignment.id, via="card")
    expect(page.locator("#total")).to_have_text("15")
    expect(page.locator("#done")).to_have_text("1")
    with transaction() as session:
        session.get_one(Task, 4).status = TaskStatus.CLOSED
    expect(page.get_by_text("实时更新")).to_have_count(0)
    assert console.complaints == []


def test_the_task_form_counts_its_audience_and_keeps_what_was_typed(console):
    page = console.page
    console.open("/hq/tasks/new")
    page.get_by_label("标题").fill("长" * 61)
    page.locator("#department_id").select_option("2")
    expect(page.locator("#audience")).to_contain_text("会发给 9 位导购")
    page.get_by_role("button", name="明天").click()
    chosen = page.locator("#deadline_at").input_value()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("#title-problem")).to_contain_text("最多 60 个字")
    assert page.locator("#title").input_value() == "长" * 61
    assert page.locator("#deadline_at").input_value() == chosen
    page.get_by_label("标题").fill("换橱窗")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_role("heading", name="换橱窗")).to_be_visible()


def test_the_script_editor_previews_variables_and_adds_bubbles(console):
    page = console.page
    console.open("/hq/content/new")
    page.locator("textarea").first.fill("您好，")
    page.get_by_role("button", name="插入导购").click()
    expect(page.locator("#preview .bubble")).to_have_text("您好，李小美")
    page.get_by_role("button", name="加一条").click()
    page.locator("textarea").nth(1).fill("到{门店}看看")
    expect(page.locator("#preview .bubble").nth(1)).to_have_text("到徐家汇店看看")
    page.get_by_label("标题").fill("邀约")
    page.get_by_role("button", name="保存并发布").click()
    expect(page.get_by_text("已发布，导购现在就能搜到")).to_be_visible()
    assert console.complaints == []


def test_no_page_is_wider_than_a_phone_and_none_complains(console):
    console.page.set_viewport_size({"width": 360, "height": 740})
    for path in PAGES:
        console.open(path)
        console.page.wait_for_load_state("networkidle") if "tasks/1" in path else console.page.wait_for_load_state("load")
        assert console.width_beyond_screen() <= 0, path
    assert console.complaints == []


def test_the_navigation_folds_on_a_phone_and_opens_by_its_button(console):
    console.page.set_viewport_size({"width": 360, "height": 740})
    console.open("/hq/")
    link = console.page.get_by_role("link", name="发件箱", exact=True)
    expect(link).to_be_hidden()
    console.page.get_by_role("button", name="打开导航").click()
    link.click()
    expect(console.page.get_by_role("heading", name="发件箱")).to_be_visible()


def test_signing_out_leads_to_the_sign_in_page(console):
    console.open("/hq/")
    console.page.get_by_role("button", name="退出").click()
    expect(console.page.get_by_role("link", name="企业微信扫码登录")).to_be_visible()
