"""The simple filters of the customer list as a rule, and a rule back as filters; what no filter can say stays a rule. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from customers.rfm_rules import VALUE_NAMES
from foundation.db import Json
from foundation.errors import Invalid
from segments.fields import FIELDS
from segments.nodes import EVERYBODY, Rule
from segments.rules import parse

Typed = Mapping[str, Sequence[str]]
FIRST_DAY, LAST_DAY = "1970-01-01", "2080-12-31"
CHOSEN = ("stage", "role", "value", "consent")
BY_ID = {"tag": "tags", "channel": "channel", "place": "region", "owner": "owner", "store": "store"}
SWITCHES: dict[str, dict[str, tuple[str, str, int | bool]]] = {
    "bought": {"yes": ("orders", "at_least", 1), "no": ("orders", "at_most", 0)},
    "friend": {"yes": ("following", "is", True), "no": ("following", "is", False)},
}
NAMES = (*CHOSEN, *BY_ID, *SWITCHES, "added_from", "added_to", "silent")
COLUMNS = {
    "guide": "归属导购", "store": "门店", "stage": "阶段", "role": "身份", "value": "价值", "tags": "标签", "added": "添加",
    "contact": "最近联系", "orders": "下单", "spent": "累计消费", "last_order": "最近下单", "opened": "最近打开",
    "visited": "最近到店", "city": "城市", "member": "会员号", "phone": "手机", "consent": "接收意愿",
}  # fmt: skip
USUAL = ("guide", "store", "stage", "value", "tags", "phone", "added", "contact", "consent")
CHOICES: dict[str, Sequence[tuple[Any, str]]] = {
    "stage": FIELDS["stage"].choices,
    "role": FIELDS["role"].choices,
    "value": tuple(sorted(((level, name) for level, name in VALUE_NAMES.items()), reverse=True)),
    "consent": FIELDS["consent"].choices,
}
NOT_READ = "链接里的条件读不懂，可能被截断了，请重新选择"


@dataclass(frozen=True)
class Asked:
    """What the list is asked for: the whole rule as JSON and read, what is wrong by filter, what no filter can say (`rest`)."""

    body: Json
    rule: Rule = EVERYBODY
    problems: Mapping[str, str] = field(default_factory=dict)
    rest: Sequence[Json] = ()

    @property
    def everybody(self) -> bool:
        """Whether nothing narrows the list."""
        return not self.body


def asked(typed: Typed, rest: Sequence[Json] = ()) -> Asked:
    """The filters as typed, with the conditions no filter can say behind them."""
    told = [(name, one) for name in NAMES for one in _conditions(name, typed)]
    body: Json = {"all": [*(one for _, one in told), *rest]} if told or rest else {}
    try:
        return Asked(body, parse(body), {}, rest)
    except Invalid as wrong:
        return Asked(body, EVERYBODY, _at_filters(wrong.fields, [name for name, _ in told]), rest)


def _at_filters(fields: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for place, words in fields.items():
        number = place.split(".")[1] if place.startswith("all.") else ""
        problems.setdefault(names[int(number)] if number.isdigit() and int(number) < len(names) else "rule", words)
    return problems


def _conditions(name: str, typed: Typed) -> list[Json]:
    values = [value.strip() for value in typed.get(name, ()) if value.strip()]
    if name == "added_from":
        return _added(values, [value.strip() for value in typed.get("added_to", ()) if value.strip()])
    if not values or name == "added_to":
        return []
    if name == "silent":
        return [{"field": "last_contact_on", "op": "not_within", "value": values[0]}]
    if name in SWITCHES:
        chosen = SWITCHES[name].get(values[0])
        return [{"field": chosen[0], "op": chosen[1], "value": chosen[2]}] if chosen else []
    return [{"field": BY_ID.get(name, name), "op": "any_of", "value": values}]


def _added(first: Sequence[str], last: Sequence[str]) -> list[Json]:
    if not first and not last:
        return []
    return [{"field": "added_on", "op": "between", "value": [first[0] if first else FIRST_DAY, last[0] if last else LAST_DAY]}]


def unfolded(body: Json) -> tuple[dict[str, list[str]], list[Json]]:
    """A rule as (filters, what no filter can say). `asked` of both means the same people as the rule."""
    parts = body["all"] if set(body) == {"all"} and isinstance(body["all"], list) else [body] if body else []
    typed: dict[str, list[str]] = {}
    rest: list[Json] = []
    for part in parts:
        reads = (_as_list, _as_switch, _as_days) if isinstance(part, dict) else ()
        found = next((told for read in reads if (told := read(part)) is not None), None)
        if found is None or any(name in typed for name in found):
            rest.append(part)
        else:
            typed |= found
    return typed, rest


Filters = dict[str, list[str]]


def _as_list(part: Json) -> Filters | None:
    name = next((name for name in (*CHOSEN, *BY_ID) if BY_ID.get(name, name) == part.get("field")), None)
    values = part.get("value")
    if name is None or part.get("op") != "any_of" or not isinstance(values, list):
        return None
    return {name: [str(value) for value in values]}


def _as_switch(part: Json) -> Filters | None:
    told = (part.get("field"), part.get("op"), part.get("value"))
    return next(({name: [key]} for name, ways in SWITCHES.items() for key, way in ways.items() if way == told), None)


def _as_days(part: Json) -> Filters | None:
    value = part.get("value")
    if (part.get("field"), part.get("op")) == ("last_contact_on", "not_within") and isinstance(value, int):
        return {"silent": [str(value)]}
    if (part.get("field"), part.get("op")) != ("added_on", "between") or not isinstance(value, list) or len(value) != 2:
        return None
    ends = {"added_from": value[0], "added_to": value[1]}
    return {name: [str(day)] for name, day in ends.items() if day not in (FIRST_DAY, LAST_DAY)}


READERS: tuple[Callable[[Json], Filters | None], ...] = (_as_list, _as_switch, _as_days)
