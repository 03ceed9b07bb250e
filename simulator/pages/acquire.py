"""/ca/<key>: where a 获客链接 leads in WeChat; GET shows the member, POST asks to be added."""

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from simulator import link_contacts
from simulator.actions import acquisition
from simulator.actions.customer import scanner
from simulator.actions.request import ImpossibleError, Wish
from simulator.world.links import Link
from simulator.world.world import World

bp = Blueprint("acquire", __name__, template_folder="templates")
PAGE = "simulator/acquire.html"


@bp.route("/ca/<key>", methods=["GET", "POST"])
def show_link(key: str) -> Response | str | tuple[str, int]:
    """`customer_channel` becomes the state, `as=wm…` says which customer opened it; otherwise POST {name} makes a new one."""
    world: World = current_app.extensions["world"]
    state = link_contacts.cut_state(request.args.get("customer_channel", ""))
    visitor = request.args.get("as", "")
    with world.lock:
        link = world.state.links.of_key(key)
        if link is None:
            return render_template(PAGE, guide=None), 404
        visitor = visitor if world.state.customers.find(visitor) else ""
        if request.method == "GET":
            link_contacts.clicked(world, link, visitor, state)
            return render_template(PAGE, guide=_guide(world, link, visitor), known=bool(visitor))
        return _ask(world, link, visitor, state)


def _ask(world: World, link: Link, visitor: str, state: str) -> Response | str | tuple[str, int]:
    name = request.form.get("name", "").strip()[:64]
    guide = _guide(world, link, visitor)
    try:
        wish = Wish(world, {"external_userid": visitor} if visitor else {"customer": {"name": name} if name else {}})
        added = acquisition.asks(wish, link, state, scanner(wish))
    except ImpossibleError as error:
        return render_template(PAGE, guide=guide, known=bool(visitor), error=str(error)), 409
    if added.get("pending"):
        return render_template(PAGE, guide=guide, known=bool(visitor), asked=True)
    return redirect(f"/?userid={added['userid']}&external_userid={added['external_userid']}", 303)


def _guide(world: World, link: Link, visitor: str) -> dict[str, str] | None:
    member = link_contacts.servant(world, link, visitor)
    if member is None:
        return None
    department = world.state.people.departments[member.main_department].name
    return {"name": member.name, "avatar": member.avatar, "place": f"{world.state.corp_name} · {department}"}
