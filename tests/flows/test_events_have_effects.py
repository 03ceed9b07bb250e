"""From the callback's door through the road in to rows and owed messages: order, repetition and trouble change nothing."""

import itertools
import random
from datetime import datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from bot import road
from bot.models import EventStatus, InboundEvent
from customers.models import Customer, Follow, TimelineEntry
from foundation import clock
from foundation.db import transaction
from org.models import Staff, StaffStatus
from outbox.models import OutgoingMessage
from tests.builders.bot import deliver, event_xml, make_guide, text_xml

NOW = datetime(2026, 3, 8, 12, tzinfo=clock.SHANGHAI)
CHANGE = "change_external_contact"


@pytest.fixture
def guide(client: FlaskClient) -> Staff:
    with transaction() as session:
        return make_guide(session)


def change(change_type: str, at: datetime, external_userid: str = "wmAAA", **fields: str) -> str:
    return event_xml(CHANGE, change_type, at=at, UserID="lixiaomei", ExternalUserID=external_userid, **fields)


def owed(call: str) -> list[OutgoingMessage]:
    with transaction() as session:
        return list(session.scalars(select(OutgoingMessage).where(OutgoingMessage.call == call).order_by(OutgoingMessage.id)))


def statuses() -> dict[str, int]:
    with transaction() as session:
        rows = session.execute(select(InboundEvent.status, func.count()).group_by(InboundEvent.status))
        return {str(status): count for status, count in rows}


def test_a_new_customer_is_welcomed_once_however_often_the_event_comes(client: FlaskClient, guide: Staff) -> None:
    xml = change("add_external_contact", clock.now(), State="s", WelcomeCode="CODE1")
    for _ in range(4):
        deliver(client, xml)
        road.drain()
    [welcome] = owed("externalcontact/send_welcome_msg")
    assert welcome.payload["welcome_code"] == "CODE1"
    assert welcome.lane == "welcome"
    assert welcome.expires_at is not None
    assert timedelta(seconds=10) < welcome.expires_at - clock.now() <= timedelta(seconds=18)
    with transaction() as session:
        assert session.scalars(select(Follow.status)).all() == ["active"]
        assert session.scalars(select(Customer)).one().pull_wanted_at is not None
        assert session.scalars(select(TimelineEntry.kind)).all() == ["added"]


@pytest.mark.parametrize("skew", [timedelta(minutes=3), timedelta(hours=-1)], ids=["our clock is fast", "our clock is slow"])
def test_a_wrong_clock_does_not_silence_the_welcome(client: FlaskClient, guide: Staff, skew: timedelta) -> None:
    deliver(client, change("add_external_contact", clock.now() - skew, WelcomeCode="CODE1"))
    road.drain()
    [welcome] = owed("externalcontact/send_welcome_msg")
    assert welcome.expires_at is not None
    assert timedelta(seconds=10) < welcome.expires_at - clock.now() <= timedelta(seconds=18)


def test_a_replayed_old_event_is_worked_but_gets_no_welcome(client: FlaskClient, guide: Staff) -> None:
    deliver(client, change("add_external_contact", clock.now() - timedelta(minutes=11), WelcomeCode="CODE1"))
    road.drain()
    assert owed("externalcontact/send_welcome_msg") == []
    with transaction() as session:
        assert session.scalars(select(Follow.status)).all() == ["active"]


HISTORY = [
    ("add_half_external_contact", 0), ("add_external_contact", 10), ("edit_external_contact", 20), ("del_follow_user", 30),
    ("add_external_contact", 40), ("del_external_contact", 50),
]  # fmt: skip


def test_every_order_of_arrival_ends_in_the_same_state(client: FlaskClient, guide: Staff) -> None:
    orders = list(itertools.permutations(HISTORY))
    random.Random(7).shuffle(orders)
    for number, order in enumerate(orders[:24]):
        for change_type, seconds in order:
            deliver(client, change(change_type, NOW + timedelta(seconds=seconds), f"wm{number}"))
    road.drain()
    assert statuses() == {"done": 144}
    with transaction() as session:
        assert set(session.scalars(select(Follow.status))) == {"ended_by_guide"}
        assert session.scalar(select(func.count()).select_from(Follow)) == 24


def test_an_event_of_an_unknown_guide_waits_for_her_profile_and_is_not_lost(client: FlaskClient) -> None:
    deliver(client, change("add_external_contact", clock.now(), WelcomeCode="C"))
    road.drain()
    with transaction() as session:
        staff = session.scalars(select(Staff)).one()
    assert (staff.userid, staff.pull_wanted_at is not None) == ("lixiaomei", True)
    assert len(owed("externalcontact/send_welcome_msg")) == 1


def test_an_unknown_event_is_kept_and_marked_ignored(client: FlaskClient) -> None:
    deliver(client, event_xml("customer_acquisition", "balance_low"))
    deliver(client, event_xml("change_contact", "update_tag", TagId="1"))
    road.drain()
    assert statuses() == {"ignored": 2}


