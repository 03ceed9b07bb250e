"""The customer-lifecycle SOP (客户 SOP): which day after adding says what, and how many customers fall due tomorrow."""

from collections.abc import Mapping
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.models import ItemKind
from content_library.starter_library import care_scripts
from foundation import clock
from foundation.db import transaction
from foundation.errors import Invalid, NotFound
from hq.editing import fingerprint, overtaken
from hq.forms import CARE_FIELDS, as_number, care_draft, care_values, typed
from hq.pages import item_choices
from hq.routes.door import HEADQUARTERS, REGIONAL, allow, bp, current_staff, deed
from sop.actions import save_care_node, seed_care_nodes
from sop.queries import count_care_due, list_care_nodes


@bp.get("/care")
@allow(REGIONAL)
def show_care() -> ResponseReturnValue:
    """The plan by day with tomorrow's preview."""
    tomorrow = clock.today() + timedelta(days=1)
    with transaction() as session:
        nodes = list_care_nodes(session)
        due = count_care_due(session, current_staff(), tomorrow)
    return render_template("hq/care.html", nodes=nodes, due=due, tomorrow=tomorrow)


@bp.get("/care/new")
@allow(HEADQUARTERS)
def write_care() -> ResponseReturnValue:
    """An empty node."""
    return _show_form(dict.fromkeys(CARE_FIELDS, "") | {"estimated_minutes": "1", "enabled": "on"}, {}, None)


@bp.post("/care/suggested")
@allow(HEADQUARTERS)
def load_suggested_care() -> ResponseReturnValue:
    """Fill the days nobody wrote yet with the plan most brands begin with: 1, 3, 7, 15, 30."""
    with transaction() as session:
        added = seed_care_nodes(session, care_scripts(session))
        deed(session, "care.load_suggested", "care_node:all", added=added)
    flash(f"载入了 {added} 个节点，请按品牌改成自己的说法", "success")
    return redirect(url_for("hq.show_care"))


@bp.get("/care/<int:node_id>")
@allow(HEADQUARTERS)
def edit_care(node_id: int) -> ResponseReturnValue:
    """The form of a node."""
    with transaction() as session:
        values = _kept(session, node_id)
    return _show_form(values, {}, node_id, seen=fingerprint(values))


def _kept(session: Session, node_id: int) -> dict[str, str]:
    found = [node for node in list_care_nodes(session) if node.id == node_id]
    if not found:
        raise NotFound("没有这个节点")
    return care_values(found[0])


@bp.post("/care/new")
@allow(HEADQUARTERS)
def create_care() -> ResponseReturnValue:
    """Keep a new node."""
    return _save(None)


@bp.post("/care/<int:node_id>")
@allow(HEADQUARTERS)
def change_care(node_id: int) -> ResponseReturnValue:
    """Change a node; it holds from the next morning on."""
    return _save(node_id)


def _save(node_id: int | None) -> ResponseReturnValue:
    values, seen = typed(request.form, *CARE_FIELDS), request.form.get("seen", "")
    try:
        with transaction() as session:
            if node_id is not None:
                kept = _kept(session, node_id)
                if changed := overtaken(seen, kept, values):
                    return _show_form(values, changed, node_id, seen=fingerprint(kept), overtaken=True), 409
            node = save_care_node(session, current_staff(), care_draft(values), node_id)
    except Invalid as problem:
        return _show_form(values, problem.fields, node_id, seen=seen), 422
    flash(f"第 {node.day} 天已保存，明早起生效", "success")
    return redirect(url_for("hq.show_care"))


def _show_form(
    values: Mapping[str, str], fields: Mapping[str, str], node_id: int | None, *, seen: str = "", overtaken: bool = False
) -> str:
    with transaction() as session:
        items = item_choices(session, current_staff(), as_number(values["item_id"]), ItemKind.SCRIPT)
    return render_template(
        "hq/care_form.html", values=values, fields=fields, node_id=node_id, items=items, seen=seen, overtaken=overtaken
    )
