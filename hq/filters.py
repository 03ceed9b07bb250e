"""How the console's pages write states, moments and shares: Jinja filters over hq.labels. Only words: decides nothing."""

from datetime import date, datetime

from flask import url_for

from customers.models import TimelineEntry
from customers.timeline_rules import group_of, sentence, target_of
from foundation import clock
from foundation.sealed import masked_phone
from hq.labels import ABOUT, ROLE, STATES, SUBJECT, WORDS, Label
from hq.routes.door import bp

# A follow relation whose beginning nobody told of carries the dawn of time.
UNKNOWN_BEFORE = 1990


@bp.app_template_filter("state")
def state(value: str, kind: str) -> Label:
    """The badge of a status; an unknown one is shown as it is."""
    return STATES[kind].get(str(value), (str(value), "secondary"))


@bp.app_template_filter("word")
def word(value: object, kind: str) -> str:
    """The Chinese word for a code; an unknown one is shown as it is."""
    words: dict[object, str] = dict(WORDS[kind])  # type: ignore[call-overload]
    return words.get(value, words.get(str(value), str(value)))


@bp.app_template_filter("subject_name")
def subject_name(value: str) -> str:
    """「task:7」 as a person says it: 任务 7."""
    kind, _, number = value.partition(":")
    return f"{SUBJECT[kind]} {number}" if kind in SUBJECT else value


@bp.app_template_filter("fact_value")
def fact_value(value: object) -> str:
    """A fact's value: yes and no in Chinese, a list with commas, nothing as a dash."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value)) or "—"
    return "—" if value in (None, "") else str(value)


@bp.app_template_filter("role_name")
def role_name(value: str) -> str:
    """The Chinese name of a role."""
    return ROLE.get(str(value), str(value))


@bp.app_template_filter("moment")
def moment(value: datetime | None) -> str:
    """A moment in Shanghai: the year only where it is not this one."""
    if value is None or value.year < UNKNOWN_BEFORE:
        return "—"
    local = value.astimezone(clock.SHANGHAI)
    if local.date() == clock.today():
        return f"今天 {local:%H:%M}"
    if local.year == clock.today().year:
        return f"{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


@bp.app_template_filter("day_name")
def day_name(value: date) -> str:
    """A day in Chinese."""
    return f"{value.month}月{value.day}日"


@bp.app_template_filter("ago")
def ago(value: datetime | None) -> str:
    """How long since a moment, in one unit."""
    if value is None:
        return "从未"
    seconds = int((clock.now() - value).total_seconds())
    for size, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{seconds // size} {unit}前"
    return "刚刚"


@bp.app_template_filter("masked")
def masked(last4: str | None) -> str:
    """A phone as it may be shown."""
    return masked_phone(last4)


@bp.app_template_filter("percent")
def percent(part: int, whole: int) -> str:
    """A share of a whole; nothing of nothing is a dash."""
    return f"{part * 100 // whole}%" if whole else "—"


@bp.app_template_filter("happened")
def happened(entry: TimelineEntry) -> str:
    """One line of a customer's timeline: what happened, with the facts a person understands."""
    return sentence(entry.kind, entry.facts)


@bp.app_template_filter("moment_group")
def moment_group(kind: str) -> str:
    """The group a kind of moment belongs to, for its colour."""
    return group_of(kind)


@bp.app_template_filter("leads_to")
def leads_to(entry: TimelineEntry) -> tuple[str, str] | None:
    """(address, name) of the item, task or channel codes behind a moment; None when it leads nowhere."""
    target = target_of(entry.facts)
    if target is None:
        return None
    if target.what == "code":
        return url_for("hq.list_codes"), target.name
    key = int(target.key)
    address = url_for("hq.show_task", task_id=key) if target.what == "task" else url_for("hq.show_content", item_id=key)
    return address, target.name


@bp.app_template_filter("about")
def about(value: str) -> str:
    """What a message is owed for: "task:7" is 任务 7."""
    kind, _, number = value.partition(":")
    return f"{ABOUT[kind]} {number}".strip() if kind in ABOUT else value
