"""Steps 1 and 6 of the walk, and the buttons of cards, with a platform that is a process of its own."""

import time
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from customers.models import Customer, Follow, FollowStatus, TimelineEntry
from customers.queries import tags_of
from demo.seed import CHANNEL, CHANNEL_TAG, verify_callbacks
from foundation import clock
from foundation.db import transaction
from org.models import Role, Staff, StaffStatus
from sop.actions import publish_task, save_task
from sop.models import AnswerKind, Assignment, AssignmentStatus, Task
from sop.rules import TaskDraft
from tests.builders.customers import find_customer
from tests.flows.browsers import Visitor
from tests.flows.town import Town, simulator, town

__all__ = ["simulator", "town"]

GUIDE, NAME, STORE = "lixiaomei", "李小美", "徐家汇"


def visitor(staff: Staff) -> Visitor:
    client: FlaskClient = create_app(testing=True).test_client()
    with client.session_transaction() as cookie:
        cookie["person_id"], cookie["epoch"] = staff.id, staff.epoch
    return Visitor(client, staff)


def test_both_addresses_are_verified_within_the_platforms_second(town: Town) -> None:
    assert verify_callbacks(town.platform, town.product) < 1000


def test_a_scan_becomes_a_welcomed_customer_who_is_known_tagged_and_remembered(town: Town) -> None:
    way = next(one for one in town.platform.get("contact_ways")["contact_ways"] if one["user"] == [GUIDE])
    began = time.monotonic()
    scan = town.platform.do("customer_scans", config_id=way["config_id"], customer={"name": "陈小鱼", "gender": 2})
    town.work()
    took = time.monotonic() - began
    said = [line for line in town.platform.chat(GUIDE, scan["external_userid"]) if line["via"] == "welcome"]
    assert NAME in str(said)
    assert STORE in str(said)
    assert {line["msgtype"] for line in said} == {"text", "image"}
    assert took < 20
    with transaction() as session:
        customer = find_customer(session, scan["external_userid"])
        assert customer is not None
        follow = session.scalars(select(Follow).where(Follow.customer_id == customer.id)).one()
        assert (customer.name, follow.status) == ("陈小鱼", FollowStatus.ACTIVE)
        assert [tag.name for tag in tags_of(session, follow.tag_ids)] == [CHANNEL_TAG]
        added = session.scalars(select(TimelineEntry).where(TimelineEntry.customer_id == customer.id)).all()
        assert [entry.facts["channel"] for entry in added if entry.kind == "added"] == [CHANNEL]
    contacts = town.platform.get(f"members/{GUIDE}")["contacts"]
    assert [CHANNEL_TAG in one["tag_names"] for one in contacts if one["external_userid"] == scan["external_userid"]] == [True]


def test_a_scan_told_four_times_is_one_welcome_and_one_customer(town: Town) -> None:
    town.platform.post("delivery", duplicate=4, shuffle=True, senders=2)
    scans = [town.platform.do("customer_scans", userid=GUIDE, customer={"name": f"顾客{n}"}) for n in range(5)]
    town.work()
    town.platform.post("delivery", duplicate=1, shuffle=False, senders=1)
    assert town.platform.get("health")["pending_callbacks"] == 0
    for scan in scans:
        said = [line["msgtype"] for line in town.platform.chat(GUIDE, scan["external_userid"]) if line["via"] == "welcome"]
        assert sorted(said) == ["image", "text"]
    with transaction() as session:
        names = session.scalars(select(Customer.name).where(Customer.external_userid.in_([s["external_userid"] for s in scans])))
        assert sorted(names) == [f"顾客{n}" for n in range(5)]


def ask(town: Town, words: str, userid: str = GUIDE) -> dict[str, object]:
    """The one answer to what she writes to the app."""
    before = len(town.platform.inbox(userid))
    town.platform.do("member_texts_app", userid=userid, content=words)
    town.work()
    [answer] = town.platform.inbox(userid)[before:]
    return answer


def addresses(card: object) -> list[str]:
    """Every page a card leads to."""
    if isinstance(card, dict):
        return [url for key, part in card.items() for url in ([str(part)] if key == "url" else addresses(part))]
    return [url for part in card for url in addresses(part)] if isinstance(card, list) else []


