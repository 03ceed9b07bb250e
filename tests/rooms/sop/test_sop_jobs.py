"""The jobs of SOP go on where they stopped and end by themselves."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from jobs import sop_jobs
from org.models import Staff
from outbox.models import MessageStatus, OutgoingMessage
from sop.actions import finish, seed_care_nodes, withdraw_task
from sop.models import Assignment, AssignmentStatus, Task, TaskStatus
from tests.builders.leaderboard import make_day
from tests.builders.sop import make_brand, make_follow, make_task


def test_published_tasks_are_handed_out_reminded_and_closed(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sop_jobs, "CHUNK", 2)
    with transaction() as session:
        brand = make_brand(session)
        east = make_task(session, brand, status=TaskStatus.PUBLISHED)
        north = make_task(session, brand, status=TaskStatus.PUBLISHED, path="1.3.", department_id=3)
        make_task(session, brand, status=TaskStatus.DRAFT)
    assert sop_jobs.hand_out(north.id) == 2
    assert [sop_jobs.hand_out_open() for _ in range(2)] == [5, 0]
    assert sop_jobs.remind_open() == 0
    with time_machine.travel(clock.now() + timedelta(hours=21), tick=False):
        assert [sop_jobs.remind_open() for _ in range(2)] == [7, 0]
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert [sop_jobs.mark_late() for _ in range(2)] == [7, 0]
    with transaction() as session:
        assert session.get_one(Task, east.id).status == TaskStatus.CLOSED
        assert set(session.scalars(select(Assignment.status))) == {AssignmentStatus.LATE}
        assert session.scalar(select(func.count()).select_from(OutgoingMessage)) == 14


def test_the_morning_goes_through_all_guides_once_with_yesterdays_rank(
    noon: None, database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sop_jobs, "MORNING_CHUNK", 3)
    today = clock.today()
    with transaction() as session:
        brand = make_brand(session)
        seed_care_nodes(session)
        make_follow(session, brand.ai, "wm1", days_ago=3)
        make_follow(session, brand.far, "wm2", days_ago=3)
        make_day(session, brand.ai, today - timedelta(days=1), 7)
    assert [sop_jobs.care_morning(today) for _ in range(2)] == [3, 3]
    with transaction() as session:
        owed = {
            message.payload["touser"]: message.payload["template_card"] for message in session.scalars(select(OutgoingMessage))
        }
    assert set(owed) == {"g21a", "g31a"}
    assert [row["value"] for row in owed["g21a"]["horizontal_content_list"]] == ["约 2 分钟", "本店第 1 名 · 全国第 1 名"]
    assert [row["value"] for row in owed["g31a"]["horizontal_content_list"]] == ["约 2 分钟"]


@pytest.mark.parametrize(("hour", "until"), [("08:30", 21), ("20:15", 26), ("22:00", 28)])
def test_the_morning_card_lives_until_the_evening_and_hours_at_least(
    noon: None, database: None, monkeypatch: pytest.MonkeyPatch, hour: str, until: int
) -> None:
    monkeypatch.setenv("MORNING_CARD_AT", hour)
    settings.cache_clear()
    today = clock.today()
    with transaction() as session:
        brand = make_brand(session)
        seed_care_nodes(session)
        make_follow(session, brand.ai, "wm1", days_ago=3)
    sop_jobs.care_morning(today)
    monkeypatch.undo()
    settings.cache_clear()
    with transaction() as session:
        ends = session.scalars(select(OutgoingMessage.expires_at)).one()
        assert ends is not None
        assert (ends - clock.start_of(today)) // timedelta(hours=1) == until


def test_cards_of_a_withdrawn_task_turn_grey_once_all_have_left(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sop_jobs, "CHUNK", 2)
    with transaction() as session:
        brand = make_brand(session)
        task = make_task(session, brand, status=TaskStatus.PUBLISHED)
    assert sop_jobs.hand_out(task.id) == 5
    with transaction() as session:
        cards = list(session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)))
        done = cards[0].payload["touser"]
        for card in cards[:4]:
            card.status, card.answer = MessageStatus.SENT, {"msgid": "m", "response_code": f"RC-{card.payload['touser']}"}
        cards[4].status = MessageStatus.SENDING
        finish(session, brand.guides[done], _copy_of(session, done), via="card")
        withdraw_task(session, brand.headquarters, task.id)
    assert sop_jobs.grey_withdrawn() == 0
    with transaction() as session:
        session.get_one(OutgoingMessage, cards[4].id).status = MessageStatus.DEAD
    assert [sop_jobs.grey_withdrawn() for _ in range(2)] == [4, 0]
    with transaction() as session:
        query = select(OutgoingMessage).where(OutgoingMessage.call == "message/update_template_card")
        grey = {tuple(message.payload["userids"]): message.payload for message in session.scalars(query)}
        assert session.get_one(Task, task.id).greyed_at is not None
    assert set(grey) == {(card.payload["touser"],) for card in cards[1:4]}
    assert {payload["button"]["replace_name"] for payload in grey.values()} == {"已撤回"}
    assert {payload["response_code"] for payload in grey.values()} == {f"RC-{card.payload['touser']}" for card in cards[1:4]}


def _copy_of(session: Session, userid: str) -> int:
    copies = select(Assignment.id).join(Staff, Staff.id == Assignment.guide_id).where(Staff.userid == userid)
    return session.scalars(copies).one()
