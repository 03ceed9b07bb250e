"""A guide's phone, for real: the simulator's WeCom webview, the unmodified JS-SDK, our pages, the platform's chats."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import func, select

from acquisition.actions import want_code
from content_library.models import ItemSend
from content_library.rules import STAGES
from customers.models import TimelineEntry
from foundation import clock
from foundation.db import transaction
from org.queries import find_staff
from sop.actions import hand_out, publish_task, save_task
from sop.models import Assignment, AssignmentStatus
from sop.rules import TaskDraft
from tests.browser.conftest import Road, shoot
from tests.builders.content_library import make_script

pytestmark = pytest.mark.browser
GUIDE = "lixiaomei"


def _code() -> None:
    with transaction() as session:
        guide = find_staff(session, GUIDE)
        assert guide
        want_code(session, guide, "个人名片")


def _task(answer_kind: str) -> int:
    """Headquarters asks everybody; the number of this guide's copy."""
    with transaction() as session:
        operator, guide = find_staff(session, "hq_wangmin"), find_staff(session, GUIDE)
        assert operator
        assert guide
        draft = TaskDraft("入口陈列", "把轻薄款放到入口。", 1, answer_kind, 5, clock.now() + timedelta(hours=6))
        task = publish_task(session, operator, save_task(session, operator, draft).id)
        while hand_out(session, task.id):
            pass
        return session.scalars(select(Assignment.id).where(Assignment.guide_id == guide.id, Assignment.task_id == task.id)).one()


def _until(page: Page, question: Callable[[], bool]) -> None:
    """Ask until it is so, at most twenty seconds."""
    for _ in range(200):
        if question():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come about")


def _said(road: Road, customer: str) -> list[dict[str, Any]]:
    """What went into this chat from the sidebar."""
    messages: Any = road.control(f"chats/{GUIDE}/{customer}")["messages"]
    return [one for one in messages if one["via"] == "sidebar"]


def _sends() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(ItemSend)) or 0


def test_from_the_chat_to_tags_a_script_and_a_poster(road: Road, page: Page) -> None:
    _code()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")

    # Two taps: all tags, then the tag.
    page.get_by_role("button", name="全部标签").click()
    tag = page.locator(".sheet .chip:not(.on)").first
    name = tag.inner_text()
    tag.click()
    expect(page.get_by_text(f"已打上「{name}」")).to_be_visible()
    shoot(page, "sidebar-tags")
    page.locator(".sheet").get_by_role("button", name="完成").click()
    expect(page.locator(".chips .chip.on", has_text=name).first).to_be_visible()

    # One tap: the script, as it stands.
    card = page.locator(".script").first
    words = json.loads(card.get_attribute("data-item") or "{}")["bubbles"]
    card.get_by_role("button", name="发送").click()
    expect(page.get_by_role("button", name="再发一次")).to_be_visible()
    shoot(page, "sidebar-customer")
    assert [one["body"]["content"] for one in _said(road, customer)] == words

    # The poster: her own code, ready by the time she taps.
    page.get_by_role("link", name="海报").click()
    page.locator("a.poster").first.click()
    page.get_by_role("button", name="发送给客户").click()
    expect(page.get_by_role("button", name="再发一次")).to_be_visible()
    shoot(page, "sidebar-poster")
    assert _said(road, customer)[-1]["msgtype"] == "image"
    _until(page, lambda: _sends() == 2)
    with transaction() as session:
        kinds = session.scalars(select(TimelineEntry.kind).where(TimelineEntry.kind.in_(["sent", "tagged"]))).all()
    assert sorted(kinds) == ["sent", "sent", "tagged"]
    assert problems == []


def test_a_visit_to_the_store_is_one_tap_and_a_slip_one_more(noon: None, road: Road, page: Page) -> None:
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")
    chip = page.locator(".service .three button", has_text="到店")
    expect(chip).to_have_attribute("aria-pressed", "false")
    chip.click()
    expect(page.get_by_text("已登记今天到店")).to_be_visible()
    expect(chip).to_have_text("今天到店")
    shoot(page, "sidebar-visit")
    page.reload()
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#moments")).to_contain_text("到店：")
    chip.click()
    expect(page.get_by_text("已撤销到店")).to_be_visible()
    page.reload()
    expect(chip).to_have_text("＋ 到店")


