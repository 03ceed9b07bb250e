"""What a guide writes down while she serves: notes, sizes, visits, next steps with a reminder. Every write is safe to repeat."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.models import Customer, Follow, FollowStatus
from customers.queries import find_follow
from customers.service_cards import step_card
from customers.service_models import CustomerNote, CustomerSize, NextStep
from customers.service_rules import MAX_NOTE, size_problem, step_problems
from customers.store_visits import StoreVisit, note_store_visits, take_back_visit
from foundation import clock
from foundation.errors import Conflict, Invalid, NotFound
from foundation.text import clean
from org.models import Staff, StaffStatus
from outbox.actions import enqueue
from outbox.models import Lane

LIVING = (FollowStatus.ACTIVE, FollowStatus.HALF)
SEND = "message/send"
# A tap without a network waits on the phone for three days (waiting.js).
TAP_KEPT_DAYS = 4


def _follows(session: Session, staff: Staff, customer_id: int) -> Follow:
    """Her own living relation with the customer. Raises NotFound, Conflict after its end."""
    follow = find_follow(session, customer_id, staff.id)
    if follow is None:
        raise NotFound("没有这位客户，或不在您的权限范围内")
    if follow.status not in LIVING:
        raise Conflict("您与这位客户已不是好友，只能查看")
    return follow


def add_note(session: Session, staff: Staff, customer_id: int, text: str, once: str) -> bool:
    """Keep a note (备注, at most 300 characters); False when this one is kept already. Raises Invalid, NotFound, Conflict."""
    _follows(session, staff, customer_id)
    text = clean(text).strip()
    if not text or len(text) > MAX_NOTE:
        raise Invalid("备注还没有保存", {"text": f"最多 {MAX_NOTE} 字，现在 {len(text)} 字" if text else "写一点内容再保存"})
    row = {"customer_id": customer_id, "staff_id": staff.id, "text": text, "at": clock.now(), "once": _once(staff, once)}
    return session.scalar(_single(CustomerNote, row)) is not None


def set_size(session: Session, staff: Staff, customer_id: int, kind: str, value: str, at: datetime | None = None) -> None:
    """Keep a size (尺码); an empty value takes it away. One said earlier (`at`) than the one kept changes nothing."""
    _follows(session, staff, customer_id)
    value, at = clean(value).strip(), at or clock.now()
    if problem := size_problem(kind, value):
        raise Invalid("尺码还没有保存", {"value": problem})
    kept = session.get(CustomerSize, (customer_id, kind), with_for_update=True, populate_existing=True)
    if kept and kept.at > at:
        return
    if not value:
        if kept:
            session.delete(kept)
    else:
        facts = {"value": value, "staff_id": staff.id, "at": at}
        fresh = insert(CustomerSize).values(customer_id=customer_id, kind=kind, **facts)
        session.execute(fresh.on_conflict_do_update(index_elements=["customer_id", "kind"], set_=facts))
    session.flush()


def set_visited(session: Session, staff: Staff, customer_id: int, *, on: bool, at: datetime | None = None) -> None:
    """She is in the guide's store (到店), or that was a slip; `at` is when the guide tapped.

    Raises NotFound, Conflict after the end of the relation, for a member without a store, and for a visit somebody else told,
    Invalid for a tap from longer ago than a phone keeps it.
    """
    _follows(session, staff, customer_id)
    now = clock.now()
    if at is not None and at < now - clock.days(TAP_KEPT_DAYS):
        raise Invalid("这次登记是几天前点的，没有保存", {"at": "太久以前了"})
    if staff.store_id is None:
        raise Conflict("您没有所属门店，不能登记到店")
    visit = StoreVisit(customer_id, min(at or now, now), staff.store_id, staff.id)
    if on:
        note_store_visits(session, [visit])
    elif not take_back_visit(session, staff.id, visit):
        raise Conflict("这次到店不是您登记的，不能撤销")


def plan_step(session: Session, staff: Staff, customer_id: int, text: str, due_at: datetime | None, once: str) -> bool:
    """Keep a next step (下一步) with its reminder; False when this one is kept already. Raises Invalid with the fields."""
    _follows(session, staff, customer_id)
    text, now = clean(text).strip(), clock.now()
    if problems := step_problems(text, due_at, now):
        raise Invalid("下一步还没有保存", problems)
    row = {
        "customer_id": customer_id, "staff_id": staff.id, "text": text, "due_at": due_at, "created_at": now,
        "once": _once(staff, once),
    }  # fmt: skip
    return session.scalar(_single(NextStep, row)) is not None


def finish_step(session: Session, staff: Staff, step_id: int, *, done: bool = True) -> NextStep:
    """Her step is done, or open again when she takes it back. Raises NotFound for anybody else's."""
    chosen = select(NextStep).where(NextStep.id == step_id, NextStep.staff_id == staff.id).with_for_update()
    step = session.scalar(chosen)
    if step is None:
        raise NotFound("没有这个下一步")
    if done != (step.done_at is not None):
        step.done_at = clock.now() if done else None
        session.flush()
    return step


def remind_steps(session: Session, limit: int = 200) -> int:
    """Owe a card for each step that is due, once each; how many steps were gone through, 0 when none is due.

    Who left, or no longer follows the customer, is not reminded of her.
    """
    now = clock.now()
    due = (
        select(NextStep, Staff, Customer, Follow)
        .join(Staff, Staff.id == NextStep.staff_id)
        .join(Customer, Customer.id == NextStep.customer_id)
        .join(Follow, (Follow.customer_id == Customer.id) & (Follow.staff_id == Staff.id))
        .where(NextStep.done_at.is_(None), NextStep.reminded_at.is_(None), NextStep.due_at <= now)
        .order_by(NextStep.due_at)
        .limit(limit)
        .with_for_update(of=NextStep, skip_locked=True)
    )
    rows = session.execute(due).all()
    for step, staff, customer, follow in rows:
        step.reminded_at = now
        if staff.status == StaffStatus.ACTIVE and follow.status in LIVING:
            card = step_card(staff.userid, step, customer.external_userid, follow.remark or customer.name)
            enqueue(session, Lane.INTERACTIVE, SEND, {f"step:{step.id}": card}, about=f"step:{step.id}")
    session.flush()
    return len(rows)


def _once(staff: Staff, once: str) -> str:
    return f"{staff.id}:{once}"[:80]


def _single(model: type[CustomerNote] | type[NextStep], row: dict[str, object]):  # type: ignore[no-untyped-def]
    return insert(model).values(row).on_conflict_do_nothing(index_elements=["once"]).returning(model.id)
