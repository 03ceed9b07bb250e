"""Profile fields (档案字段): what guides ask customers, in which order, for what purpose, and who may see the answers."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from customers.profile_actions import move_field, remove_field, save_field, seed_profile_fields
from customers.profile_queries import count_answers, get_field, list_fields
from foundation.db import transaction
from foundation.errors import Invalid
from hq.editing import fingerprint, overtaken
from hq.forms import typed
from hq.profile_forms import FIELD_FIELDS, KINDS, READERS, field_draft, field_values, new_field_values
from hq.routes.door import HEADQUARTERS, REGIONAL, allow, bp, current_staff, deed


@bp.get("/profile-fields")
@allow(REGIONAL)
def list_profile_fields() -> ResponseReturnValue:
    """The fields in the order they are asked, with how many customers answered."""
    with transaction() as session:
        fields, removed = list_fields(session), list_fields(session, removed=True)
        counts = count_answers(session, [field.id for field in fields])
    return render_template("hq/profile_fields.html", fields=fields, removed=removed, counts=counts, kinds=KINDS, readers=READERS)


@bp.post("/profile-fields/suggested")
@allow(HEADQUARTERS)
def load_profile_fields() -> ResponseReturnValue:
    """Put in the fields most brands begin with."""
    with transaction() as session:
        added = seed_profile_fields(session)
        deed(session, "profile_field.load_suggested", "profile_field:all", added=added)
    flash(f"载入了 {added} 个字段，请按品牌改成自己的问法" if added else "建议的字段都载入过了", "success")
    return redirect(url_for("hq.list_profile_fields"))


@bp.get("/profile-fields/new")
@allow(HEADQUARTERS)
def write_profile_field() -> ResponseReturnValue:
    """An empty form."""
    return _show_form(new_field_values(), {}, None)


@bp.get("/profile-fields/<int:field_id>")
@allow(HEADQUARTERS)
def edit_profile_field(field_id: int) -> ResponseReturnValue:
    """The form of a field."""
    with transaction() as session:
        values = field_values(get_field(session, field_id))
    return _show_form(values, {}, field_id, seen=fingerprint(values))


@bp.post("/profile-fields/new")
@allow(HEADQUARTERS)
def create_profile_field() -> ResponseReturnValue:
    """Keep a new field."""
    return _save(None)


@bp.post("/profile-fields/<int:field_id>")
@allow(HEADQUARTERS)
def change_profile_field(field_id: int) -> ResponseReturnValue:
    """Change a field; guides see it at their next tap."""
    return _save(field_id)


def _save(field_id: int | None) -> ResponseReturnValue:
    values, seen = typed(request.form, *FIELD_FIELDS), request.form.get("seen", "")
    try:
        with transaction() as session:
            if field_id is not None:
                kept = field_values(get_field(session, field_id))
                if changed := overtaken(seen, kept, values):
                    return _show_form(values, changed, field_id, seen=fingerprint(kept), overtaken=True), 409
            field = save_field(session, current_staff(), field_draft(values), field_id)
    except Invalid as problem:
        return _show_form(values, problem.fields, field_id, seen=seen), 422
    flash(f"「{field.name}」已保存，导购马上会看到", "success")
    return redirect(url_for("hq.list_profile_fields"))


@bp.post("/profile-fields/<int:field_id>/move")
@allow(HEADQUARTERS)
def move_profile_field(field_id: int) -> ResponseReturnValue:
    """Ask sooner (direction=up) or later."""
    with transaction() as session:
        move_field(session, current_staff(), field_id, request.form.get("direction") == "up")
    return redirect(url_for("hq.list_profile_fields"))


@bp.post("/profile-fields/<int:field_id>/remove")
@allow(HEADQUARTERS)
def remove_profile_field(field_id: int) -> ResponseReturnValue:
    """Stop asking for a field, or take that back (back=yes)."""
    back = request.form.get("back") == "yes"
    try:
        with transaction() as session:
            field = remove_field(session, current_staff(), field_id, removed=not back)
        flash(f"「{field.name}」已{'恢复' if back else '停用，已有的回答保留着'}", "success")
    except Invalid as problem:
        flash(f"{problem.message}：{'；'.join(problem.fields.values())}", "danger")
    return redirect(url_for("hq.list_profile_fields"))


def _show_form(
    values: Mapping[str, str], fields: Mapping[str, str], field_id: int | None, *, seen: str = "", overtaken: bool = False
) -> str:
    return render_template(
        "hq/profile_field_form.html", values=values, fields=fields, field_id=field_id, seen=seen, overtaken=overtaken,
        kinds=KINDS, readers=READERS,
    )  # fmt: skip
