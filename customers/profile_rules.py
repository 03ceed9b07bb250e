"""What is decided about profiles: whether a field is well defined, what an answer means, who may see it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from customers.profile_models import FieldKind, FieldReader
from foundation.text import clean
from org.models import Role

MAX_FIELDS = 60
MAX_NAME, MAX_WORDS, MAX_CHOICE, MAX_CHOICES, MAX_TEXT = 40, 100, 40, 30, 200
MAX_NUMBER = 1_000_000_000
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
READABLE = {
    Role.GUIDE: (FieldReader.GUIDES,),
    Role.STORE_MANAGER: (FieldReader.GUIDES, FieldReader.MANAGERS),
    Role.REGIONAL_MANAGER: (FieldReader.GUIDES, FieldReader.MANAGERS),
    Role.HEADQUARTERS: tuple(FieldReader),
}
Answer = str | int | float | list[str]


@dataclass(frozen=True)
class FieldDraft:
    """What a person typed into the form of a field; `choices` one to a line."""

    name: str
    kind: str
    choices: Sequence[str] = ()
    readers: str = FieldReader.GUIDES
    question: str = ""
    purpose: str = ""


@dataclass(frozen=True)
class Seed:
    """A field the product begins with; the brand may change or remove it."""

    key: str
    draft: FieldDraft


SEEDS = (
    Seed("for_whom", FieldDraft("常给谁买", FieldKind.CHOICES, ("自己", "爱人", "父母", "孩子", "朋友"),
                                question="平时多是给自己买，还是给家人？", purpose="推荐对的款式和尺码")),
    Seed("scene", FieldDraft("穿着场合", FieldKind.CHOICES, ("通勤", "户外", "旅行", "运动", "居家"),
                             question="羽绒服主要什么场合穿？", purpose="按场合搭配")),
    Seed("children", FieldDraft("孩子", FieldKind.CHOICE, ("没有", "0–3 岁", "4–6 岁", "7–12 岁", "13 岁以上"),
                                question="家里有小朋友吗，多大了？", purpose="推荐亲子款和童装")),
    Seed("pets", FieldDraft("宠物", FieldKind.CHOICES, ("没有", "猫", "狗", "其他"),
                            question="家里养宠物吗？", purpose="推荐不易沾毛的面料")),
    Seed("city", FieldDraft("所在城市", FieldKind.TEXT, question="您常住哪个城市？", purpose="按当地天气推荐厚薄，避开休息时间")),
    Seed("cold", FieldDraft("怕冷程度", FieldKind.CHOICE, ("很怕冷", "一般", "不怕冷"),
                            question="您怕冷吗？", purpose="推荐合适的充绒量")),
)  # fmt: skip


def field_problems(draft: FieldDraft) -> dict[str, str]:
    """What is wrong with a field, in Chinese; empty when it can be kept."""
    problems = {
        "name": "" if 1 <= len(draft.name) <= MAX_NAME else f"名称应为 1 到 {MAX_NAME} 个字",
        "kind": "" if draft.kind in set(FieldKind) else "请选择怎么填",
        "readers": "" if draft.readers in set(FieldReader) else "请选择谁可以看",
        "question": "" if len(draft.question) <= MAX_WORDS else f"最多 {MAX_WORDS} 字",
        "purpose": _purpose_problem(draft.purpose),
        "choices": _choices_problem(draft) if draft.kind in (FieldKind.CHOICE, FieldKind.CHOICES) else "",
    }
    return {name: problem for name, problem in problems.items() if problem}


def _purpose_problem(purpose: str) -> str:
    # 个人信息保护法第六条：处理个人信息应当具有明确、合理的目的.
    if not purpose:
        return "写明用途：收集个人信息要有明确的目的"
    return f"最多 {MAX_WORDS} 字" if len(purpose) > MAX_WORDS else ""


def _choices_problem(draft: FieldDraft) -> str:
    choices = list(draft.choices)
    if len(choices) < 2:
        return "至少写两个选项，一行一个"
    if len(choices) > MAX_CHOICES:
        return f"最多 {MAX_CHOICES} 个选项，现在 {len(choices)} 个"
    if len(set(choices)) < len(choices):
        return "有重复的选项"
    return f"每个选项最多 {MAX_CHOICE} 字" if any(len(one) > MAX_CHOICE for one in choices) else ""


def kept_choices(before: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The choices as they are to be stored: those of before keep their places, for answers and segments are coded by place.

    A choice taken away leaves "" in its place; new ones follow at the end.
    """
    places = [one if one in wanted else "" for one in before]
    return places + [one for one in wanted if one not in before]


def read_answer(kind: str, choices: Sequence[str], given: object) -> tuple[Answer | None, str]:
    """(the answer, "") or (None, what is wrong in Chinese); (None, "") takes the answer away."""
    if kind == FieldKind.CHOICES:
        chosen = [str(one) for one in given] if isinstance(given, list | tuple) else [str(given)] if given else []
        picked = [one for one in choices if one and one in chosen]
        return (None, "请从选项里选择") if len(picked) < len(set(chosen)) else (picked or None, "")
    text = clean(str(given if given is not None else "")).strip()
    if not text:
        return None, ""
    if kind == FieldKind.CHOICE:
        return (text, "") if text in choices else (None, "请从选项里选择")
    if kind == FieldKind.NUMBER:
        return _number(text)
    if kind == FieldKind.DATE:
        return _date(text)
    return (text, "") if len(text) <= MAX_TEXT else (None, f"最多 {MAX_TEXT} 字")


def _number(text: str) -> tuple[int | float | None, str]:
    try:
        number = float(text)
    except ValueError:
        return None, "请填数字"
    if not -MAX_NUMBER <= number <= MAX_NUMBER:
        return None, "这个数太大了" if number == number else "请填数字"
    return int(number) if number == int(number) else number, ""


def _date(text: str) -> tuple[str | None, str]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, "请选择日期"
    return (day.isoformat(), "") if EARLIEST <= day <= LATEST else (None, "请填 1900 到 2100 年之间的日期")


def answer_text(value: Mapping[str, Any]) -> str:
    """A kept answer as people read it."""
    held = value.get("value")
    return "、".join(map(str, held)) if isinstance(held, list) else "" if held is None else str(held)
