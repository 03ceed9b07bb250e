"""A small town for rules: a few members, random facts, random rules, and what a rule means said once more in plain Python."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from foundation.db import Json
from org.models import Role, Staff
from segments.fields import FIELDS, Kind
from segments.models import CustomerFacts
from tests.builders.org import make_staff

PLACES = ("1.", "1.2.", "1.2.3.", "1.2.3.4.", "1.2.3.5.", "1.12.", "0.")
TODAY = date(2026, 2, 26)
CITIES = {"上海": ["上海"], "浙江": ["杭州", "宁波"], "": [""]}
Row = dict[str, Any]


def settle(session: Session) -> list[Staff]:
    """One member at each place; the first is headquarters, the others guides but for the managers of 2 and 3."""
    roles = [
        Role.HEADQUARTERS,
        Role.REGIONAL_MANAGER,
        Role.REGIONAL_MANAGER,
        Role.GUIDE,
        Role.STORE_MANAGER,
        Role.GUIDE,
        Role.GUIDE,
    ]
    members = [
        make_staff(session, userid=f"m{place}", role=role, path=path if path != "0." else "1.2.3.4.")
        for place, (path, role) in enumerate(zip(PLACES, roles, strict=True))
    ]
    members[-1].path = "0."
    session.flush()
    return members


days = st.none() | st.integers(-60, 3).map(lambda ago: TODAY + timedelta(days=ago)) | st.just(date(2020, 2, 29))
small = st.integers(0, 4) | st.sampled_from([0, 30, 32_767])


@st.composite
def facts(draw: st.DrawFn, customer_id: int, staff: Sequence[Staff]) -> Row:
    owner = draw(st.none() | st.sampled_from(list(staff)))
    guides = sorted(draw(st.sets(st.sampled_from([one.id for one in staff]), max_size=5)))
    province = draw(st.sampled_from(list(CITIES)))
    return {
        "customer_id": customer_id, "owner_id": owner.id if owner else None, "store_id": owner.store_id if owner else None,
        "path": owner.path if owner else "0.", "staff_ids": guides, "following": bool(guides),
        "tag_ids": sorted(draw(st.sets(st.integers(1, 6), max_size=5))), "channel_ids": draw(st.sampled_from([[], [1], [1, 9]])),
        "codes": draw(st.sampled_from([[], [7001], [7002], [7002, 8001]])), "gender": draw(st.integers(0, 2)),
        "consent": draw(st.sampled_from([value for value, _ in FIELDS["consent"].choices])),
        "role": draw(st.sampled_from([value for value, _ in FIELDS["role"].choices])),
        "stage": draw(st.sampled_from([value for value, _ in FIELDS["stage"].choices])),
        "rfm": draw(st.sampled_from(["", "111", "135", "555", "543"])), "value": draw(st.integers(0, 5)),
        "province": province, "city": draw(st.sampled_from(CITIES[province])),
        "birthday_md": draw(st.none() | st.sampled_from([101, 226, 227, 228, 229, 301, 1231])),
        "added_on": draw(days), "last_contact_on": draw(days), "last_order_on": draw(days), "last_open_on": draw(days),
        "last_visit_on": draw(days), "last_reply_on": draw(days),
        "orders": draw(small), "spent_yuan": draw(small | st.just(2**31 - 1)),
        "opens_30d": draw(small), "contacts_30d": draw(small),
    }  # fmt: skip


def stranger(customer_id: int) -> Row:
    """A customer of nobody, of whom nothing is known."""
    days = dict.fromkeys(("added_on", "last_contact_on", "last_order_on", "last_open_on", "last_visit_on", "last_reply_on"))
    numbers = dict.fromkeys(("gender", "value", "orders", "spent_yuan", "opens_30d", "contacts_30d"), 0)
    return {
        "customer_id": customer_id, "owner_id": None, "store_id": None, "path": "0.", "staff_ids": [], "following": False,
        "tag_ids": [], "channel_ids": [], "codes": [], "consent": "all", "role": "fan", "stage": "new", "rfm": "",
        "province": "", "city": "", "birthday_md": None, **days, **numbers,
    }  # fmt: skip


def keep(session: Session, rows: Iterable[Row]) -> None:
    """Into customer_facts, without the customers themselves."""
    session.execute(text("SET LOCAL session_replication_role = replica"))
    chosen = list(rows)
    if chosen:
        session.execute(insert(CustomerFacts), chosen)
    session.execute(text("SET LOCAL session_replication_role = origin"))


def _listed(values: Iterable[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(list(values)), min_size=1, max_size=3)


def conditions(staff: Sequence[Staff]) -> st.SearchStrategy[Json]:
    ids = {
        "tags": range(1, 9), "channel": [1, 9], "owner": [one.id for one in staff],
        "store": [one.store_id for one in staff if one.store_id] + [99], "region": [1, 2, 3, 4, 12, 99],
    }  # fmt: skip

    def of(name: str) -> st.SearchStrategy[Json]:
        if name.startswith("answer:"):
            return st.builds(
                lambda op, value: {"field": name, "op": op, "value": value},
                st.sampled_from(["any_of", "none_of"]),
                _listed([7001, 7002, 7003]),
            )
        field = FIELDS[name]
        return st.sampled_from(field.operators).flatmap(
            lambda op: _value(field.kind, op, ids.get(name) or [value for value, _ in field.choices]).map(
                lambda value: {"field": name, "op": op} | ({} if value is None else {"value": value})
            )
        )

    return st.sampled_from([*FIELDS, "answer:7"]).flatmap(of)


def _value(kind: Kind, op: str, choices: Sequence[Any]) -> st.SearchStrategy[Any]:
    if op == "never":
        return st.none()
    if kind in (Kind.SET, Kind.IDS, Kind.REGION, Kind.CHOICE):
        return _listed(choices)
    if kind == Kind.TEXT:
        return _listed(["上海", "浙江", "杭州", "宁波", "不知"])
    if kind == Kind.SWITCH:
        return st.booleans()
    if kind == Kind.RFM:
        pair = st.tuples(st.integers(1, 5), st.integers(1, 5)).map(sorted)
        return st.fixed_dictionaries({}, optional={"recency": pair, "frequency": pair, "money": pair})
    if kind == Kind.BIRTHDAY:
        return st.integers(1, 366) if op == "within" else _listed(range(1, 13))
    if kind == Kind.DAY and op == "between":
        return st.tuples(days, days).filter(all).map(lambda pair: sorted(day.isoformat() for day in pair if day))
    if op == "between":
        return st.tuples(small, small).map(sorted)
    return st.integers(1, 70) if kind == Kind.DAY else small


def rules(staff: Sequence[Staff], runs: Sequence[int] = ()) -> st.SearchStrategy[Json]:
    leaves = conditions(staff)
    if runs:
        leaves = st.one_of(leaves, st.sampled_from([{"frozen": run} for run in runs]))
    groups = st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.lists(parts, min_size=1, max_size=3).map(lambda several: {"all": several}),
            st.lists(parts, min_size=1, max_size=3).map(lambda several: {"any": several}),
            parts.map(lambda one: {"not": one}),
        ),
        max_leaves=8,
    )
    return st.just({}) | groups


def means(rule: Json, row: Row, runs: dict[int, set[int]]) -> bool:
    """What a rule says of one customer, written without looking at how segments do it."""
    if "all" in rule:
        return all(means(part, row, runs) for part in rule["all"])
    if "any" in rule:
        return any(means(part, row, runs) for part in rule["any"])
    if "not" in rule:
        return not means(rule["not"], row, runs)
    if "frozen" in rule:
        return row["customer_id"] in runs[rule["frozen"]]
    if rule.get("op") == "none_of":
        return not means({**rule, "op": "any_of"}, row, runs)
    return not rule or _holds(rule["field"], rule["op"], rule.get("value"), row)


SETS = {"tags": "tag_ids", "channel": "channel_ids", "answer:7": "codes"}
RANGES = {"at_least": lambda value: (value, 10**10), "at_most": lambda value: (-1, value), "between": lambda value: value}


def _holds(name: str, op: str, value: Any, row: Row) -> bool:
    if name in SETS:
        own = set(row[SETS[name]])
        return own >= set(value) if op == "all_of" else bool(own & set(value))
    match FIELDS[name].kind:
        case Kind.REGION:
            return bool({int(part) for part in row["path"].split(".") if part} & set(value))
        case Kind.IDS:
            return row[f"{name}_id"] in value
        case Kind.RFM:
            return _rfm(row["rfm"], op, value)
        case Kind.BIRTHDAY:
            return _birthday(row["birthday_md"], op, value)
        case Kind.DAY:
            return _day(row[name], op, value)
        case Kind.SWITCH:
            return row["following"] is value
        case Kind.NUMBER:
            low, high = RANGES[op](value)
            return bool(low <= row[name] <= high)
    return row[name] in value


def _rfm(rfm: str, op: str, value: Any) -> bool:
    if op == "never":
        return rfm == ""
    score = dict(zip(("recency", "frequency", "money"), rfm, strict=False))
    return bool(score) and all(low <= int(score[each]) <= high for each, (low, high) in value.items())


def _day(day: date | None, op: str, value: Any) -> bool:
    if op == "never":
        return day is None
    if op == "not_within":
        return day is None or day <= TODAY - timedelta(days=value)
    if day is None:
        return False
    if op == "between":
        return bool(value[0] <= day.isoformat() <= value[1])
    recent = (TODAY - day).days < value
    return recent if op == "within" else not recent


def _birthday(md: int | None, op: str, value: Any) -> bool:
    if md is None:
        return False
    if op == "month":
        return md // 100 in value
    coming = [TODAY + timedelta(days=each) for each in range(value)]
    names = {f"{day:%m%d}".lstrip("0") for day in coming}
    leap = any(day.year % 4 == 0 for day in coming if f"{day:%m%d}" == "0229")
    return str(md) in names or (md == 229 and not leap and "228" in names)


def sees(viewer: Staff, row: Row, staff: Sequence[Staff]) -> bool:
    """As customers.queries.may_see says of active relations; a manager also sees whose owner stands in her subtree."""
    if viewer.role == Role.GUIDE or viewer.path == "0.":
        return viewer.id in row["staff_ids"]
    below = {one.id for one in staff if one.path.startswith(viewer.path)}
    return bool(below & set(row["staff_ids"])) or row["path"].startswith(viewer.path)
