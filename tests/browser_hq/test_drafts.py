"""A long form in a real browser: nothing typed is lost to a lost network, a wrong field, or leaving too early."""

import pytest
from playwright.sync_api import Dialog, expect

from content_library.models import Item
from foundation.db import transaction
from tests.browser_hq.conftest import Console

pytestmark = pytest.mark.browser


def _count() -> int:
    with transaction() as session:
        return session.query(Item).count()


def test_saving_without_network_keeps_the_page_and_saves_when_it_is_back(console: Console) -> None:
    page, before = console.page, _count()
    console.open("/hq/content/new")
    page.get_by_label("标题").fill("双11 凑单")
    page.get_by_label("第 1 条").fill("围巾也可以看看")
    page.context.set_offline(True)
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("网络不通，还没有保存")).to_be_visible()
    expect(page.get_by_label("第 1 条")).to_have_value("围巾也可以看看")
    page.context.set_offline(False)
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("已存为草稿")).to_be_visible()
    page.wait_for_load_state("domcontentloaded")
    assert _count() == before + 1
    console.open("/hq/content/new")
    expect(page.get_by_label("标题")).to_have_value("")
    expect(page.get_by_text("已恢复您没保存的内容")).to_have_count(0)


def test_leaving_asks_and_coming_again_finds_what_was_typed_or_drops_it(console: Console) -> None:
    page, asked = console.page, []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    console.open("/hq/content/new")
    page.get_by_label("标题").fill("双11 凑单")
    page.get_by_label("第 1 条").fill("好的")
    page.get_by_role("button", name="加一条").click()
    page.get_by_label("第 2 条").fill("围巾也可以看看")
    page.get_by_role("link", name="首页").click()
    expect(page).to_have_url(console.origin + "/hq/")
    assert asked == ["beforeunload"]
    console.open("/hq/content/new")
    expect(page.get_by_text("已恢复您没保存的内容")).to_be_visible()
    expect(page.get_by_label("第 2 条")).to_have_value("围巾也可以看看")
    expect(page.locator("#title-count")).to_have_text("6")
    expect(page.locator("#preview .bubble")).to_have_count(2)
    page.get_by_role("button", name="不要").click()
    expect(page.get_by_label("标题")).to_have_value("")
    expect(page.get_by_text("已恢复您没保存的内容")).to_have_count(0)
    assert asked == ["beforeunload"]


def test_the_first_wrong_field_has_the_focus_and_the_banner_leads_there(console: Console) -> None:
    page = console.page
    console.open("/hq/content/new")
    page.get_by_label("标题").fill("双11 凑单")
    page.get_by_label("第 1 条").fill("好的 {价格}")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_label("第 1 条")).to_be_focused()
    page.get_by_label("标题").focus()
    page.get_by_role("link", name="去看第一处").click()
    expect(page.get_by_label("第 1 条")).to_be_focused()
    page.get_by_label("第 1 条").fill("好的")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("已存为草稿")).to_be_visible()


def test_back_shows_counter_preview_and_check_of_what_is_in_the_form(console: Console) -> None:
    page = console.page
    console.open("/hq/content/new")
    page.get_by_label("标题").fill("双11 凑单")
    page.get_by_label("第 1 条").fill("围巾也可以看看")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("已存为草稿")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("标题")).to_have_value("双11 凑单")
    expect(page.locator("#title-count")).to_have_text("6")
    expect(page.locator("#preview .bubble")).to_have_text("围巾也可以看看")
