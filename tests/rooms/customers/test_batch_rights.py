"""Whose rights a batch has: those of the person who asked, as they are now; and what an undo left to somebody who sees more."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.batches import last_undo, start_batch, undo_batch, work_batch
from customers.models import Follow, Tag
from customers.tag_models import BatchStatus, CustomerBatch
from customers.tagging import tag_customer
from foundation.audit import AuditEvent
from foundation.db import Json
from foundation.errors import Conflict
from org.models import Role, Staff, StaffStatus
from tests.builders.customers import make_follow, make_tags
from tests.builders.org import make_staff


@pytest.fixture
def boss(session: Session) -> Staff:
    return make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")


@pytest.fixture
def lead(session: Session) -> Staff:
    return make_staff(session, userid="lead", role=Role.STORE_MANAGER, path="1.2.")


@pytest.fixture
def tags(session: Session) -> list[Tag]:
    return make_tags(session, "大促", "会员")


@pytest.fixture
def follows(session: Session) -> list[Follow]:
    """Three of the lead's own store, one of another."""
    near, far = make_staff(session, userid="near", path="1.2."), make_staff(session, userid="far", path="1.3.")
    return [*(make_follow(session, near, f"wm{number}") for number in range(3)), make_follow(session, far, "wm3")]


def start(session: Session, staff: Staff, follows: list[Follow], deed: Json, kind: str = "tag") -> CustomerBatch:
    return start_batch(session, staff, kind, {"customers": [one.customer_id for one in follows]}, deed, "b1")


def run(session: Session, batch: CustomerBatch) -> CustomerBatch:
    while work_batch(session, batch.id, 2):
        session.expire_all()
    session.expire_all()
    return batch


def test_an_undo_that_reaches_nobody_takes_nothing_back_and_somebody_who_sees_more_does(
    session: Session, boss: Staff, lead: Staff, follows: list[Follow], tags: list[Tag]
) -> None:
    batch = run(session, start(session, lead, follows, {"tag": tags[0].id}))
    assert (batch.done, batch.left_out, batch.unseen) == (3, 1, 1)
    lead.path = "1.3."
    undo = run(session, undo_batch(session, lead, batch.id))
    assert (undo.status, undo.done, undo.left_out, undo.unseen) == (BatchStatus.DONE, 0, 4, 3)
    assert batch.status == BatchStatus.DONE
    again = undo_batch(session, boss, batch.id)
    assert again.id != undo.id
    assert undo_batch(session, boss, batch.id).id == again.id
    run(session, again)
    assert (again.done, again.unseen, batch.status) == (3, 0, BatchStatus.UNDONE)
    assert not any(one.tag_ids for one in follows)
    assert undo_batch(session, boss, batch.id).id == again.id
    assert last_undo(session, batch) is again


def test_who_sees_less_does_not_begin_anew_what_another_left(
    session: Session, boss: Staff, lead: Staff, follows: list[Follow], tags: list[Tag]
) -> None:
    region = make_staff(session, userid="region", role=Role.REGIONAL_MANAGER, path="1.")
    batch = run(session, start(session, lead, follows, {"tag": tags[0].id}))
    region.path = "1.4."
    undo = undo_batch(session, boss, batch.id)
    undo.staff_id = region.id
    run(session, undo)
    assert (undo.done, undo.unseen, batch.status) == (0, 4, BatchStatus.DONE)
    assert undo_batch(session, lead, batch.id).id == undo.id
    assert undo_batch(session, boss, batch.id).id != undo.id


def test_customers_a_batch_never_reached_do_not_keep_it_from_being_undone(
    session: Session, lead: Staff, follows: list[Follow], tags: list[Tag]
) -> None:
    batch = run(session, start(session, lead, follows, {"tag": tags[0].id}))
    undo = run(session, undo_batch(session, lead, batch.id))
    assert (undo.done, undo.unseen, batch.status) == (3, 1, BatchStatus.UNDONE)


def test_whom_an_undo_reached_the_next_one_leaves_as_people_left_her(
    session: Session, boss: Staff, lead: Staff, follows: list[Follow], tags: list[Tag]
) -> None:
    for one in follows:
        guide = session.get_one(Staff, one.staff_id)
        tag_customer(session, guide, one.customer_id, add=[tags[0].id], by="guide")
    batch = run(session, start(session, boss, follows, {"tag": tags[0].id}, "untag"))
    undo = undo_batch(session, boss, batch.id)
    undo.staff_id = lead.id
    run(session, undo)
    assert (undo.done, undo.unseen, batch.status) == (3, 1, BatchStatus.DONE)
    tag_customer(session, session.get_one(Staff, follows[0].staff_id), follows[0].customer_id, remove=[tags[0].id], by="guide")
    again = run(session, undo_batch(session, boss, batch.id))
    assert (again.done, batch.status) == (1, BatchStatus.UNDONE)
    assert [one.tag_ids for one in follows] == [[], *[[tags[0].id]] * 3]


@pytest.mark.parametrize("change", [{"status": StaffStatus.DEPARTED}, {"role": Role.GUIDE}])
def test_who_left_or_manages_nobody_any_more_goes_on_with_nothing(
    session: Session, boss: Staff, lead: Staff, follows: list[Follow], tags: list[Tag], change: dict[str, str]
) -> None:
    batch = start(session, lead, follows, {"tag": tags[0].id})
    assert work_batch(session, batch.id, 2)
    for name, value in change.items():
        setattr(lead, name, value)
    run(session, batch)
    assert (batch.status, batch.done, batch.reason) == (BatchStatus.FAILED, 2, "发起的人已离职或不再是管理者")
    run(session, undo_batch(session, boss, batch.id))
    assert batch.status == BatchStatus.UNDONE
    assert not any(one.tag_ids for one in follows)


def test_an_undo_whose_asker_left_goes_on_with_the_rights_of_who_asks_again(
    session: Session, boss: Staff, lead: Staff, follows: list[Follow], tags: list[Tag]
) -> None:
    batch = run(session, start(session, lead, follows, {"tag": tags[0].id}))
    undo = undo_batch(session, lead, batch.id)
    lead.status = StaffStatus.DEPARTED
    run(session, undo)
    assert (undo.status, batch.status) == (BatchStatus.FAILED, BatchStatus.DONE)
    assert run(session, undo_batch(session, boss, batch.id)).id == undo.id
    assert (undo.staff_id, undo.done, batch.status) == (boss.id, 3, BatchStatus.UNDONE)


def test_pressed_again_it_is_audited_once_and_another_form_is_refused(
    session: Session, boss: Staff, lead: Staff, follows: list[Follow], tags: list[Tag]
) -> None:
    batch = start(session, boss, follows, {"tag": tags[0].id})
    assert start(session, boss, follows, {"tag": tags[0].id}).id == batch.id
    for staff, whom, deed, kind in (
        (boss, follows[:1], {"tag": tags[0].id}, "tag"), (boss, follows, {"tag": tags[1].id}, "tag"),
        (boss, follows, {"tag": tags[0].id}, "untag"), (lead, follows, {"tag": tags[0].id}, "tag"),
    ):  # fmt: skip
        with pytest.raises(Conflict, match="已经提交过一次"):
            start(session, staff, whom, deed, kind)
    audited = select(AuditEvent.subject).where(AuditEvent.action == "batch.start")
    assert session.scalars(audited).all() == [f"batch:{batch.id}"]
    assert session.scalars(select(CustomerBatch.id)).all() == [batch.id]
