"""/g/<config_id>: where the code of a join way leads; a name and a press on the button join the group."""

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from simulator.actions import group_scans
from simulator.actions.request import ImpossibleError, Wish
from simulator.group_chatting import name_of
from simulator.world.groups import MEMBER
from simulator.world.join_ways import JoinWay
from simulator.world.world import World

bp = Blueprint("group_scan", __name__, template_folder="templates")
PAGE = "simulator/group_scan.html"


@bp.route("/g/<config_id>", methods=["GET", "POST"])
def show_group_code(config_id: str) -> Response | str | tuple[str, int]:
    """GET shows the group, POST {name} or {external_userid} joins it and opens the client page as that customer."""
    world: World = current_app.extensions["world"]
    with world.lock:
        way = world.state.groups.ways.find(config_id)
        shown = _shown(world, way) if way else None
        if shown is None:
            return render_template(PAGE, group=None), 404
        if request.method == "GET":
            return render_template(PAGE, group=shown, corp=world.state.corp_name)
        try:
            joined = group_scans.joins(Wish(world, {"config_id": config_id, **_joiner()}))
        except ImpossibleError as error:
            return render_template(PAGE, group=shown, corp=world.state.corp_name, error=str(error)), error.status
    return redirect(f"/#customer={joined['external_userid']}&peer=group:{joined['chat_id']}", 303)


def _joiner() -> dict[str, object]:
    """Who joins: a customer the simulator knows, or a new one."""
    known, name = request.form.get("external_userid", ""), request.form.get("name", "").strip()[:64]
    return {"external_userid": known} if known else {"customer": {"name": name} if name else {}}


def _shown(world: World, way: JoinWay) -> dict[str, str | int] | None:
    group = group_scans.leads_to(world, way)
    if group is None:
        return None
    owner = world.member(group.owner)
    return {
        "name": group.name, "count": len(group.people), "owner": name_of(world, group.owner, MEMBER),
        "avatar": owner.avatar if owner else "", "notice": group.notice,
    }  # fmt: skip