def test_what_she_asks_the_chat_is_answered_by_a_card_whose_pages_open(town: Town) -> None:
    guide = visitor(town.staff(GUIDE))
    task_of(town, AnswerKind.TAP)
    customer = town.platform.do("customer_scans", userid=GUIDE, customer={"name": "陈大文"})["external_userid"]
    town.work()
    wanted = {
        "榜单": "/sidebar/board", "任务": "/sidebar/tasks/", "话术 羽绒服": "/sidebar/scripts?q=",
        "客户 陈": f"/sidebar/customers/{customer}", "今晚吃什么": "/sidebar/tasks",
    }  # fmt: skip
    for words, expected in wanted.items():
        answer = ask(town, words)
        pages = [url.removeprefix(town.product) for url in addresses(answer["body"])]
        assert answer["msgtype"] == "template_card"
        assert any(page.startswith(expected) for page in pages), (words, pages)
        for page in set(pages):
            guide.page(page)


def test_anything_else_gets_a_menu_that_names_what_she_may_ask(town: Town) -> None:
    body = str(ask(town, "🧥" * 500)["body"])
    assert all(word in body for word in ("任务", "榜单", "话术", "客户"))


def task_of(town: Town, kind: AnswerKind, **changes: object) -> Task:
    """Headquarters publishes a task to everybody; its cards are out."""
    with transaction() as session:
        form = {
            "title": "橱窗换冬装", "body": "按图", "department_id": 1, "answer_kind": kind, "estimated_minutes": 5,
            "deadline_at": clock.now() + timedelta(hours=2), "item_id": None,
        }  # fmt: skip
        task = save_task(session, town.staff("hq_wangmin"), TaskDraft(**(form | changes)))  # type: ignore[arg-type]
        publish_task(session, town.staff("hq_wangmin"), task.id)
    town.work()
    return task


def card_of(town: Town, userid: str) -> dict[str, object]:
    cards = [one for one in town.platform.inbox(userid) if one["body"].get("card_type") == "button_interaction"]
    return cards[-1]


def press(town: Town, userid: str) -> str:
    """She presses 完成; the word on the button afterwards."""
    card = card_of(town, userid)
    key = next(button["key"] for button in card["body"]["button_list"] if button.get("key"))  # type: ignore[index]
    town.platform.do("member_clicks_card", userid=userid, msgid=card["msgid"], key=key)
    # A call that met a passing trouble is owed again a moment later; the card changes all the same.
    for _ in range(40):
        town.work()
        if card_of(town, userid)["card_state"]:
            break
        time.sleep(0.25)
    return str(card_of(town, userid)["card_state"])


def copy_of(userid: str) -> Assignment:
    with transaction() as session:
        mine = select(Assignment).join(Staff, Staff.id == Assignment.guide_id).where(Staff.userid == userid)
        return session.scalars(mine).one()


def test_the_button_of_a_task_answers_in_the_card_and_works_once(town: Town) -> None:
    task_of(town, AnswerKind.TAP)
    assert "已完成" in press(town, GUIDE)
    done_at = copy_of(GUIDE).done_at
    with pytest.raises(RuntimeError, match="grey"):
        press(town, GUIDE)
    assert copy_of(GUIDE).done_at == done_at


def test_the_button_after_the_deadline_and_of_a_guide_who_left(town: Town) -> None:
    task = task_of(town, AnswerKind.TAP)
    with transaction() as session:
        session.get_one(Task, task.id).deadline_at = clock.now() - timedelta(minutes=1)
        session.scalars(select(Staff).where(Staff.userid == "zhouting")).one().status = StaffStatus.DEPARTED
    assert "补交" in press(town, GUIDE)
    assert "不是您的任务" in press(town, "zhouting")
    assert copy_of("zhouting").status == AssignmentStatus.OPEN


def test_every_guide_of_the_brand_got_her_card_and_nobody_of_headquarters(town: Town) -> None:
    task_of(town, AnswerKind.PHOTO)
    with transaction() as session:
        people = {staff.userid: staff.role for staff in session.scalars(select(Staff).where(Staff.status == StaffStatus.ACTIVE))}
    with_card = {
        userid for userid in people
        if any(one["body"].get("card_type") == "button_interaction" for one in town.platform.inbox(userid))
    }  # fmt: skip
    assert with_card == {userid for userid, role in people.items() if role in {Role.GUIDE, Role.STORE_MANAGER}}
