"""How the console's pages write states, moments and shares: Jinja filters over hq.labels. Only words: decides nothing."""

from datetime import date, datetime

from customers.models import TimelineEntry
from foundation import clock
from foundation.sealed import masked_phone
from hq.labels import ABOUT, CONSENT, ENDED_BY, OUTCOMES, ROLE, STATES, SUBJECT, TIMELINE, WORDS, Label
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
    facts = entry.facts
    parts = [facts.get("title"), facts.get("channel"), "、".join(facts.get("add") or facts.get("remove") or [])]
    # `by` names who tagged, too: only an end says which side ended it.
    ended_by = ENDED_BY.get(facts.get("by", "")) if entry.kind == "ended" else None
    parts += [ended_by, OUTCOMES.get(facts.get("outcome", "")), CONSENT.get(facts.get("to", ""))]
    details = "，".join(str(part) for part in [*parts, facts.get("reason")] if part)
    said = TIMELINE.get(entry.kind, entry.kind)
    return f"{said}：{details}" if details else said


@bp.app_template_filter("about")
def about(value: str) -> str:
    """What a message is owed for: "task:7" is 任务 7."""
    kind, _, number = value.partition(":")
    return f"{ABOUT[kind]} {number}".strip() if kind in ABOUT else value
