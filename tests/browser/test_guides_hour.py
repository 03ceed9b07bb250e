"""An hour of a guide in the simulator's WeCom, with the unmodified JS-SDK: suggestion, send, tag, search, poster, task, post."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from acquisition.actions import want_code
from content_library.link_models import LinkVisit, TrackedLink
from content_library.models import Item, ItemSend
from content_library.persona_actions import assign
from content_library.persona_models import PersonaPost
from content_library.persona_rules import HolderKind
from content_library.starter_library import care_scripts
from customers.models import Customer, Follow
from foundation import clock
from foundation.db import transaction
from org.models import Staff
from org.queries import find_staff
from sop.actions import hand_out, publish_task, save_task, seed_care_nodes
from sop.models import Assignment, CareDone, CareNode
from sop.rules import TaskDraft
from tests.browser.conftest import Road, shoot
from tests.builders.content_library import make_picture
from tests.builders.links import make_link_item
from tests.builders.personas import make_entry, make_persona

pytestmark = pytest.mark.browser
GUIDE = "lixiaomei"
SHOP = "https://shop.example.com/**"


def _until(page: Page, question: Callable[[], bool]) -> None:
    """Ask until it is so, at most twenty seconds."""
    for _ in range(200):
        if question():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come about")


def _said(road: Road, customer: str) -> list[dict[str, Any]]:
    messages: Any = road.control(f"chats/{GUIDE}/{customer}")["messages"]
    return [one for one in messages if one["via"] == "sidebar"]


def _sends() -> list[tuple[str, int | None]]:
    """The title and the task's copy of each send that was kept, in order."""
    with transaction() as session:
        query = select(Item.title, ItemSend.assignment_id).join(Item, Item.id == ItemSend.item_id).order_by(ItemSend.id)
        return [(row[0], row[1]) for row in session.execute(query)]


def _people() -> tuple[Staff, Staff]:
    with transaction() as session:
        operator, guide = find_staff(session, "hq_wangmin"), find_staff(session, GUIDE)
    assert operator
    assert guide
    return operator, guide


def _due_for_care(customer: str) -> str:
    """The customer comes to a day of the care plan; the title of the script that belongs to it."""
    with transaction() as session:
        scripts = care_scripts(session)
        seed_care_nodes(session, scripts)
        node = session.scalars(select(CareNode).where(CareNode.day == 7)).one()
        node.item_id = node.item_id or scripts[7]
        hers = select(Follow).join(Customer, Customer.id == Follow.customer_id).where(Customer.external_userid == customer)
        session.scalars(hers).one().followed_at = clock.now() - clock.days(7)
        return session.get_one(Item, node.item_id).title


def _link_task() -> int:
    """Headquarters asks everybody to send a link; the number of this guide's copy."""
    operator, guide = _people()
    with transaction() as session:
        link = make_link_item(session, operator)
        draft = TaskDraft("把新款发给老客", "发给来过店的客户。", 1, "tap", 5, clock.now() + timedelta(hours=6), item_id=link.id)
        task = publish_task(session, operator, save_task(session, operator, draft).id)
        while hand_out(session, task.id):
            pass
        return session.scalars(select(Assignment.id).where(Assignment.guide_id == guide.id, Assignment.task_id == task.id)).one()


def _post_today() -> None:
    """A post of today with a picture and a follow-up comment, for this guide."""
    operator, guide = _people()
    with transaction() as session:
        persona = make_persona(session, "慢热的搭配师")
        assign(session, operator, persona.id, HolderKind.GUIDE, guide.id)
        entry = make_entry(session, persona, clock.today(), text="今天的橱窗换好了", follow_up="灰色的在第二排")
        entry.item_ids = [make_picture(session, operator).id]


def _care_done() -> bool:
    with transaction() as session:
        return bool(session.scalars(select(CareDone.outcome)).all())


def test_an_hour_with_one_free_hand(noon: None, road: Road, page: Page) -> None:
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    care, copy = _due_for_care(customer), _link_task()
    _post_today()
    _, guide = _people()
    with transaction() as session:
        want_code(session, guide, "个人名片")

    # Open: the care due is the first line, its words among the three suggestions; sent, both are done with one tap.
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")
    expect(page.locator("[data-care]")).to_be_visible()
    card = page.locator("#to-say .item", has_text=care)
    card.locator(".go").click()
    expect(page.get_by_text("今日关怀也记为完成")).to_be_visible()
    expect(page.locator("[data-care]")).to_be_hidden()
    expect(card.get_by_role("button", name="再发一次")).to_be_visible()
    assert _care_done()

    # Tag in two taps, found by typing a part of it.
    page.get_by_role("button", name="全部标签").click()
    page.get_by_role("searchbox", name="找标签").fill("长")
    page.locator(".sheet .chip:visible", has_text="长款").click()
    expect(page.get_by_text("已打上「长款」")).to_be_visible()
    page.locator(".sheet").get_by_role("button", name="完成").click()
    expect(page.locator(".tags .chip.on", has_text="长款")).to_be_visible()
    shoot(page, "hour-customer")

    # Search by initials, send what is found.
    page.get_by_role("link", name="话术").click()
    page.locator("#q").fill("yrf")
    expect(page.locator("#found h2", has_text="找到")).to_be_visible()
    found = page.locator("#found .script").first
    title = found.locator("h3").inner_text()
    found.locator(".go").click()
    expect(found.get_by_role("button", name="再发一次")).to_be_visible()
    _until(page, lambda: _sends() == [(care, None), (title, None)])

    # The poster with her own code.
    page.get_by_role("link", name="海报").click()
    page.locator("a.poster").first.click()
    page.get_by_role("button", name="发送给客户").click()
    expect(page.get_by_role("button", name="再发一次")).to_be_visible(timeout=30_000)
    assert _said(road, customer)[-1]["msgtype"] == "image"

    _the_task_with_a_link(road, page, customer, copy)
    _the_post_of_today(road, page)


