"""A person's data put right at her wish (个人信息保护法第四十六条): what she may correct, checked field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.actions import note_timeline
from customers.models import Customer
from customers.person_requests import corrected, get_request
from customers.phones import normal_phone
from customers.place_rules import place_problem, province_of, short_city, short_province
from customers.profile_actions import keep_answer
from customers.profile_models import FieldKind, ProfileAnswer, ProfileField
from customers.profile_rules import read_answer
from customers.respect_models import DataRequest
from foundation import audit, clock
from foundation.errors import Invalid
from foundation.text import clean
from org.models import Staff

NAMES = {"phone": "手机", "member_no": "会员号", "birthday": "生日", "gender": "性别", "province": "省份", "city": "城市"}
LONGEST = {"member_no": 40, "province": 20, "city": 40}
GENDERS = {"0": "未知", "1": "男", "2": "女"}
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Correctable:
    """What may be put right: her row and the brand's fields with her answers (None: none yet)."""

    customer: Customer
    fields: list[tuple[ProfileField, ProfileAnswer | None]]

    def values(self) -> dict[str, str]:
        """As a form shows it; a field of the brand goes by "field7", several choices stand one a line."""
        born = self.customer.birthday
        shown = {name: str(getattr(self.customer, name) or "") for name in ("phone", "member_no", "province", "city")}
        shown |= {"gender": str(self.customer.gender if self.customer.gender in (1, 2) else 0)}
        shown |= {"birthday": born.isoformat() if born else ""}
        return shown | {f"field{field.id}": _text(answer) for field, answer in self.fields}


def _text(answer: ProfileAnswer | None) -> str:
    held = answer.value.get("value") if answer else None
    return "\n".join(map(str, held)) if isinstance(held, list) else "" if held is None else str(held)


def correctable(session: Session, customer_id: int) -> Correctable:
    """What is stored and may be put right. For headquarters, who may see every customer and every field."""
    rows = session.execute(
        select(ProfileField, ProfileAnswer)
        .outerjoin(ProfileAnswer, (ProfileAnswer.field_id == ProfileField.id) & (ProfileAnswer.customer_id == customer_id))
        .where(ProfileField.removed_at.is_(None))
        .order_by(ProfileField.order, ProfileField.id)
    )
    customer = session.get_one(Customer, customer_id, with_for_update={"key_share": True}, populate_existing=True)
    return Correctable(customer, [(field, answer) for field, answer in rows])


def correct(session: Session, staff: Staff, request_id: int, typed: Mapping[str, str]) -> DataRequest:
    """Put right what differs from what is stored, all or nothing. Raises NotAllowed, NotFound, Conflict, Invalid with the fields.

    The audit and the timeline name the fields, never what stood or stands in them.
    """
    request = get_request(session, staff, request_id, lock=True)
    held = correctable(session, request.customer_id)
    before = held.values()
    wanted = {name: clean(typed.get(name, before[name])).strip() for name in before}
    wanted |= _places(before, wanted)
    changed = [name for name in before if wanted[name] != before[name]]
    values, problems = _read(held, wanted, changed)
    if {"province", "city"} & set(changed) and (problem := place_problem(wanted["province"], wanted["city"])):
        problems.setdefault("city", problem)
    if problems:
        raise Invalid("还没有更正，请看标红的地方", problems)
    if not changed:
        raise Invalid("还没有更正", {"phone": "没有改动任何一项；如果不用更正，请关闭这个请求"})
    _write(session, staff, held, values)
    titles = [_title(held, name) for name in changed]
    subject, now = f"customer:{request.customer_id}", clock.now()
    audit.record(session, f"staff:{staff.id}", "person.correct", subject, request=request.id, fields=titles)
    note_timeline(
        session, request.customer_id, "corrected", staff_id=staff.id, at=now, once=f"corrected:{request.id}",
        title="、".join(titles),
    )  # fmt: skip
    return corrected(session, staff, request_id, titles)


def _places(before: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Her place in our spelling; a province that was left as it was follows a city we know (苏州 is not in 上海)."""
    city, province = short_city(wanted["city"]), short_province(wanted["province"]) or wanted["province"]
    if city != before["city"] and province == before["province"]:
        province = province_of(city) or province
    return {"province": province, "city": city}


def _title(held: Correctable, name: str) -> str:
    return NAMES.get(name) or next(field.name for field, _ in held.fields if f"field{field.id}" == name)


def _read(held: Correctable, wanted: Mapping[str, str], changed: list[str]) -> tuple[dict[str, object], dict[str, str]]:
    """(what to store by field, what is wrong by field)."""
    values: dict[str, object] = {}
    problems: dict[str, str] = {}
    kinds = {f"field{field.id}": field for field, _ in held.fields}
    for name in changed:
        value, problem = _answer(kinds[name], wanted[name]) if name in kinds else _plain(name, wanted[name])
        if problem:
            problems[name] = problem
        values[name] = value
    return values, problems


def _answer(field: ProfileField, text: str) -> tuple[object, str]:
    given: object = [line.strip() for line in text.splitlines() if line.strip()] if field.kind == FieldKind.CHOICES else text
    return read_answer(field.kind, field.choices, given)


def _plain(name: str, text: str) -> tuple[object, str]:
    if name == "phone":
        phone = normal_phone(text) if text else None
        return phone, "" if phone or not text else "请填 11 位手机号，例如 13800138000"
    if name == "gender":
        return int(text) if text in GENDERS else 0, "" if text in GENDERS else "请选择"
    if name == "birthday":
        return _birthday(text)
    if name == "province" and text and short_province(text) is None:
        return text, "没有这个省份，请写成 江苏省 或 江苏"
    long = LONGEST[name]
    value = text if name != "member_no" else text or None
    return value, f"最多 {long} 字" if len(text) > long else ""


def _birthday(text: str) -> tuple[object, str]:
    if not text:
        return None, ""
    try:
        born = date.fromisoformat(text)
    except ValueError:
        return None, "请写成 1990-03-25"
    return (born, "") if EARLIEST <= born <= clock.today() else (None, "生日不能早于 1900 年，也不能在将来")


def _write(session: Session, staff: Staff, held: Correctable, values: Mapping[str, object]) -> None:
    fields = {f"field{field.id}": field for field, _ in held.fields}
    for name, value in values.items():
        if name in fields:
            id_ = held.customer.id
            keep_answer(session, id_, fields[name], value, source="request", staff_id=staff.id, at=clock.now())
        else:
            setattr(held.customer, name, value)
    if "phone" in values:
        held.customer.phone_last4 = str(values["phone"])[-4:] if values["phone"] else None
    session.flush()
