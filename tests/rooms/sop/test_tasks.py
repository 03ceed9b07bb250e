"""Headquarters writes, publishes and withdraws; each sees only what touches her subtree."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEvent
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Staff
from outbox.models import MessageStatus, OutgoingMessage
from sop import actions, queries
from sop.models import Assignment, AssignmentStatus, Task, TaskStatus
from tests.builders.sop import draft, make_brand, make_copy, make_task


def test_a_draft_is_written_changed_and_published_and_each_step_is_audited(session: Session) -> None:
    brand = make_brand(session)
    task = actions.save_task(session, brand.headquarters, draft())
    again = actions.save_task(session, brand.headquarters, draft(title="  换橱窗\x00 "), task.id)
    assert (again.id, again.title, again.path, again.status) == (task.id, "换橱窗", "1.2.", TaskStatus.DRAFT)
    published = actions.publish_task(session, brand.headquarters, task.id)
    assert published.status == TaskStatus.PUBLISHED
    session.flush()
    assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all() == ["task.save", "task.save", "task.publish"]


def test_publishing_twice_changes_nothing(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, status=TaskStatus.DRAFT)
    first = actions.publish_task(session, brand.headquarters, task.id).published_at
    assert actions.publish_task(session, brand.headquarters, task.id).published_at == first


def test_a_published_task_cannot_be_changed_and_a_withdrawn_one_cannot_be_published(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand)
    with pytest.raises(Conflict):
        actions.save_task(session, brand.headquarters, draft(), task.id)
    actions.withdraw_task(session, brand.headquarters, task.id)
    with pytest.raises(Conflict):
        actions.publish_task(session, brand.headquarters, task.id)


@pytest.mark.parametrize(("department_id", "words"), [(999, "没有这个部门"), (3, "不在您的管理范围内"), (None, "请选择")])
def test_an_audience_she_may_not_see_is_refused_by_name(session: Session, department_id: int | None, words: str) -> None:
    brand = make_brand(session)
    with pytest.raises(Invalid) as caught:
        actions.save_task(session, brand.east, draft(department_id=department_id))
    assert words in caught.value.fields["department_id"]
    assert session.scalar(select(func.count()).select_from(Task)) == 0


def test_an_audience_without_a_guide_at_work_is_refused(session: Session) -> None:
    brand = make_brand(session)
    session.execute(update(Staff).where(Staff.path.like("1.2.22.%")).values(status="departed"))
    with pytest.raises(Invalid) as caught:
        actions.save_task(session, brand.headquarters, draft(department_id=22))
    assert caught.value.fields == {"department_id": "「22店」里没有在职的导购"}


def test_a_deadline_that_passed_before_publishing_is_refused(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, status=TaskStatus.DRAFT, ends_in=timedelta(seconds=-1))
    with pytest.raises(Invalid) as caught:
        actions.publish_task(session, brand.headquarters, task.id)
    assert "deadline_at" in caught.value.fields


def test_store_managers_and_guides_may_not_ask(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, status=TaskStatus.DRAFT)
    for person in (brand.manager, brand.ai):
        with pytest.raises(NotAllowed):
            actions.save_task(session, person, draft(department_id=21))
        with pytest.raises(NotAllowed):
            actions.publish_task(session, person, task.id)
        with pytest.raises(NotAllowed):
            actions.withdraw_task(session, person, task.id)


def test_a_region_cannot_touch_a_task_from_above_or_beside_it(session: Session) -> None:
    brand = make_brand(session)
    for path, department_id in (("1.", 1), ("1.3.", 3)):
        task = make_task(session, brand, path=path, department_id=department_id)
        with pytest.raises(NotFound):
            actions.withdraw_task(session, brand.east, task.id)


def test_each_sees_tasks_of_her_subtree_and_published_ones_from_above(session: Session) -> None:
    brand = make_brand(session)
    everywhere = make_task(session, brand, path="1.", department_id=1)
    secret = make_task(session, brand, path="1.", department_id=1, status=TaskStatus.DRAFT)
    east = make_task(session, brand)
    north = make_task(session, brand, path="1.3.", department_id=3)
    nobody = Staff(path="", role="guide")
    seen = {
        person: [task.id for task in queries.page_tasks(session, person)]
        for person in (brand.headquarters, brand.east, brand.manager)
    }
    assert seen[brand.headquarters] == [north.id, east.id, secret.id, everywhere.id]
    assert seen[brand.east] == seen[brand.manager] == [east.id, everywhere.id]
    assert queries.page_tasks(session, nobody) == []
    with pytest.raises(NotFound):
        queries.get_task_in(session, brand.east, north.id)
    assert [task.id for task in queries.page_tasks(session, brand.headquarters, before_id=east.id, limit=1)] == [secret.id]


def test_withdrawing_stops_cards_not_sent_and_drops_open_copies_but_keeps_what_was_done(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, status=TaskStatus.PUBLISHED)
    actions.hand_out(session, task.id)
    done = session.scalars(select(Assignment).where(Assignment.guide_id == brand.ai.id)).one()
    actions.finish(session, brand.ai, done.id, via="card")
    actions.withdraw_task(session, brand.east, task.id)
    session.expire_all()
    statuses = dict(session.execute(select(Assignment.guide_id, Assignment.status)).all())
    assert statuses.pop(brand.ai.id) == AssignmentStatus.DONE
    assert set(statuses.values()) == {AssignmentStatus.DROPPED}
    waiting = select(func.count()).select_from(OutgoingMessage).where(OutgoingMessage.status == MessageStatus.WAITING)
    assert session.scalar(waiting) == 0
    assert actions.hand_out(session, task.id) == 0


def test_progress_counts_by_region_and_store_in_two_statements(session: Session, count_sql) -> None:  # type: ignore[no-untyped-def]
    brand = make_brand(session)
    task = make_task(session, brand, path="1.", department_id=1)
    now = clock.now()
    statuses = [
        AssignmentStatus.DONE,
        AssignmentStatus.DONE,
        AssignmentStatus.OPEN,
        AssignmentStatus.LATE,
        AssignmentStatus.OPEN,
        AssignmentStatus.DROPPED,
    ]
    for guide, status in zip(brand.guides.values(), statuses, strict=True):
        late = timedelta(days=2) if guide is brand.bo else timedelta()
        make_copy(session, task, guide, status=status, done_at=now + late if status == AssignmentStatus.DONE else None)
    with count_sql() as statements:
        progress = queries.progress(session, task.id)
    assert len(statements) == 2
    assert (progress.total, progress.done, progress.late, progress.open, progress.done_late) == (5, 2, 1, 2, 1)
    assert [(share.name, share.counts.total) for share in progress.by_region] == [("华东大区", 4), ("华北大区", 1)]
    assert [(share.name, share.counts.open) for share in progress.by_store] == [("22店", 1), ("31店", 1), ("21店", 0)]
    store = queries.progress(session, task.id, within=brand.manager.path)
    assert (store.total, store.done) == (2, 2)
    assert queries.count_by_task(session, [task.id], within="1.3.")[task.id].open == 1


def test_copies_are_paged_by_status_and_kept_inside_a_subtree(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, path="1.", department_id=1)
    copies = [make_copy(session, task, guide) for guide in brand.guides.values()]
    page = queries.page_assignments(session, task.id, AssignmentStatus.OPEN, after_id=copies[0].id, limit=2, within="1.2.")
    assert [(copy.id, copy.guide.userid, copy.store and copy.store.name) for copy in page] == [
        (copies[1].id, "g21b", "21店"), (copies[2].id, "g22a", "22店")
    ]  # fmt: skip


def test_answers_are_shown_only_to_who_stands_above_them(session: Session) -> None:
    brand = make_brand(session)
    task = make_task(session, brand, path="1.", department_id=1)
    for guide in (brand.ai, brand.far):
        copy = make_copy(session, task, guide)
        actions.finish(session, guide, copy.id, via="sidebar", text=f"{guide.userid} 好了")
    make_copy(session, task, brand.bo)
    assert [copy.answer_text for copy in queries.list_answers(session, brand.headquarters, task.id)] == ["g31a 好了", "g21a 好了"]
    assert [copy.guide.userid for copy in queries.list_answers(session, brand.east, task.id)] == ["g21a"]
