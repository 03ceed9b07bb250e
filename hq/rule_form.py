"""What the rule builder (人群条件编辑) is given: fields with their words, what is chosen already by name, what was typed."""

import json
from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from foundation.db import Json
from foundation.errors import Invalid
from foundation.text import clean
from org.models import Staff
from segments.fields import ANSWER, OPERATORS, Field, Kind
from segments.lists import all_fields
from segments.offering import SOURCES, names_of_rule
from segments.rules import MOST_CONDITIONS, MOST_NESTING, parse, written

LONGEST_RULE = 200_000
GROUPS = {
    "客户": ("tags", "role", "stage", "value", "gender", "consent", "province", "city", "birthday", "following"),
    "添加与归属": ("added_on", "channel", "owner", "store", "region"),
    "消费": ("last_order_on", "last_visit_on", "orders", "spent_yuan", "rfm"),
    "互动与联系": ("last_open_on", "opens_30d", "last_reply_on", "last_contact_on", "contacts_30d"),
}
OWN_GROUP = "品牌档案"
GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
UNITS = {"spent_yuan": "元", "orders": "次", "opens_30d": "次", "contacts_30d": "次"}
MONTHS = tuple((month, f"{month} 月") for month in range(1, 13))
# Read after the field's name: "最近下单 在最近 30 天内".
WORDS = OPERATORS | {"any_of": "是其中任意一个", "all_of": "同时有全部", "none_of": "不是其中任何一个"}
# A chat or visit that did not go through us is not known: nobody can say that there was none.
OWN_WORDS = {("last_contact_on", "never"): "导购台里没有记录", ("last_visit_on", "never"): "导购台里没有记录"}


def read_rule(text: str | None) -> Json:
    """The JSON of a rule as the builder sends it; nothing typed is everybody. Raises Invalid at the field `rule`."""
    text = clean(text or "").strip()
    if not text:
        return {}
    try:
        body = json.loads(text) if len(text) <= LONGEST_RULE else None
        # Half a character (\ud800) can neither be kept nor shown.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Invalid("条件没有读懂，请重新选择", {"rule": "条件没有读懂，请重新选择"})
    return body


def written_rule(body: Json) -> str:
    """A rule as the builder's hidden field holds it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def plain_rule(text: str) -> str:
    """A typed rule as `written_rule` writes the same one kept, so that both can be compared; itself when it is wrong."""
    try:
        body = written(parse(read_rule(text)))
    except Invalid:
        return text
    return written_rule(body) if body else ""


def _told(field: Field) -> Json:
    choices = MONTHS if field.kind == Kind.BIRTHDAY else field.choices
    return {
        "name": field.name,
        "label": field.label,
        "kind": str(field.kind),
        "group": OWN_GROUP if field.name.startswith(ANSWER) else GROUP_OF[field.name],
        "ops": [[op, OWN_WORDS.get((field.name, op), WORDS[op])] for op in field.operators],
        "unit": UNITS.get(field.name, ""),
        "choices": [list(choice) for choice in choices],
        "asks": field.name in SOURCES,
    }


def builder(session: Session, viewer: Staff, body: Json, problems: Mapping[str, str] | None = None) -> Json:
    """All that templates' `rule_builder` macro needs, for a rule that may be wrong; `problems` by place ("all.0.any.1")."""
    fields = all_fields(session, viewer)
    names: dict[str, Any] = dict(names_of_rule(session, viewer, body))
    return {
        "rule": body,
        "problems": dict(problems or {}),
        "names": names,
        "fields": [_told(field) for field in fields],
        "groups": [*GROUPS, OWN_GROUP],
        "most": {"conditions": MOST_CONDITIONS, "nesting": MOST_NESTING},
        "offers": url_for("hq.offer_rule_choices"),
        "counts": url_for("hq.count_rule"),
    }
