"""/c/<config_id>: where a guide's QR code leads; opening it as a customer is the scan."""

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from simulator.actions import customer
from simulator.actions.request import ImpossibleError, Wish
from simulator.world.world import World

bp = Blueprint("scan", __name__, template_folder="templates")


@bp.route("/c/<path:target>", methods=["GET", "POST"])
def show_code(target: str) -> Response | str | tuple[str, int]:
    """GET shows whose code it is, POST adds her as the named customer; `member/<userid>` is a member's own code."""
    world: World = current_app.extensions["world"]
    key, value = ("userid", target.removeprefix("member/")) if target.startswith("member/") else ("config_id", target)
    with world.lock:
        guide = _guide(world, key, value)
        if guide is None:
            return render_template("simulator/scan.html", guide=None), 404
        if request.method == "GET":
            return render_template("simulator/scan.html", guide=guide, corp=world.state.corp_name)
        try:
            name = request.form.get("name", "").strip()[:64]
            added = customer.scans(Wish(world, {key: value, "customer": {"name": name} if name else {}}))
        except ImpossibleError as error:
            return render_template("simulator/scan.html", guide=guide, corp=world.state.corp_name, error=str(error)), 409
    return redirect(f"/?userid={added['userid']}&external_userid={added['external_userid']}", 303)


def _guide(world: World, key: str, value: str) -> dict[str, str] | None:
    people = world.state.people
    if key == "userid":
        userid: str | None = value
    else:
        way = world.state.ways.find(value)
        inside = [member for party in way.party for member in people.below(party)] if way else []
        userid = next(iter([*way.user, *inside]), None) if way else None
    member = people.find(userid) if userid else None
    if member is None:
        return None
    department = people.departments[member.main_department].name
    return {"name": member.name, "avatar": member.avatar, "department": department}