def test_what_a_customer_wants_to_be_sent_is_noted_in_two_taps_and_the_page_follows_at_once(road: Road, page: Page) -> None:
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")
    expect(page.locator("#to-say .script").first).to_be_visible()
    page.locator("#more summary").click()
    page.get_by_role("button", name="都不接收").click()
    expect(page.locator("#consent-banner")).to_contain_text("请不要主动发送")
    expect(page.locator("#to-say .script")).to_have_count(0)
    expect(page.locator("#more summary")).to_contain_text("接收意愿：都不接收")
    expect(page.locator("#moments")).to_contain_text("都不接收")
    shoot(page, "sidebar-consent")
    page.get_by_role("button", name="全部接收").click()
    expect(page.locator("#consent-banner")).to_be_empty()
    card = page.locator("#to-say .script").first
    card.get_by_role("button", name="发送").click()
    expect(card.get_by_role("button", name="再发一次")).to_be_visible()
    page.goto(road.webview(GUIDE, "/sidebar/board"))
    shoot(page, "sidebar-board")


def test_cancels_lost_networks_and_other_chats(road: Road, page: Page, phone: BrowserContext) -> None:
    first, second = (str(one["external_userid"]) for one in road.contacts(GUIDE)[:2])
    page.goto(road.beside(GUIDE, first))
    page.wait_for_url(f"**/sidebar/customers/{first}*")
    page.get_by_role("link", name="话术").click()
    page.locator("#q").fill("yrf")
    expect(page.get_by_text("找到 ")).to_be_visible()

    # A cancel is not a send.
    road.control("client", {"userid": GUIDE, "cancel_next_send": True})
    page.locator(".script").first.get_by_role("button", name="发送").click()
    expect(page.get_by_text("已取消，没有发送")).to_be_visible()
    assert _said(road, first) == []
    assert _sends() == 0

    # She changes the words; the network is lost while it is reported; it arrives once, later.
    def drop(route: Route) -> None:
        route.abort()

    page.route("**/sidebar/sends", drop)
    card = page.locator(".script").first
    card.get_by_role("button", name="改一改").click()
    for box in card.locator("textarea").all()[1:]:
        box.fill("")
    card.locator("textarea").first.fill("换我自己的话")
    card.locator(".sheet").get_by_role("button", name="发送").click()
    expect(card.get_by_role("button", name="再发一次")).to_be_visible()
    expect(page.get_by_text("待同步 1 项")).to_be_visible()
    assert _said(road, first)[0]["body"]["content"] == "换我自己的话"
    assert _sends() == 0
    page.unroute("**/sidebar/sends", drop)
    page.reload()
    _until(page, lambda: _sends() == 1)
    page.reload()
    expect(page.locator(".script").first).to_be_visible()
    assert _sends() == 1

    # A page that was left open beside another chat does not send into it.
    page.goto(road.beside(GUIDE, second, f"/sidebar/scripts%3Fc={first}"))
    page.locator(".script .go").first.click()
    page.wait_for_url(f"**/sidebar/customers/{second}*")
    assert _said(road, second) == []


def _two_bubbles() -> str:
    """A script of two messages that fits everybody who was just added; its title."""
    with transaction() as session:
        operator = find_staff(session, "hq_wangmin")
        assert operator
        for stage in STAGES:
            made = make_script(session, operator, title=f"连发{stage}", bubbles=["{客户称呼}，第一条", "第二条"], stage=stage)
            assert made
    return "连发"


