"""A file the platform lost before its time, a poster or a picture of the library: one tap still sends it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, update

from acquisition.actions import want_code
from foundation.db import transaction
from org.queries import find_staff
from outbox.models import OutgoingMessage, PlatformMedia
from tests.browser.conftest import Road
from tests.builders.content_library import make_picture

pytestmark = pytest.mark.browser
GUIDE = "lixiaomei"


def _lose_files() -> None:
    """What we know of the files still looks alive, but the platform has no such id."""
    with transaction() as session:
        session.execute(update(PlatformMedia).where(PlatformMedia.key.like("image:%")).values(media_id="3a-gone"))


def _said(road: Road, customer: str) -> list[str]:
    messages: Any = road.control(f"chats/{GUIDE}/{customer}")["messages"]
    return [one["msgtype"] for one in messages if one["via"] == "sidebar"]


def _uploads() -> int:
    with transaction() as session:
        uploads = select(func.count()).select_from(OutgoingMessage).where(OutgoingMessage.call == "media/upload")
        return session.scalar(uploads) or 0


def test_a_file_the_platform_lost_is_fetched_anew_within_the_same_tap(road: Road, page: Page) -> None:
    with transaction() as session:
        guide = find_staff(session, GUIDE)
        assert guide
        want_code(session, guide, "个人名片")
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")
    page.get_by_role("link", name="海报").click()
    with page.expect_response(lambda answer: answer.url.endswith("/media") and answer.status == 200):
        page.locator("a.poster").first.click()
    button = page.get_by_role("button", name="发送给客户")
    expect(button).to_be_visible()
    _lose_files()
    page.reload()
    button.click()
    expect(page.get_by_role("button", name="再发一次")).to_be_visible()
    assert _said(road, customer) == ["image"]
    assert _uploads() == 2


def test_a_picture_of_the_library_is_renewed_too(road: Road, page: Page) -> None:
    with transaction() as session:
        operator = find_staff(session, "hq_wangmin")
        assert operator
        make_picture(session, operator, title="橱窗实拍")
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")
    page.get_by_role("link", name="素材").click()
    card = page.locator("article", has_text="橱窗实拍").first
    card.get_by_role("button", name="发送").click()
    expect(card.get_by_role("button", name="再发一次")).to_be_visible()
    assert (_said(road, customer), _uploads()) == (["image"], 1)
    expect(page.get_by_text("已发送")).to_be_hidden()
    _lose_files()
    card.get_by_role("button", name="再发一次").click()
    expect(page.get_by_text("已发送")).to_be_visible()
    assert (_said(road, customer), _uploads()) == (["image", "image"], 2)
