"""A task is finished once, by its guide, in time or late, with what it asks for."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation import clock, db
from foundation.errors import Invalid, NotFound
from org.models import Staff
from sop import actions, queries
from sop.models import AnswerKind, Assignment, AssignmentStatus
from sop.rules import Outcome
from tests.builders.sop import make_brand, make_copy, make_task


def test_a_tap_finishes_it_and_a_second_one_changes_nothing(session: Session) -> None:
    brand = make_brand(session)
    copy = make_copy(session, make_task(session, brand), brand.ai)
    first = actions.finish(session, brand.ai, copy.id, via="card")
    done_at = copy.done_at
    second = actions.finish(session, brand.ai, copy.id, via="sidebar", text="又一次")
    assert (first.outcome, first.words, second.outcome, second.words) == (Outcome.DONE, "已完成", Outcome.ALREADY, "已完成过")
    assert (copy.status, copy.done_via, copy.done_at, copy.answer_text) == (AssignmentStatus.DONE, "card", done_at, "")


def test_two_taps_at_one_moment_have_one_effect(database: None) -> None:
    with db.transaction() as session:
        brand = make_brand(session)
        copy_id = make_copy(session, make_task(session, brand), brand.ai).id
    start, outcomes = threading.Barrier(4), []

    def tap() -> None:
        with db.transaction() as session:
            start.wait()
            outcomes.append(actions.finish(session, brand.ai, copy_id, via="card").outcome)

    threads = [threading.Thread(target=tap) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [Outcome.ALREADY, Outcome.ALREADY, Outcome.ALREADY, Outcome.DONE]


@pytest.mark.parametrize("marked", [False, True])
def test_after_the_end_it_is_kept_as_done_late(session: Session, marked: bool) -> None:
    brand = make_brand(session)
    copy = make_copy(session, make_task(session, brand, ends_in=timedelta(hours=1)), brand.ai)
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        if marked:
            actions.mark_late(session)
            actions.mark_late(session)
        finished = actions.finish(session, brand.ai, copy.id, via="card")
    assert finished.outcome == Outcome.LATE
    assert copy.status == AssignmentStatus.DONE
    assert queries.progress(session, copy.task_id).done_late == 1


def test_another_guide_a_stranger_and_one_who_left_change_nothing(session: Session) -> None:
    brand = make_brand(session)
    copy = make_copy(session, make_task(session, brand), brand.ai)
    assert actions.finish(session, brand.bo, copy.id, via="card").outcome == Outcome.NOT_HERS
    assert actions.finish(session, brand.ai, 999, via="card").outcome == Outcome.NOT_HERS
    session.execute(update(Staff).where(Staff.id == brand.ai.id).values(status="departed"))
    session.refresh(brand.ai)
    assert actions.finish(session, brand.ai, copy.id, via="card").outcome == Outcome.NOT_HERS
    session.refresh(copy)
    assert copy.status == AssignmentStatus.OPEN


def test_a_withdrawn_task_answers_kindly(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand)
    copy = make_copy(session, task, brand.ai)
    actions.withdraw_task(session, brand.headquarters, task.id)
    finished = actions.finish(session, brand.ai, copy.id, via="card")
    assert (finished.outcome, finished.words) == (Outcome.WITHDRAWN, "任务已撤回")


def test_a_photo_task_wants_a_photo_from_the_sidebar(session: Session) -> None:
    brand = make_brand(session)
    copy = make_copy(session, make_task(session, brand, answer_kind=AnswerKind.PHOTO), brand.ai)
    assert actions.finish(session, brand.ai, copy.id, via="card").words == "请打开任务填写"
    with pytest.raises(Invalid) as caught:
        actions.finish(session, brand.ai, copy.id, via="sidebar", text="换好了")
    assert list(caught.value.fields) == ["photos"]
    finished = actions.finish(session, brand.ai, copy.id, via="sidebar", text="换好了\x00 👍", photos=["abc"])
    assert finished.outcome == Outcome.DONE
    assert (copy.answer_text, copy.answer_photos, copy.done_via) == ("换好了 👍", ["abc"], "sidebar")


def test_her_own_copy_opens_and_anybody_elses_is_not_there(session: Session) -> None:
    brand = make_brand(session)
    copy = make_copy(session, make_task(session, brand), brand.ai)
    opened = actions.open_assignment(session, brand.ai, copy.id)
    first = opened.opened_at
    assert first is not None
    assert opened.task.title == "橱窗换冬装"
    assert actions.open_assignment(session, brand.ai, copy.id).opened_at == first
    with pytest.raises(NotFound):
        actions.open_assignment(session, brand.bo, copy.id)


def test_she_sees_what_she_owes_nearest_end_first_and_what_she_did(session: Session) -> None:
    brand = make_brand(session)
    later, sooner = make_task(session, brand, ends_in=timedelta(days=3)), make_task(session, brand, ends_in=timedelta(hours=2))
    long_gone, done = make_task(session, brand, ends_in=timedelta(days=-4)), make_task(session, brand)
    make_copy(session, later, brand.ai)
    make_copy(session, sooner, brand.ai)
    make_copy(session, long_gone, brand.ai, status=AssignmentStatus.LATE)
    make_copy(session, done, brand.ai, status=AssignmentStatus.DONE, done_at=clock.now())
    make_copy(session, sooner, brand.bo)
    assert [copy.task.id for copy in queries.list_open_of(session, brand.ai)] == [sooner.id, later.id]
    assert [copy.task.id for copy in queries.list_finished_of(session, brand.ai)] == [done.id]
    assert session.query(Assignment).count() == 5
