"""A poster whose platform file is lost before its time: one tap still sends it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from acquisition.actions import want_code
from foundation.db import transaction
from org.queries import find_staff
from outbox.models import OutgoingMessage, PlatformMedia
from tests.browser.conftest import Road

pytestmark = pytest.mark.browser
GUIDE = "lixiaomei"


def test_a_file_the_platform_lost_is_fetched_anew_within_the_same_tap(road: Road, page: Page) -> None:
    with transaction() as session:
        guide = find_staff(session, GUIDE)
        assert guide
        want_code(session, guide, "个人名片")
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")
    page.get_by_role("link", name="海报").click()
    with page.expect_response(lambda answer: answer.url.endswith("/media") and answer.status == 200, timeout=15_000):
        page.locator("a.poster").first.click()
    button = page.get_by_role("button", name="发送给客户")
    expect(button).to_be_visible()
    # What we know of the file still looks alive, but the platform has no such id.
    with transaction() as session:
        session.execute(update(PlatformMedia).where(PlatformMedia.key.like("image:%")).values(media_id="3a-gone"))
    page.reload()
    button.click()
    expect(page.get_by_role("button", name="再发一次")).to_be_visible(timeout=15_000)
    messages: Any = road.control(f"chats/{GUIDE}/{customer}")["messages"]
    assert [one["msgtype"] for one in messages if one["via"] == "sidebar"] == ["image"]
    with transaction() as session:
        uploads = session.scalars(select(OutgoingMessage.call).where(OutgoingMessage.call == "media/upload")).all()
    assert len(uploads) == 2
