"""Tags in a real browser: a rule is written, tried and switched on; groups open one at a time; small screens hold."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from content_library.models import Item
from customers.following import note_timeline
from customers.models import Customer
from customers.tag_models import TagRule
from customers.tag_rule_work import work_moments
from foundation import clock
from foundation.db import transaction
from org.models import Staff
from tests.browser_hq.conftest import Console
from tests.builders.content_library import make_script
from tests.builders.customers import make_tags
from tests.builders.sop import make_follow


@pytest.fixture
def opened(people: dict[str, Staff]) -> None:
    """Two tag groups, and a customer who opened down jackets twice this week."""
    with transaction() as session:
        make_tags(session, "羽绒服", "户外运动", "亲子", group="爱好")
        make_tags(session, "金卡", "银卡", group="会员等级")
        guide = session.scalars(select(Staff).where(Staff.role == "guide").order_by(Staff.id).limit(1)).one()
        follow = make_follow(session, guide, "wm-tags", days_ago=30)
        session.get_one(Customer, follow.customer_id).name = "陈女士"
        for number in range(2):
            at, title = clock.now() - clock.days(number), "长款羽绒服怎么选"
            note_timeline(session, follow.customer_id, "opened", staff_id=guide.id, at=at, once=f"t{number}", title=title)


def search(page: Page, field: str, words: str) -> None:
    """As somebody does who waits for the list before she chooses from it."""
    with page.expect_response(lambda answer: f"{field}=" in answer.url):
        page.locator(f"#{field}").fill(words)
    expect(page.locator(f"#{field}.htmx-request")).to_have_count(0)


def test_a_rule_is_written_tried_and_switched_on(console: Console, opened: None) -> None:
    page = console.page
    console.open("/hq/tags/rules/new")
    page.locator("[name=words]").fill("羽绒")
    assert not page.locator("[name=min_yuan]").is_visible()
    search(page, "tag_words", "羽绒")
    page.locator(".tag-choice", has_text="羽绒服").click()
    page.locator("[name=name]").fill("对羽绒服感兴趣")
    page.get_by_role("button", name="试算").click()
    page.get_by_text("现在会有 1 人打上").wait_for()
    assert page.get_by_text("7 天内打开内容 2 次，最近一次「长款羽绒服怎么选」").is_visible()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("现在会有 1 人打上").wait_for()
    page.get_by_text("已经满足的客户也打上").click()
    page.get_by_role("button", name="启用").click()
    page.get_by_text("运行中").wait_for()
    with transaction() as session:
        assert work_moments(session) == 1
    page.reload()
    assert page.get_by_role("cell", name="陈女士").is_visible()
    console.open("/hq/tags")
    page.locator("summary", has_text="会员等级").click()
    page.get_by_text("金卡", exact=True).wait_for()
    assert console.complaints == []


def test_content_of_a_rule_is_found_and_stays_chosen(console: Console, opened: None, people: dict[str, Staff]) -> None:
    with transaction() as session:
        for number in range(14):
            make_script(session, people["hq_wangmin"], title=f"新品第 {number} 条")
    page = console.page
    console.open("/hq/tags/rules/new")
    choices = page.locator("#item-choices .tag-choice")
    choices.nth(12).wait_for()
    assert page.locator("[name=item_id]:checked").input_value() == ""
    assert choices.filter(has_text="降温提醒").count() == 0, "twelve are offered, the newest"
    search(page, "item_words", "jwtx")
    choices.filter(has_text="降温提醒").click()
    search(page, "item_words", "尺码")
    choices.filter(has_text="尺码不合适").wait_for()
    assert choices.filter(has_text="降温提醒").locator("input").is_checked()
    search(page, "tag_words", "羽绒")
    page.locator("#tag-choices .tag-choice", has_text="羽绒服").click()
    page.locator("[name=name]").fill("看过降温提醒")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/tags/rules/*")
    with transaction() as session:
        rule = session.scalars(select(TagRule)).one()
        chosen = session.get_one(Item, rule.match["items"][0])
    assert chosen.title.startswith("降温提醒")
    console.open(f"/hq/tags/rules/{rule.id}/edit")
    assert choices.filter(has_text="降温提醒").locator("input").is_checked()
    assert console.complaints == []


def test_the_pages_hold_on_a_phone(console: Console, opened: None) -> None:
    console.page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/hq/tags", "/hq/tags/rules", "/hq/tags/rules/new", "/hq/tags/writing", "/hq/tags/groups/new", "/hq/tags?q=羽"):
        console.open(path)
        assert console.width_beyond_screen() == 0, path
