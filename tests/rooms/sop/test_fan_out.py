"""Copies and cards reach every guide once, whoever stops, repeats or runs twice."""

from datetime import timedelta

import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from foundation import clock, db
from foundation.config import settings
from org.models import Staff
from outbox.models import Lane, OutgoingMessage
from sop import actions
from sop.models import AnswerKind, Assignment, AssignmentStatus, Task, TaskStatus
from tests.builders.sop import make_brand, make_copy, make_person, make_task


def cards(session: Session) -> dict[str, OutgoingMessage]:
    return {message.idempotency_key: message for message in session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id))}


def test_every_guide_of_the_region_gets_her_copy_and_card_in_chunks(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, status=TaskStatus.PUBLISHED)
    assert [actions.hand_out(session, task.id, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    session.flush()
    assert (task.status, task.handed_out_at is not None) == (TaskStatus.RUNNING, True)
    people = [*(brand.guides[name] for name in ("g21a", "g21b", "g22a", "g22b")), brand.manager]
    copies = dict(session.execute(select(Assignment.guide_id, Assignment.id)).all())
    assert sorted(copies) == sorted(person.id for person in people)
    owed = cards(session)
    assert set(owed) == {f"task:{task.id}:{person.id}" for person in people}
    card = owed[f"task:{task.id}:{brand.ai.id}"]
    assert (card.call, card.lane, card.about, card.expires_at) == ("message/send", Lane.TASK, f"task:{task.id}", task.deadline_at)
    shown = card.payload["template_card"]
    assert card.payload["touser"] == "g21a"
    assert (shown["card_type"], shown["task_id"]) == ("button_interaction", f"task-{task.id}-{brand.ai.id}")
    page = f"{settings().public_base_url}/sidebar/tasks/{copies[brand.ai.id]}"
    assert [(button.get("key"), button.get("url")) for button in shown["button_list"]] == [
        (f"done:{copies[brand.ai.id]}", None), (None, page)
    ]  # fmt: skip


def test_a_task_that_asks_for_an_answer_offers_no_tap(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, status=TaskStatus.PUBLISHED, answer_kind=AnswerKind.PHOTO, path="1.2.21.", department_id=21)
    actions.hand_out(session, task.id)
    for message in cards(session).values():
        assert [button["text"] for button in message.payload["template_card"]["button_list"]] == ["打开填写"]


def test_handing_out_again_from_the_start_doubles_nothing(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, status=TaskStatus.PUBLISHED)
    while actions.hand_out(session, task.id, limit=2):
        pass
    task.status, task.handed_out_to = TaskStatus.PUBLISHED, 0
    session.flush()
    while actions.hand_out(session, task.id, limit=3):
        pass
    assert session.scalar(select(func.count()).select_from(Assignment)) == len(cards(session)) == 5


def test_who_joins_afterwards_gets_no_copy_and_a_draft_goes_nowhere(session: Session) -> None:
    brand = make_brand(session)
    running, draft = make_task(session, brand), make_task(session, brand, status=TaskStatus.DRAFT)
    make_person(session, "new", brand.ai.role, brand.ai.path, store=brand.stores[21])
    assert actions.hand_out(session, running.id) == actions.hand_out(session, draft.id) == actions.hand_out(session, 999) == 0
    assert cards(session) == {}


def test_a_task_whose_end_came_during_the_hand_out_reaches_nobody_more(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, status=TaskStatus.PUBLISHED, ends_in=timedelta(minutes=1))
    actions.hand_out(session, task.id, limit=2)
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        assert actions.hand_out(session, task.id, limit=2) == 0
    assert task.status == TaskStatus.RUNNING
    assert len(cards(session)) == 2


def test_a_second_runner_leaves_a_busy_task_alone(database: None) -> None:
    with db.transaction() as session:
        task_id = make_task(session, make_brand(session), status=TaskStatus.PUBLISHED).id
    with db.transaction() as first, db.transaction() as second:
        assert actions.hand_out(first, task_id, limit=2) == 2
        assert actions.hand_out(second, task_id, limit=2) == 0
    with db.transaction() as session:
        assert actions.hand_out(session, task_id) == 3
        assert session.scalar(select(func.count()).select_from(Assignment)) == 5


def test_who_still_owes_is_reminded_once_near_the_end(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, ends_in=timedelta(hours=24))
    copies = {
        guide.userid: make_copy(session, task, guide)
        for guide in (brand.ai, brand.bo, brand.guides["g22a"], brand.guides["g22b"])
    }
    actions.finish(session, brand.bo, copies["g21b"].id, via="card")
    session.execute(update(Staff).where(Staff.userid == "g22b").values(status="departed"))
    assert actions.remind_due(session, task.id) == 0
    assert task.reminded_at is None
    with time_machine.travel(clock.now() + timedelta(hours=20, minutes=1), tick=False):
        assert [actions.remind_due(session, task.id, limit=1) for _ in range(4)] == [1, 1, 0, 0]
    assert set(cards(session)) == {f"task:{task.id}:{brand.ai.id}:remind", f"task:{task.id}:{copies['g22a'].guide_id}:remind"}
    reminder = cards(session)[f"task:{task.id}:{brand.ai.id}:remind"].payload["template_card"]
    assert reminder["card_action"]["url"].endswith(f"/sidebar/tasks/{copies['g21a'].id}")
    assert task.reminded_at is not None


def test_nobody_is_reminded_after_the_end(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, ends_in=timedelta(hours=1))
    make_copy(session, task, brand.ai)
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        assert actions.remind_due(session, task.id) == 0


def test_what_ended_undone_becomes_late_in_chunks_and_the_task_closes(session: Session) -> None:
    brand = make_brand(session)
    task, other = make_task(session, brand, ends_in=timedelta(hours=1)), make_task(session, brand, ends_in=timedelta(hours=9))
    copies = [make_copy(session, task, guide) for guide in brand.guides.values()]
    still = make_copy(session, other, brand.ai)
    actions.finish(session, brand.ai, copies[0].id, via="card")
    session.execute(update(Staff).where(Staff.userid == "g22b").values(status="departed"))
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        assert [actions.mark_late(session, limit=3) for _ in range(3)] == [3, 2, 0]
    session.expire_all()
    assert [copy.status for copy in copies] == ["done", "late", "late", "dropped", "late", "late"]
    assert (task.status, other.status, still.status) == (TaskStatus.CLOSED, TaskStatus.RUNNING, AssignmentStatus.OPEN)


def test_a_departed_guides_copy_is_dropped_before_the_end(session: Session) -> None:
    brand = make_brand(session)
    copy = make_copy(session, make_task(session, brand), brand.ai)
    session.execute(update(Staff).where(Staff.id == brand.ai.id).values(status="departed"))
    assert actions.mark_late(session) == 1
    session.expire_all()
    assert copy.status == AssignmentStatus.DROPPED
    assert session.get_one(Task, copy.task_id).status == TaskStatus.RUNNING
