"""A rule as a Chinese sentence. Pure; the names of ids are told to it."""

from collections.abc import Mapping
from typing import Any

from segments.fields import ANSWER, CODES_PER_FIELD, Field, Kind, field_of
from segments.nodes import All, AnyOf, Condition, Node, Not, Within
from segments.values import SCORES

Names = Mapping[str, Mapping[int, str]]
MOST_SAID = 4
SCORE_LETTERS = dict(zip(SCORES, "RFM", strict=True))
DONE = {
    "added_on": "加过好友",
    "last_contact_on": "联系过",
    "last_order_on": "下过单",
    "last_visit_on": "到过店",
    "last_open_on": "打开过内容",
    "last_reply_on": "回复过",
}
# Only what we were told is known: "从没联系过" would say too much.
NEVER = {"last_contact_on": "导购台里没有联系记录", "last_visit_on": "导购台里没有到店记录"}
LISTED = {"any_of": "是", "all_of": "同时有", "none_of": "不是"}


def sentence(rule: Node, names: Names, fields: Mapping[str, Field] | None = None) -> str:
    """The rule as people say it: "标签是羽绒服或户外，并且最近 30 天内下过单". `fields` knows the brand's own (all_fields)."""
    return _said(rule, names, fields or {}, top=True) or "所有客户"


def _said(rule: Node, names: Names, fields: Mapping[str, Field], *, top: bool = False) -> str:
    match rule:
        case All(parts) | AnyOf(parts):
            words = [_said(part, names, fields) for part in parts]
            joined = ("，并且" if isinstance(rule, All) else "，或者").join(words)
            return joined if top or len(words) < 2 else f"（{joined}）"
        case Not(part):
            return f"不满足“{_said(part, names, fields, top=True)}”"
        case Within(segment_id):
            return f"在人群“{names.get('segment', {}).get(segment_id, f'编号 {segment_id}')}”里"
        case Condition(name, op, value):
            field = fields.get(name) or field_of(name)
            return _condition(field, op, value, names) if field else ""
        case _:
            return ""


def _condition(field: Field, op: str, value: tuple[Any, ...], names: Names) -> str:
    match field.kind, op:
        case Kind.SWITCH, _:
            return field.label if value[0] else "已不是好友"
        case Kind.RFM, "between":
            return (
                "、".join(_score(place, name, value) for place, name in enumerate(SCORES) if _is_narrow(place, value))
                or "有 RFM 得分"
            )
        case _, "never":
            return NEVER.get(field.name, f"从没{DONE[field.name]}" if field.name in DONE else f"没有{field.label}")
        case Kind.BIRTHDAY, "within":
            return f"{value[0]} 天内过生日"
        case Kind.BIRTHDAY, _:
            return "、".join(map(str, value)) + " 月生日"
        case _, "within" | "not_within":
            done, days = DONE[field.name], value[0]
            return f"最近 {days} 天内{done}" if op == "within" else f"超过 {days} 天没{done}（含从来没有）"
        case _, "ago":
            return f"{field.label}在 {value[0]} 天以前"
        case _, "between":
            low, high = value
            return f"{field.label}在 {low} 到 {high} 之间"
        case _, "at_least" | "at_most":
            return f"{field.label}{'不少于' if op == 'at_least' else '不多于'} {value[0]:,}"
    return field.label + LISTED[op] + _listed(field, op, value, names)


def _is_narrow(place: int, value: tuple[Any, ...]) -> bool:
    return value[2 * place : 2 * place + 2] != (1, 5)


def _score(place: int, name: str, value: tuple[Any, ...]) -> str:
    low, high = value[2 * place], value[2 * place + 1]
    return f"{SCORE_LETTERS[name]} 得分 {low}" + (f" 到 {high}" if high > low else "")


def _listed(field: Field, op: str, value: tuple[Any, ...], names: Names) -> str:
    known = {str(stored): label for stored, label in field.choices}
    told = names.get(field.name, {})
    words = [known.get(str(one)) or told.get(one) or _unnamed(field, one) for one in value[:MOST_SAID]]
    more = f"等 {len(value)} 项" if len(value) > MOST_SAID else ""
    return ("、" if op == "all_of" else "或").join(words) + more


def _unnamed(field: Field, value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"选项 {value % CODES_PER_FIELD}" if field.name.startswith(ANSWER) else f"（已删除，编号 {value}）"