def test_a_bad_event_is_set_aside_with_a_reason_and_the_next_goes_on(client: FlaskClient, guide: Staff) -> None:
    deliver(client, event_xml(CHANGE, "add_external_contact", UserID="lixiaomei"))
    deliver(client, change("add_external_contact", clock.now()))
    road.drain()
    assert statuses() == {"set_aside": 1, "done": 1}
    with transaction() as session:
        aside = session.scalars(select(InboundEvent).where(InboundEvent.status == EventStatus.SET_ASIDE)).one()
    assert aside.error == "事件缺少 ExternalUserID"


def test_passing_trouble_is_tried_again_and_its_half_done_work_is_undone(client: FlaskClient, guide: Staff) -> None:
    deliver(client, change("add_external_contact", clock.now(), WelcomeCode="C"))
    with transaction() as session:
        session.execute(text("ALTER TABLE timeline_entry ADD CONSTRAINT nobody CHECK (kind <> 'added')"))
    try:
        road.work_one()
        assert (statuses(), owed("externalcontact/send_welcome_msg")) == ({"waiting": 1}, [])
    finally:
        with transaction() as session:
            session.execute(text("ALTER TABLE timeline_entry DROP CONSTRAINT nobody"))
    with time_machine.travel(clock.now() + timedelta(seconds=2), tick=True):
        road.drain()
    assert statuses() == {"done": 1}
    assert len(owed("externalcontact/send_welcome_msg")) == 1


def test_members_and_departments_are_marked_to_be_pulled(client: FlaskClient, guide: Staff) -> None:
    deliver(client, event_xml("change_contact", "create_user", UserID="new", Department="2"), "contacts")
    deliver(client, event_xml("change_contact", "update_user", UserID="new", NewUserID="newer"), "contacts")
    deliver(client, event_xml("change_contact", "delete_user", UserID="lixiaomei"), "contacts")
    deliver(client, event_xml("change_contact", "create_party", Id=9, Name="新店", ParentId=1), "contacts")
    deliver(client, event_xml("change_contact", "delete_party", Id=9), "contacts")
    road.drain()
    assert statuses() == {"done": 5}
    with transaction() as session:
        people = {staff.userid: staff for staff in session.scalars(select(Staff))}
    assert people["newer"].pull_wanted_at is not None
    assert people["lixiaomei"].status == StaffStatus.DEPARTED


def test_tag_events_ask_for_one_pull(client: FlaskClient) -> None:
    for change_type in ("create", "update", "shuffle"):
        deliver(client, event_xml("change_external_tag", change_type, Id="et1", TagType="tag"))
    deliver(client, event_xml("change_external_tag", "delete", Id="et1", TagType="tag_group"))
    road.drain()
    assert statuses() == {"done": 4}
    with transaction() as session:
        assert session.execute(text("SELECT kind, status FROM sync_run")).all() == [("tags", "waiting")]


WISHES = ["榜单", "任务", "今日", "话术 羽绒服", "话术", "客户 陈", "客户", "帮助", "你好呀"]


@pytest.mark.parametrize("words", WISHES)
def test_every_wish_in_the_chat_is_answered_by_one_card(client: FlaskClient, guide: Staff, words: str) -> None:
    xml = text_xml("lixiaomei", words, 77)
    deliver(client, xml)
    deliver(client, xml)
    road.drain()
    [reply] = owed("message/send")
    assert (reply.lane, reply.payload["touser"], reply.payload["msgtype"]) == ("interactive", "lixiaomei", "template_card")
    assert reply.payload["template_card"]["card_action"]["url"].startswith("http://guide.test/sidebar/")


def test_a_departed_or_unknown_writer_gets_a_kind_text(client: FlaskClient, guide: Staff) -> None:
    with transaction() as session:
        session.merge(guide).status = StaffStatus.DEPARTED
    deliver(client, text_xml("lixiaomei", "榜单", 1))
    deliver(client, text_xml("nobody", "榜单", 2))
    road.drain()
    closed, stranger = owed("message/send")
    assert "已停用" in closed.payload["text"]["content"]
    assert "正在为您准备" in stranger.payload["text"]["content"]


def test_menu_clicks_are_answered_and_entering_is_not(client: FlaskClient, guide: Staff) -> None:
    for name, key in (("click", "today"), ("enter_agent", ""), ("view", "http://guide.test/sidebar/"), ("click", "old_key")):
        deliver(client, event_xml(name, sender="lixiaomei", EventKey=key, AgentID=1000002))
    road.drain()
    first, second = owed("message/send")
    assert first.payload["template_card"]["main_title"]["title"] == "今日"
    assert second.payload["template_card"]["main_title"]["title"].startswith("您好")


def test_four_deliveries_in_random_order_have_one_effect_each(client: FlaskClient, guide: Staff) -> None:
    xmls = [change("add_external_contact", NOW, f"wm{number}") for number in range(100)] * 4
    random.Random(3).shuffle(xmls)
    for xml in xmls:
        deliver(client, xml)
    road.drain()
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Follow)) == 100
        assert session.scalar(select(func.count()).select_from(TimelineEntry)) == 100