def _the_task_with_a_link(road: Road, page: Page, customer: str, copy: int) -> None:
    """She looks where the link leads, sends it from the task, and taps the task done."""
    page.get_by_role("link", name="任务").click()
    page.get_by_text("把新款发给老客").click()
    page.route(SHOP, lambda route: route.fulfill(body="<p>店铺</p>", content_type="text/html; charset=utf-8"))
    page.get_by_text("打开看看").click()
    page.wait_for_url(SHOP)
    page.go_back()
    page.locator(".item .go").click()
    expect(page.get_by_role("button", name="再发一次")).to_be_visible()
    shoot(page, "hour-task")
    _until(page, lambda: _sends()[-1] == ("轻暖长款", copy))
    with transaction() as session:
        codes = {link.customer_id is None: link.code for link in session.scalars(select(TrackedLink))}
        assert session.scalars(select(LinkVisit.id)).all() == []
    assert _said(road, customer)[-1]["body"]["link"].endswith(f"/r/{codes[False]}")
    assert set(codes) == {True, False}
    page.get_by_role("button", name="完成").click()
    expect(page.get_by_text("已完成，谢谢")).to_be_visible()


def _the_post_of_today(road: Road, page: Page) -> None:
    """The client's 朋友圈 opens with text and picture; then the follow-up comment."""
    page.get_by_role("link", name="看其他任务").click()
    page.get_by_role("link", name="朋友圈").click()
    expect(page.locator("#posts-today")).to_contain_text("0 / 1 已发")
    page.get_by_role("button", name="去发朋友圈").click()
    expect(page.get_by_text("已打开朋友圈")).to_be_visible(timeout=30_000)
    drafts: Any = road.control(f"members/{GUIDE}/navigations")["navigations"]
    assert drafts[-1]["to"] == "moment"
    road.control(f"members/{GUIDE}/navigations/{drafts[-1]['id']}", {})
    moments: Any = road.control(f"members/{GUIDE}/moments")["moments"]
    assert (moments[0]["text"], [one["msgtype"] for one in moments[0]["attachments"]]) == ("今天的橱窗换好了", ["image"])
    page.get_by_role("button", name="已发", exact=True).click()
    expect(page.locator("#posts-today")).to_contain_text("1 / 1 已发")
    expect(page.get_by_text("灰色的在第二排")).to_be_visible()
    shoot(page, "hour-post")
    page.get_by_role("button", name="已追评").click()
    expect(page.locator(".post .state", has_text="已追评")).to_be_visible()
    with transaction() as session:
        assert session.scalars(select(PersonaPost.followed_up_at)).one() is not None


def test_beside_the_chat_on_a_desk_the_words_appear_in_the_conversation(road: Road, chromium: Browser) -> None:
    contact = road.contacts(GUIDE)[0]
    customer = str(contact["external_userid"])
    desk = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = desk.new_page()
    page.goto(f"{road.simulator}/#member={GUIDE}&with={customer}")
    page.locator(".wecom").get_by_role("button", name="侧边栏").click()
    sidebar = page.frame_locator(".webview-frame iframe")
    card = sidebar.locator("#to-say .script").first
    words = card.locator(".bubble").first.inner_text()
    card.locator(".go").click()
    expect(card.get_by_role("button", name="再发一次")).to_be_visible()
    expect(page.locator(".wecom").get_by_text(words[:12]).first).to_be_visible()
    _until(page, lambda: len(_sends()) == 1)
    shoot(page, "hour-desk")
    desk.close()


def test_outside_her_chat_the_page_shows_the_way_into_it(road: Road, page: Page) -> None:
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.webview(GUIDE, f"/sidebar/customers/{customer}", entry="normal"))
    expect(page.get_by_role("button", name="去聊天")).to_be_visible()
    page.locator("#to-say .go").first.click()
    expect(page.get_by_text("这里不是这位客户的聊天窗口")).to_be_visible()
    assert (_said(road, customer), _sends()) == ([], [])
