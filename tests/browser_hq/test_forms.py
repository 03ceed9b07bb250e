"""What only a browser knows of a form: a date filled in halfway, which message is marked, a button that comes back."""

import pytest
from playwright.sync_api import expect

from content_library.models import Item
from foundation.db import transaction
from jobs.poster_jobs import draw_waiting
from org.models import Staff
from tests.browser_hq.conftest import Console
from tests.builders.content_library import make_poster

pytestmark = pytest.mark.browser


def test_a_date_filled_in_halfway_is_told_and_nothing_is_sent(console: Console) -> None:
    page = console.page
    with transaction() as session:
        before = session.query(Item).count()
    console.open("/hq/content/new")
    page.get_by_label("标题").fill("双11 凑单")
    page.get_by_label("第 1 条").fill("围巾也可以看看")
    page.get_by_label("从什么时候起可用").click()
    page.keyboard.type("1210")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("没有填完整")).to_be_visible()
    expect(page.get_by_label("从什么时候起可用")).to_be_focused()
    with transaction() as session:
        assert session.query(Item).count() == before
    page.get_by_label("从什么时候起可用").fill("2036-12-10T09:00")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("已存为草稿")).to_be_visible()
    assert console.complaints == []


def test_the_second_message_is_marked_and_a_long_one_keeps_the_preview_small(console: Console) -> None:
    page = console.page
    console.open("/hq/content/new")
    expect(page.get_by_text("写下文字，就会边写边查")).to_be_visible()
    page.get_by_label("标题").fill("双11 凑单")
    page.get_by_label("第 1 条").fill("好的")
    page.get_by_role("button", name="加一条").click()
    page.get_by_label("第 2 条").fill("字" * 900 + "{价格}")
    box = page.locator(".beside .phone").bounding_box()
    assert box is not None
    assert box["height"] <= 600
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("不认识的变量 {价格}")).to_be_visible()
    expect(page.locator("textarea.is-invalid")).to_have_attribute("aria-label", "第 2 条")
    expect(page.get_by_label("第 1 条")).to_have_value("好的")


def test_drawing_ahead_ends_and_can_be_asked_again(console: Console, people: dict[str, Staff]) -> None:
    page = console.page
    with transaction() as session:
        poster = make_poster(session, people["hq_wangmin"], title="会员日").id
    console.open(f"/hq/posters/{poster}/ahead")
    page.get_by_role("button", name="开始生成").click()
    expect(page.get_by_role("button", name="开始生成")).to_be_disabled()
    assert draw_waiting() == 1
    expect(page.get_by_text("已完成")).to_be_visible()
    expect(page.get_by_role("button", name="再生成一次")).to_be_enabled()
    assert console.complaints == []
