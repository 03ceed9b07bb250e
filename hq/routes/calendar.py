"""The persona calendar (人设剧本): a month of one persona, copied, published, and how far its guides are."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from content_library.calendar_actions import publish_range
from content_library.calendar_copies import copy_month, copy_week
from content_library.calendar_hints import hints_of
from content_library.calendar_queries import count_done, list_entries
from content_library.calendar_rules import due_at, is_missed, mix_meter, month_of, next_month, time_of, weeks_of
from content_library.models import Persona
from content_library.persona_models import EntryStatus, PersonaEntry
from content_library.persona_queries import count_voices, list_all_personas
from content_library.persona_rules import TRAITS, TYPES
from foundation import clock
from foundation.db import transaction
from foundation.errors import Invalid
from foundation.text import cut
from hq.forms import as_number
from hq.persona_forms import as_day
from hq.routes.door import HEADQUARTERS, MANAGERS, allow, bp, current_staff

TOLD = 3
LAST_SEEN = "calendar_persona"
TONES = dict(zip(TYPES, ("life", "work", "fun", "sales", "solving"), strict=True))


def _chosen(personas: Sequence[Persona], asked: int | None, speaking: Mapping[int | None, int]) -> Persona | None:
    """The one asked for, else the one looked at last, else the one most guides speak in; the older of equals."""
    if found := next((one for one in personas if one.id == asked), None):
        cookie[LAST_SEEN] = found.id
        return found
    living = [one for one in personas if one.archived_at is None]
    last = next((one for one in living if one.id == cookie.get(LAST_SEEN)), None)
    return last or max(living, key=lambda one: speaking.get(one.id, 0), default=None)


@bp.get("/calendar")
@allow(MANAGERS)
def show_calendar() -> ResponseReturnValue:
    """A month of one persona with its mix meter."""
    today = clock.today()
    first = month_of(request.args.get("month", ""), today)
    weeks = weeks_of(first)
    with transaction() as session:
        personas, speaking = list_all_personas(session), count_voices(session, current_staff())
        persona = _chosen(personas, as_number(request.args.get("persona_id")), speaking)
        if persona is None:
            return render_template("hq/calendar.html", persona=None)
        entries = list_entries(session, persona.id, weeks[0][0], weeks[-1][-1])
        released = [one.id for one in entries if one.status == EntryStatus.PUBLISHED]
        done = count_done(session, current_staff(), released)
    days: dict[date, list[PersonaEntry]] = defaultdict(list)
    for entry in entries:
        days[entry.on].append(entry)
    start = today if today.replace(day=1) == first else first
    month = [one for one in entries if one.on.month == first.month]
    now = clock.now()
    missed = {one.id for one in entries if is_missed(one, now)}
    waiting = [one for one in month if one.status == EntryStatus.DRAFT and due_at(one) > now]
    counted = [one for one in month if one.id not in missed]
    return render_template(
        "hq/calendar.html", persona=persona, personas=[one for one in personas if one.archived_at is None], first=first,
        weeks=weeks, days=days, today=today, hints=hints_of, time_of=time_of, done=done, guides=speaking.get(persona.id, 0),
        waiting=len(waiting), before=next_month(first, -1), after=next_month(first), last=next_month(first) - timedelta(days=1),
        count=len(month), counted=len(counted), missed=missed, start=start, writes_on=max(start, today),
        types=mix_meter(Counter(one.content_type for one in counted), persona.type_mix, TYPES),
        next_week=start + timedelta(days=7), tones=TONES,
        traits=mix_meter(Counter(one.trait for one in counted), persona.mix, TRAITS),
    )  # fmt: skip


def _back(persona_id: int, day: date) -> ResponseReturnValue:
    return redirect(url_for("hq.show_calendar", persona_id=persona_id, month=f"{day:%Y-%m}"))


@bp.post("/calendar/<int:persona_id>/copy")
@allow(HEADQUARTERS)
def copy_calendar(persona_id: int) -> ResponseReturnValue:
    """A week or a month once more, as drafts."""
    source, target = as_day(request.form.get("source")), as_day(request.form.get("target"))
    month = request.form.get("what") == "month"
    if month:
        source, target = as_day(f"{request.form.get('source', '')}-01"), as_day(f"{request.form.get('target', '')}-01")
    if source is None or target is None:
        flash("请选好从哪里复制到哪里", "danger")
        return _back(persona_id, source or clock.today())
    try:
        with transaction() as session:
            copied = (copy_month if month else copy_week)(session, current_staff(), persona_id, source, target)
    except Invalid as problem:
        flash("；".join(problem.fields.values()), "danger")
        return _back(persona_id, source)
    flash(f"复制了 {copied} 条，都是草稿，看过再发布" if copied else "目标日期里已经有同样的剧本，没有重复复制", "success")
    return _back(persona_id, target)


@bp.post("/calendar/<int:persona_id>/publish")
@allow(HEADQUARTERS)
def publish_calendar(persona_id: int) -> ResponseReturnValue:
    """Release the drafts of some days; those with words that break the law wait for a second word."""
    first, last = as_day(request.form.get("first")), as_day(request.form.get("last"))
    if first is None or last is None or last < first or (last - first).days > 62:
        flash("请选好从哪天到哪天，最长两个月", "danger")
        return _back(persona_id, first or clock.today())
    with transaction() as session:
        anyway = request.form.get("anyway") == "yes"
        published, held = publish_range(session, current_staff(), persona_id, first, last, anyway=anyway)
    if published or not held:
        text = f"发布了 {len(published)} 条，到点会提醒导购" if published else "这几天没有等待发布的草稿（时间已过的不会发布）"
        flash(text, "success" if published else "warning")
    if held:
        named = "；".join(
            f"{one.on.month}月{one.on.day}日 {time_of(one.at_minute)} 「{words[0].word}」：{cut(words[0].why, 40)}"
            for one, words in held[:TOLD]
        )
        flash(f"{len(held)} 条有禁用词，没有发布。{named}{'……' if len(held) > TOLD else ''}", "warning")
    return _back(persona_id, first)
