"""A guide presses 完成 on her card: one effect, a kind word in the card for every other case."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot import road
from foundation import clock
from foundation.db import transaction
from org.models import Staff, StaffStatus
from outbox.models import OutgoingMessage
from sop.models import AnswerKind, Assignment, AssignmentStatus, Task, TaskStatus
from tests.builders.bot import deliver, event_xml
from tests.builders.sop import make_brand, make_copy, make_task

GUIDE = "g21a"


class Shop:
    """A running task and one guide's copy of it."""

    def __init__(self) -> None:
        with transaction() as session:
            brand = make_brand(session)
            task = make_task(session, brand)
            self.copy = make_copy(session, task, brand.guides[GUIDE])

    def change(self, **values: object) -> None:
        with transaction() as session:
            task = session.get_one(Task, self.copy.task_id)
            for name, value in values.items():
                setattr(task, name, value)


@pytest.fixture
def shop(client: FlaskClient) -> Shop:
    return Shop()


def press(client: FlaskClient, key: str, userid: str = GUIDE, code: str = "RC1") -> None:
    xml = event_xml(
        "template_card_event", sender=userid, EventKey=key, TaskId="task-1-1", CardType="button_interaction", ResponseCode=code,
        AgentID=1000002,
    )  # fmt: skip
    assert deliver(client, xml).status_code == 200
    road.drain()


def words() -> list[str]:
    with transaction() as session:
        messages = session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)).all()
    assert {message.call for message in messages} <= {"message/update_template_card"}
    assert {message.lane for message in messages} <= {"interactive"}
    return [message.payload["button"]["replace_name"] for message in messages]


def copy_of(shop: Shop) -> Assignment:
    with transaction() as session:
        return session.get_one(Assignment, shop.copy.id)


def test_one_tap_finishes_the_task_and_greys_the_button_out(client: FlaskClient, shop: Shop) -> None:
    press(client, f"done:{shop.copy.id}")
    assert copy_of(shop).status == AssignmentStatus.DONE
    assert copy_of(shop).done_via == "card"
    assert words() == ["已完成"]


def test_a_second_tap_says_so_and_has_no_second_effect(client: FlaskClient, shop: Shop) -> None:
    press(client, f"done:{shop.copy.id}")
    first = copy_of(shop).done_at
    press(client, f"done:{shop.copy.id}", code="RC2")
    assert copy_of(shop).done_at == first
    assert words() == ["已完成", "已完成过"]


def test_a_tap_after_the_deadline_counts_as_late_and_says_so(client: FlaskClient, shop: Shop) -> None:
    shop.change(deadline_at=clock.now() - timedelta(hours=1))
    press(client, f"done:{shop.copy.id}")
    assert words() == ["已补交（过期）"]


def test_a_withdrawn_task_says_so(client: FlaskClient, shop: Shop) -> None:
    shop.change(status=TaskStatus.WITHDRAWN)
    press(client, f"done:{shop.copy.id}")
    assert words() == ["任务已撤回"]
    assert copy_of(shop).status == AssignmentStatus.OPEN


def test_a_task_that_asks_for_a_photo_is_not_done_by_a_tap(client: FlaskClient, shop: Shop) -> None:
    shop.change(answer_kind=AnswerKind.PHOTO)
    press(client, f"done:{shop.copy.id}")
    assert words() == ["请打开任务填写"]


def test_a_guide_who_left_another_guide_and_a_stranger_change_nothing(client: FlaskClient, shop: Shop) -> None:
    press(client, f"done:{shop.copy.id}", userid="g21b")
    press(client, f"done:{shop.copy.id}", userid="stranger")
    with transaction() as session:
        session.scalars(select(Staff).where(Staff.userid == GUIDE)).one().status = StaffStatus.DEPARTED
    press(client, f"done:{shop.copy.id}")
    assert words() == ["这不是您的任务"] * 3
    assert copy_of(shop).status == AssignmentStatus.OPEN


@pytest.mark.parametrize("key", ["", "done:", "done:x", "done:-1", "done:" + "9" * 20, "done:987654", "other:1", "done:1:2"])
def test_a_button_that_stands_for_nothing_is_greyed_out_kindly(client: FlaskClient, shop: Shop, key: str) -> None:
    press(client, key)
    assert words() in (["已失效"], ["这不是您的任务"])
    assert copy_of(shop).status == AssignmentStatus.OPEN
