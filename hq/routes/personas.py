"""Personas (人设): what each is like, who speaks in it, who has none."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from content_library.models import Persona
from content_library.persona_actions import archive_persona, restore_persona, save_persona
from content_library.persona_queries import count_voices, get_persona, list_all_personas, page_holders, page_without
from content_library.persona_rules import ROLES, TRAITS, TYPES
from foundation.db import transaction
from foundation.errors import Invalid
from hq.editing import fingerprint, overtaken
from hq.forms import as_number, typed
from hq.pages import cut_page
from hq.persona_forms import MIX, PERSONA_FIELDS, TYPE_MIX, persona_draft, persona_values
from hq.routes.door import HEADQUARTERS, MANAGERS, allow, bp, current_staff
from org.console_queries import store_names

PAGE = 50


@bp.get("/personas")
@allow(MANAGERS)
def list_personas() -> ResponseReturnValue:
    """All personas with how many guides of hers speak in each."""
    with transaction() as session:
        personas, speaking = list_all_personas(session), count_voices(session, current_staff())
    return render_template("hq/personas.html", personas=personas, speaking=speaking, without=speaking.get(None, 0), types=TYPES)


@bp.get("/personas/none")
@allow(MANAGERS)
def show_without_persona() -> ResponseReturnValue:
    """Guides nobody gave a persona."""
    with transaction() as session:
        found = page_without(session, current_staff(), after_id=as_number(request.args.get("after")) or 0, limit=PAGE + 1)
        rows, last = cut_page(found, PAGE)
        stores = store_names(session, [row.store_id for row in rows])
    more = url_for("hq.show_without_persona", after=last.id) if last else ""
    return render_template("hq/personas_none.html", rows=rows, stores=stores, next=more)


def chart_of(persona: Persona) -> dict[str, object]:
    """The radar of a persona's seven dimensions."""
    return {
        "kind": "radar",
        "names": TRAITS,
        "series": [{"name": persona.name, "values": [persona.mix.get(n, 0) for n in TRAITS]}],
    }


def show_one(persona_id: int, **more: object) -> str:
    """The page of a persona; `more` may hold a question about an assignment."""
    after = as_number(request.args.get("after")) or 0
    with transaction() as session:
        persona = get_persona(session, persona_id)
        rows, last = cut_page(page_holders(session, current_staff(), persona_id, after_id=after, limit=PAGE + 1), PAGE)
        speaking = count_voices(session, current_staff())
    following = url_for("hq.show_persona", persona_id=persona_id, after=last.holder.id) if last else ""
    return render_template(
        "hq/persona.html", persona=persona, holders=rows, next=following, speaking=speaking.get(persona.id, 0), types=TYPES,
        traits=TRAITS, chart=chart_of(persona), **more,
    )  # fmt: skip


@bp.get("/personas/<int:persona_id>")
@allow(MANAGERS)
def show_persona(persona_id: int) -> ResponseReturnValue:
    """One persona and who it was given to."""
    return show_one(persona_id)


@bp.get("/personas/new")
@allow(HEADQUARTERS)
def write_persona() -> ResponseReturnValue:
    """An empty persona, its mixes even to begin with."""
    even = dict(zip(MIX, ("10", "15", "20", "20", "15", "10", "10"), strict=True)) | dict.fromkeys(TYPE_MIX, "20")
    return _show_form(dict.fromkeys(PERSONA_FIELDS, "") | even, {}, None)


@bp.get("/personas/<int:persona_id>/edit")
@allow(HEADQUARTERS)
def edit_persona(persona_id: int) -> ResponseReturnValue:
    """The form of a persona."""
    with transaction() as session:
        values = persona_values(get_persona(session, persona_id))
    return _show_form(values, {}, persona_id, seen=fingerprint(values))


@bp.post("/personas/new")
@allow(HEADQUARTERS)
def create_persona() -> ResponseReturnValue:
    """Keep a new persona."""
    return _save(None)


@bp.post("/personas/<int:persona_id>/edit")
@allow(HEADQUARTERS)
def change_persona(persona_id: int) -> ResponseReturnValue:
    """Change a persona; it holds at once."""
    return _save(persona_id)


def _save(persona_id: int | None) -> ResponseReturnValue:
    values, seen = typed(request.form, *PERSONA_FIELDS), request.form.get("seen", "")
    try:
        with transaction() as session:
            if persona_id is not None:
                kept = persona_values(get_persona(session, persona_id))
                if changed := overtaken(seen, kept, values):
                    return _show_form(values, changed, persona_id, seen=fingerprint(kept), overtaken=True), 409
            persona = save_persona(session, current_staff(), persona_draft(values), persona_id)
    except Invalid as problem:
        return _show_form(values, problem.fields, persona_id, seen=seen), 422
    flash(f"「{persona.name}」已保存" + ("" if persona_id else "，接着选谁来用这个人设"), "success")
    return redirect(url_for("hq.show_persona", persona_id=persona.id))


def _show_form(
    values: Mapping[str, str], fields: Mapping[str, str], persona_id: int | None, *, seen: str = "", overtaken: bool = False
) -> str:
    return render_template(
        "hq/persona_form.html", values=values, fields=fields, persona_id=persona_id, seen=seen, overtaken=overtaken, mix=MIX,
        type_mix=TYPE_MIX, roles=ROLES, names=TRAITS,
    )  # fmt: skip


@bp.post("/personas/<int:persona_id>/archive")
@allow(HEADQUARTERS)
def put_persona_away(persona_id: int) -> ResponseReturnValue:
    """Stop using a persona."""
    with transaction() as session:
        persona = archive_persona(session, current_staff(), persona_id)
    flash(f"「{persona.name}」已停用，用它的导购改随上一级的人设", "success")
    return redirect(url_for("hq.show_persona", persona_id=persona_id))


@bp.post("/personas/<int:persona_id>/restore")
@allow(HEADQUARTERS)
def bring_persona_back(persona_id: int) -> ResponseReturnValue:
    """Use an archived persona again."""
    with transaction() as session:
        persona = restore_persona(session, current_staff(), persona_id)
    flash(f"「{persona.name}」已恢复", "success")
    return redirect(url_for("hq.show_persona", persona_id=persona_id))
