"""/_control for looking at customer groups: lists, members, lines, join ways and welcome templates."""

from flask import Blueprint, Response, request

from simulator.control.answer import PAGE, WHOLE, answer, number, refuse, world
from simulator.control.group_rows import group_row, line_row, person_row, way_row, welcome_row
from simulator.world.groups import Group
from simulator.world.world import World

bp = Blueprint("groups", __name__, url_prefix="/_control")


@bp.get("/groups")
def list_groups() -> Response:
    """Living groups of a member, of a customer, or all; whatever was spoken in last comes first."""
    found, wanted = world(), request.args.get("q", "").lower()
    with found.lock:
        chosen = [each for each in _chosen(found) if wanted in each.name.lower() or wanted == each.chat_id.lower()]
        chosen.sort(key=lambda each: -_moved(found, each))
        rows = [group_row(found, each) for each in chosen[: number("limit", PAGE)]]
    return answer({"groups": rows, "total": len(chosen)})


@bp.get("/groups/<chat_id>")
def show_group(chat_id: str) -> Response:
    """One group, dismissed or not, with everybody in it."""
    found = world()
    with found.lock:
        group = found.state.groups.find(chat_id)
        if group is None:
            return refuse(f"there is no group {chat_id}; GET groups lists them", 404)
        people = [person_row(found, group, each) for each in group.people.values()]
        return answer(group_row(found, group) | {"members": people})


@bp.get("/groups/<chat_id>/messages")
def show_messages(chat_id: str) -> Response:
    found, limit = world(), number("limit", PAGE)
    with found.lock:
        if found.state.groups.find(chat_id) is None:
            return refuse(f"there is no group {chat_id}; GET groups lists them", 404)
        lines = found.state.groups.lines_of(chat_id)
        rows = [line_row(found, each) for each in lines[max(0, len(lines) - limit) :]]
    return answer({"messages": rows})


@bp.get("/join_ways")
def list_join_ways() -> Response:
    found = world()
    with found.lock:
        ways = list(found.state.groups.ways.by_id.values())
        rows = [way_row(found, each) for each in ways[max(0, len(ways) - number("limit", WHOLE)) :]]
    return answer({"join_ways": rows, "total": len(ways)})


@bp.get("/members/<userid>/group_welcomes")
def list_welcomes(userid: str) -> Response:
    """Templates she was told of or uses, and customers in her groups nobody has welcomed."""
    found = world()
    with found.lock:
        if found.member(userid) is None:
            return refuse(f"there is no member {userid}", 404)
        hers = found.state.groups.owned_by(userid)
        used = {each.welcome_id for each in hers}
        templates = [each for each in found.state.groups.welcomes.by_id.values() if each.notify or each.template_id in used]
        rows = [welcome_row(each, hers) for each in templates]
        waiting = [{"chat_id": each.chat_id, "external_userid": who} for each in hers for who in each.waiting]
    return answer({"group_welcomes": rows, "waiting": waiting})


def _chosen(found: World) -> list[Group]:
    userid, external_userid = request.args.get("userid", ""), request.args.get("external_userid", "")
    groups = found.state.groups
    if userid:
        mine = groups.of_member(userid)
        return [each for each in mine if not external_userid or each.find(external_userid)]
    if external_userid:
        return groups.of_customer(external_userid)
    return [each for each in groups.by_id.values() if not each.dismissed]


def _moved(found: World, group: Group) -> float:
    lines = found.state.groups.lines_of(group.chat_id)
    return lines[-1].at if lines else float(group.create_time)
