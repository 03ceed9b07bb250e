"""Giving personas to guides, stores and regions: a search instead of a list, as a brand has 16,000 guides."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from content_library.persona_actions import assign, unassign
from content_library.persona_queries import get_persona
from content_library.persona_rules import HolderKind
from foundation.db import transaction
from foundation.errors import Conflict, NotFound
from hq.forms import as_number
from hq.routes.door import REGIONAL, allow, bp, current_staff
from hq.routes.personas import show_one
from org.finding import find_departments, find_guides, find_stores

LONGEST_SEARCH = 40


@bp.get("/personas/<int:persona_id>/find")
@allow(REGIONAL)
def find_holders(persona_id: int) -> ResponseReturnValue:
    """Guides, stores and regions of her subtree whose name holds the words: a fragment."""
    words, staff = request.args.get("q", "").strip()[:LONGEST_SEARCH], current_staff()
    with transaction() as session:
        get_persona(session, persona_id)
        if not words:
            return ""
        found = [
            (HolderKind.REGION, find_departments(session, staff, words)),
            (HolderKind.STORE, find_stores(session, staff, words)),
            (HolderKind.GUIDE, find_guides(session, staff, words)),
        ]
    return render_template("hq/_persona_found.html", persona_id=persona_id, found=found, q=words)


@bp.post("/personas/<int:persona_id>/holders")
@allow(REGIONAL)
def give_persona(persona_id: int) -> ResponseReturnValue:
    """Give the persona to one of them; who has another is asked about first."""
    kind, target = request.form.get("kind", ""), as_number(request.form.get("target_id"))
    name, instead_of = request.form.get("name", "")[:LONGEST_SEARCH], as_number(request.form.get("instead_of"))
    if kind not in set(HolderKind) or target is None:
        raise NotFound("请从搜索结果里选择")
    try:
        with transaction() as session:
            assign(session, current_staff(), persona_id, HolderKind(kind), target, instead_of=instead_of)
    except Conflict as problem:
        if "persona_id" not in problem.facts:
            raise
        ask = {
            "kind": kind,
            "target_id": target,
            "name": name,
            "text": problem.message,
            "instead_of": problem.facts["persona_id"],
        }
        return show_one(persona_id, ask=ask), 409
    flash(f"已分给{name or '所选对象'}", "success")
    return redirect(url_for("hq.show_persona", persona_id=persona_id))


@bp.post("/personas/<int:persona_id>/holders/<int:holder_id>/remove")
@allow(REGIONAL)
def take_persona(persona_id: int, holder_id: int) -> ResponseReturnValue:
    """Take it back; what is given further up counts again."""
    with transaction() as session:
        unassign(session, current_staff(), holder_id)
    flash("已取消分配", "success")
    return redirect(url_for("hq.show_persona", persona_id=persona_id))
