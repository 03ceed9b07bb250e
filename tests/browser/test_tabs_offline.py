"""A tab tapped where there is no network: the page she reads stays, and one tap tries again."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Road

pytestmark = pytest.mark.browser


def test_a_tab_without_network_keeps_the_page_and_opens_when_it_is_back(road: Road, page: Page) -> None:
    page.goto(road.webview("lixiaomei", "/sidebar/tasks"))
    tabs = page.get_by_role("navigation", name="主导航")
    tab = tabs.get_by_role("link", name="话术")
    expect(tab).to_be_visible()
    page.context.set_offline(True)
    tab.click()
    again = page.get_by_role("button", name="网络不通，点一下重试")
    expect(again).to_be_visible()
    expect(tabs.get_by_role("link", name="任务")).to_have_attribute("aria-current", "page")
    page.context.set_offline(False)
    page.wait_for_function("navigator.onLine")
    again.click()
    expect(tab).to_have_attribute("aria-current", "page")
