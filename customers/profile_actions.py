"""What changes of profiles: the fields a brand asks for, and what customers answered. Every write is safe to repeat."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.models import Customer, FollowStatus
from customers.place_rules import place_told, short_city
from customers.profile_models import FieldKind, FieldReader, ProfileAnswer, ProfileField
from customers.profile_rules import MAX_FIELDS, READABLE, SEEDS, FieldDraft, field_problems, kept_choices, read_answer
from customers.queries import find_follow
from foundation import audit, clock
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Role, Staff

LIVING = (FollowStatus.ACTIVE, FollowStatus.HALF)
MAX_CITY = 40


def _only_headquarters(staff: Staff) -> None:
    if staff.role != Role.HEADQUARTERS:
        raise NotAllowed("只有总部可以修改档案字段")


def save_field(session: Session, staff: Staff, draft: FieldDraft, field_id: int | None = None) -> ProfileField:
    """Define a field (档案字段) or change one; headquarters only. Raises NotAllowed, NotFound, Invalid with the fields.

    The kind of a field somebody answered stays: answers of another kind would mean nothing.
    """
    _only_headquarters(staff)
    problems = field_problems(draft)
    field = ProfileField(choices=[]) if field_id is None else session.get(ProfileField, field_id, with_for_update=True)
    if field is None:
        raise NotFound("没有这个字段")
    problems |= _name_problem(session, draft.name, field_id)
    if field_id is None and _living_fields(session) >= MAX_FIELDS:
        problems.setdefault("name", f"最多 {MAX_FIELDS} 个字段，先停用不用的")
    if field_id is not None and field.kind != draft.kind and _is_answered(session, field_id):
        problems["kind"] = "已经有客户的回答，不能换填法；请另建一个字段"
    if problems:
        raise Invalid("字段没有保存，请看标红的地方", problems)
    values = asdict(draft) | {"choices": kept_choices(field.choices, draft.choices) if _has_choices(draft) else []}
    for name, value in values.items():
        setattr(field, name, value)
    if field_id is None:
        field.order = (session.scalar(select(func.max(ProfileField.order))) or 0) + 1
        session.add(field)
    session.flush()
    audit.record(session, f"staff:{staff.id}", "profile_field.save", f"profile_field:{field.id}", title=field.name)
    return field


def _has_choices(draft: FieldDraft) -> bool:
    return draft.kind in (FieldKind.CHOICE, FieldKind.CHOICES)


def _name_problem(session: Session, name: str, field_id: int | None) -> dict[str, str]:
    taken = select(ProfileField.id).where(ProfileField.name == name, ProfileField.removed_at.is_(None))
    found = session.scalar(taken.limit(1))
    return {} if found in (None, field_id) else {"name": "已经有同名的字段"}


def _living_fields(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ProfileField).where(ProfileField.removed_at.is_(None))) or 0


def _is_answered(session: Session, field_id: int) -> bool:
    return session.scalar(select(ProfileAnswer.field_id).where(ProfileAnswer.field_id == field_id).limit(1)) is not None


def move_field(session: Session, staff: Staff, field_id: int, up: bool) -> None:
    """Ask for a field sooner or later: it changes places with its neighbour. At the end it stays."""
    _only_headquarters(staff)
    living = select(ProfileField).where(ProfileField.removed_at.is_(None)).order_by(ProfileField.order, ProfileField.id)
    fields = list(session.scalars(living.with_for_update()))
    place = next((number for number, field in enumerate(fields) if field.id == field_id), None)
    if place is None:
        raise NotFound("没有这个字段")
    other = place - 1 if up else place + 1
    if 0 <= other < len(fields):
        fields[place], fields[other] = fields[other], fields[place]
    for number, field in enumerate(fields, start=1):
        field.order = number
    session.flush()


def remove_field(session: Session, staff: Staff, field_id: int, *, removed: bool = True) -> ProfileField:
    """Stop asking for a field, or take that back; its answers stay but are shown to nobody meanwhile."""
    _only_headquarters(staff)
    field = session.get(ProfileField, field_id, with_for_update=True)
    if field is None:
        raise NotFound("没有这个字段")
    if not removed and (problem := _name_problem(session, field.name, field_id)):
        raise Invalid("字段没有恢复", problem)
    if removed != (field.removed_at is not None):
        field.removed_at = clock.now() if removed else None
        deed = "profile_field.remove" if removed else "profile_field.restore"
        audit.record(session, f"staff:{staff.id}", deed, f"profile_field:{field.id}", title=field.name)
    session.flush()
    return field


def seed_profile_fields(session: Session) -> int:
    """Put in the fields most brands begin with (children, pets, city …), each once and never again; how many were new."""
    begun = session.scalar(select(func.max(ProfileField.order))) or 0
    rows = [
        asdict(seed.draft) | {"key": seed.key, "choices": list(seed.draft.choices), "order": begun + place}
        for place, seed in enumerate(SEEDS, start=1)
    ]
    fresh = insert(ProfileField).on_conflict_do_nothing(index_elements=["key"]).returning(ProfileField.id)
    return len(session.execute(fresh, rows).all())


def answer(
    session: Session, staff: Staff, customer_id: int, field_id: int, given: object, *, source: str = "guide",
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Keep what a customer of hers answered to a field; nothing given takes the answer away. The newest (`at`) counts.

    Raises NotFound (not her customer, no such field, or none she may see), Conflict after the end, Invalid with "value".
    """
    follow = find_follow(session, customer_id, staff.id)
    if follow is None:
        raise NotFound("没有这位客户，或不在您的权限范围内")
    if follow.status not in LIVING:
        raise Conflict("您与这位客户已不是好友，只能查看")
    field = session.get(ProfileField, field_id)
    if field is None or field.removed_at is not None or FieldReader(field.readers) not in READABLE[Role(staff.role)]:
        raise NotFound("没有这个字段")
    value, problem = read_answer(field.kind, field.choices, given)
    if problem:
        raise Invalid("还没有保存", {"value": problem})
    keep_answer(session, customer_id, field, value, source=source, staff_id=staff.id, at=at or clock.now())


def keep_answer(
    session: Session, customer_id: int, field: ProfileField, value: object, *, source: str, staff_id: int | None, at: datetime
) -> None:
    """Store an answer that was read and permitted; an older one than the kept changes nothing. The city is hers everywhere."""
    kept = session.get(ProfileAnswer, (customer_id, field.id), with_for_update=True, populate_existing=True)
    if kept is not None and kept.at > at:
        return
    if value is None and kept is not None:
        session.delete(kept)
    if value is not None:
        facts = {"value": {"value": value}, "source": source, "staff_id": staff_id, "at": at}
        fresh = insert(ProfileAnswer).values(customer_id=customer_id, field_id=field.id, **facts)
        session.execute(fresh.on_conflict_do_update(index_elements=["customer_id", "field_id"], set_=facts))
    if field.key == "city":
        city = short_city(str(value or ""))[:MAX_CITY]
        province = place_told(None, city)[0]
        place = {"city": city} if province is None else {"city": city, "province": province}
        other = Customer.city != city
        if province:
            other = or_(other, Customer.province != province)
        session.execute(update(Customer).where(Customer.id == customer_id, other).values(place))
    session.flush()
