"""One entry of the persona calendar: written with the word check beside it, moved, taken back, dropped."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from content_library.calendar_actions import delete_entry, move_entry, save_entry, take_back
from content_library.calendar_hints import hints_of
from content_library.calendar_queries import count_done, get_entry, item_titles
from content_library.calendar_rules import is_frozen, is_missed
from content_library.persona_models import PersonaEntry
from content_library.persona_queries import count_voices, get_persona
from content_library.persona_rules import TRAITS, TYPES
from content_library.queries import search_items
from foundation import clock
from foundation.db import transaction
from foundation.errors import Invalid
from foundation.web import wants_json
from hq.editing import fingerprint, overtaken
from hq.forms import as_number, as_numbers, typed
from hq.persona_forms import ENTRY_FIELDS, as_day, entry_draft, entry_values
from hq.routes.door import HEADQUARTERS, MANAGERS, allow, bp, current_staff

ITEMS_FOUND = 8
LONGEST_SEARCH = 40


@bp.get("/calendar/<int:persona_id>/new")
@allow(HEADQUARTERS)
def write_entry(persona_id: int) -> ResponseReturnValue:
    """An empty entry on the day that was clicked."""
    on = max(as_day(request.args.get("on")) or clock.today(), clock.today())
    values = dict.fromkeys(ENTRY_FIELDS, "") | {"on": on.isoformat(), "at": "19:30"}
    return _show_form(persona_id, values, [], {})


@bp.post("/calendar/<int:persona_id>/new")
@allow(HEADQUARTERS)
def create_entry(persona_id: int) -> ResponseReturnValue:
    """Keep a new entry as a draft."""
    return _save(persona_id, None)


@bp.get("/calendar/entries/<int:entry_id>")
@allow(MANAGERS)
def show_entry(entry_id: int) -> ResponseReturnValue:
    """An entry: to be read by every manager, to be changed by headquarters while its moment has not come."""
    with transaction() as session:
        entry = get_entry(session, entry_id)
    values = entry_values(entry)
    return _show_form(entry.persona_id, values, [str(one) for one in entry.item_ids], {}, entry=entry, seen=fingerprint(values))


@bp.post("/calendar/entries/<int:entry_id>")
@allow(HEADQUARTERS)
def change_entry(entry_id: int) -> ResponseReturnValue:
    """Change an entry."""
    with transaction() as session:
        entry = get_entry(session, entry_id)
    return _save(entry.persona_id, entry)


def _save(persona_id: int, entry: PersonaEntry | None) -> ResponseReturnValue:
    values, items, seen = typed(request.form, *ENTRY_FIELDS), request.form.getlist("item_id"), request.form.get("seen", "")
    whole = {**values, "item_ids": ",".join(map(str, as_numbers(items)))}
    try:
        with transaction() as session:
            if entry is not None:
                kept = entry_values(get_entry(session, entry.id, lock=True))
                if changed := overtaken(seen, kept, whole):
                    page = _show_form(persona_id, values, items, changed, entry=entry, seen=fingerprint(kept), overtaken=True)
                    return page, 409
            saved = save_entry(session, current_staff(), persona_id, entry_draft(values, items), entry.id if entry else None)
    except Invalid as problem:
        return _show_form(persona_id, values, items, problem.fields, entry=entry, seen=seen), 422
    flash("剧本已保存" if entry else "剧本已存为草稿，发布后导购才看得到", "success")
    return _back(saved)


def _show_form(
    persona_id: int, values: Mapping[str, str], items: Sequence[str], fields: Mapping[str, str], *,
    entry: PersonaEntry | None = None, seen: str = "", overtaken: bool = False,
) -> str:  # fmt: skip
    on, now = as_day(values["on"]), clock.now()
    with transaction() as session:
        persona = get_persona(session, persona_id)
        titles = item_titles(session, as_numbers(items))
        done = count_done(session, current_staff(), [entry.id]) if entry else {}
        guides = count_voices(session, current_staff()).get(persona.id, 0) if entry else 0
    return render_template(
        "hq/calendar_entry.html", persona=persona, values=values, titles=titles, fields=fields, entry=entry, seen=seen,
        overtaken=overtaken, traits=TRAITS, types=TYPES, hints=hints_of(on) if on else (), done=sum(done.values()), guides=guides,
        frozen=entry is not None and is_frozen(entry, now), missed=entry is not None and is_missed(entry, now),
        month=f"{on or clock.today():%Y-%m}",
    )  # fmt: skip


def _back(entry: PersonaEntry) -> ResponseReturnValue:
    return redirect(url_for("hq.show_calendar", persona_id=entry.persona_id, month=f"{entry.on:%Y-%m}"))


@bp.post("/calendar/entries/<int:entry_id>/move")
@allow(HEADQUARTERS)
def change_day(entry_id: int) -> ResponseReturnValue:
    """Put it on another day: dropped there on the month's page."""
    on = as_day(request.form.get("on"))
    if on is None:
        raise Invalid("请选择日期", {"on": "请选择日期"})
    with transaction() as session:
        entry = move_entry(session, current_staff(), entry_id, on)
    return {"on": entry.on.isoformat()} if wants_json() else _back(entry)


@bp.post("/calendar/entries/<int:entry_id>/take-back")
@allow(HEADQUARTERS)
def take_entry_back(entry_id: int) -> ResponseReturnValue:
    """A published entry is a draft again."""
    with transaction() as session:
        take_back(session, current_staff(), entry_id)
    flash("已撤回成草稿，导购那边看不到了", "success")
    return redirect(url_for("hq.show_entry", entry_id=entry_id))


@bp.post("/calendar/entries/<int:entry_id>/delete")
@allow(HEADQUARTERS)
def drop_entry(entry_id: int) -> ResponseReturnValue:
    """Drop a draft."""
    with transaction() as session:
        entry = get_entry(session, entry_id)
        delete_entry(session, current_staff(), entry_id)
    flash("草稿已删除", "success")
    return _back(entry)


@bp.get("/calendar/items")
@allow(HEADQUARTERS)
def find_entry_items() -> ResponseReturnValue:
    """Published content that holds the words, to go with an entry: a fragment."""
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    with transaction() as session:
        items = search_items(session, current_staff().path, words, limit=ITEMS_FOUND) if words else []
    return render_template("hq/_entry_items.html", items=items, q=words)


@bp.get("/calendar/hints")
@allow(MANAGERS)
def show_hints() -> ResponseReturnValue:
    """The names of a day, for the entry form."""
    on = as_day(request.args.get("on"))
    return "、".join(hints_of(on)) if on and as_number(str(on.year)) else ""
