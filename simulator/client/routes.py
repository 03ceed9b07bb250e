"""The page on which a person plays guide and customer; its browser side uses the control plane only."""

from itertools import islice

from flask import Blueprint, Response, current_app, render_template, request

from simulator.client import bundle
from simulator.world.world import World

bp = Blueprint("client", __name__, template_folder="templates", static_folder="static/client", static_url_path="/assets/client")

SIDEBAR_PATH = "/sidebar/"
FIRST_MEMBER = "lixiaomei"
LOOKED_AT = 300


def _page(narrow: bool) -> str:
    # `?sidebar=/path` stands for the admin's 配置到聊天工具栏: which of the product's pages the chat's toolbar opens
    sidebar = request.args.get("sidebar", SIDEBAR_PATH)
    return render_template("client/page.html", narrow=narrow, sidebar=sidebar, member=_first_member())


def _first_member() -> str:
    """Whom a person plays who has chosen nobody: the sample's guide, or the first member with customers."""
    world: World = current_app.extensions["world"]
    with world.lock:
        if world.member(FIRST_MEMBER):
            return FIRST_MEMBER
        members = list(islice(world.state.people.members.values(), LOOKED_AT))
        busy = next((each for each in members if world.state.customers.of_member(each.userid)), None)
    return busy.userid if busy else next((each.userid for each in members), "")


@bp.get("/")
def show_desk() -> str:
    """Both sides beside each other; one at a time on a narrow screen."""
    return _page(narrow=False)


@bp.get("/m")
def show_phone() -> str:
    """The same page always at phone width."""
    return _page(narrow=True)


@bp.get("/assets/client.js")
def show_script() -> Response:
    return _cached(bundle.script(), "text/javascript")


@bp.get("/assets/client.css")
def show_sheet() -> Response:
    return _cached(bundle.sheet(), "text/css")


def _cached(text: str, mimetype: str) -> Response:
    """Asked for again each time, sent again only after a change."""
    answer = Response(text, mimetype=mimetype, headers={"Cache-Control": "no-cache"})
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@bp.get("/faults")
def show_faults() -> str:
    """Faults, limits, tokens, callbacks and scenarios, with the last calls and callbacks."""
    return render_template("client/faults.html")