def test_from_a_suggestion_to_a_next_step_with_one_hand(road: Road, page: Page) -> None:
    title = _two_bubbles()
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")
    card = page.locator("#to-say .item", has_text=title).first
    expect(card.locator(".why").first).to_be_visible()

    # She changes the first message; both go out, in order.
    card.get_by_role("button", name="改一改").click()
    card.locator("textarea").first.fill("我自己的第一条")
    card.locator(".sheet").get_by_role("button", name="发送").click()
    expect(page.get_by_text("已发送 2 条")).to_be_visible()
    assert [one["body"]["content"] for one in _said(road, customer)] == ["我自己的第一条", "第二条"]

    # A cancel is not a send.
    road.control("client", {"userid": GUIDE, "cancel_next_send": True})
    card.get_by_role("button", name="再发一次").click()
    expect(page.get_by_text("已取消，没有发送")).to_be_visible()
    _until(page, lambda: _sends() == 1)

    # A note while the network is away, then a next step: both are kept, once.
    page.route("**/notes", lambda route: route.abort())
    page.get_by_role("button", name="＋ 备注").click()
    page.get_by_role("textbox", name="备注").fill("给妈妈看长款")
    page.locator("form.sheet:visible").get_by_role("button", name="保存").click()
    expect(page.get_by_text("先记在手机上")).to_be_visible()
    expect(page.locator(".note small")).to_have_text("待同步")
    page.unroute("**/notes")
    page.get_by_role("button", name="＋ 下一步").click()
    page.get_by_role("button", name="到货通知她").click()
    page.locator("form.sheet:visible").get_by_role("button", name="保存").click()
    expect(page.get_by_text("选一个提醒时间")).to_be_visible()
    page.get_by_role("button", name="明天 10:00").click()
    page.locator("form.sheet:visible").get_by_role("button", name="保存").click()
    expect(page.locator(".service .step", has_text="到货通知她")).to_be_visible()
    page.reload()
    expect(page.locator(".service .note", has_text="给妈妈看长款")).to_have_count(1)

    # One tap keeps it at hand.
    page.get_by_role("link", name="话术").click()
    page.locator("#q").fill("连发")
    expect(page.get_by_text("找到 ")).to_be_visible()
    star = page.get_by_role("button", name="收藏《连发").first
    star.click()
    expect(page.get_by_text("已收藏")).to_be_visible()
    page.locator("#q").fill("")
    expect(page.get_by_text("我的收藏")).to_be_visible()
    shoot(page, "sidebar-favourites")


def _photo(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((900, 700), 60).convert("RGB").save(out, kind)
    return out.getvalue()


def test_the_exact_task_is_answered_with_words_and_a_photo(road: Road, page: Page, tmp_path: Path) -> None:
    number = _task("photo")
    page.goto(road.webview(GUIDE, f"/sidebar/tasks/{number}", entry="normal"))
    expect(page.get_by_role("heading", name="入口陈列")).to_be_visible()
    picker = page.locator("input[type=file]")
    picker.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7 pretends" * 50})
    expect(page.get_by_text("这不是照片")).to_be_visible()
    large = tmp_path / "b.jpg"
    large.write_bytes(_photo() + b"\0" * (11 * 1024 * 1024))
    picker.set_input_files(large)
    expect(page.get_by_text("最多 10 MB")).to_be_visible()
    picker.set_input_files({"name": "c.jpg", "mimeType": "image/jpeg", "buffer": _photo()})
    expect(page.locator("figure.done")).to_be_visible()
    page.get_by_role("button", name="有顾客询问").click()
    shoot(page, "sidebar-task")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已完成，谢谢")).to_be_visible()
    shoot(page, "sidebar-task-done")
    with transaction() as session:
        done = session.get_one(Assignment, number)
    assert (done.status, done.answer_text, len(done.answer_photos)) == (AssignmentStatus.DONE, "有顾客询问", 1)


@pytest.mark.parametrize("entry", ["normal", "group_chat_tools"])
def test_opened_outside_a_customers_chat_it_says_what_to_do(road: Road, page: Page, entry: str) -> None:
    page.goto(road.webview(GUIDE, "/sidebar/", entry=entry))
    expect(page.locator(".notice b")).to_have_text("没有打开客户聊天" if entry == "normal" else "这是群聊")
    shoot(page, f"sidebar-{entry}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
