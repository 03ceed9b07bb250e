"""The app itself and its menu (DOC 90227, 90231)."""

from typing import Any

from simulator import ids
from simulator.api.call import Call, Endpoint, integer, mappings, number_arg, text
from simulator.api.menus import check_menu
from simulator.errors import ApiError
from simulator.world.apps import App
from simulator.world.media import Image, Media


def own_app(call: Call, agentid: int) -> App:
    """The caller's app, when `agentid` is its own; 40056 nobody's, 301002 another one's."""
    if agentid not in call.state.apps:
        raise ApiError(40056)
    if agentid != call.app.agentid:
        raise ApiError(301002)
    return call.app


def _named_app(call: Call) -> App:
    """The caller's app, when ?agentid= is its own; 41011 missing, 40056 no number."""
    value = call.args.get("agentid", "")
    if not value:
        raise ApiError(41011)
    return own_app(call, number_arg(call.args, "agentid", missing=40056))


def get_agent(call: Call) -> dict[str, Any]:
    app = _named_app(call)
    return {
        "agentid": app.agentid, "name": app.name, "square_logo_url": _logo(call, app),
        "description": app.description, "allow_userinfos": {"user": [{"userid": each} for each in app.visible_users]},
        "allow_partys": {"partyid": app.visible_departments}, "allow_tags": {"tagid": app.visible_tags}, "close": 0,
        "redirect_domain": app.redirect_domain, "report_location_flag": app.report_location_flag,
        "isreportenter": app.isreportenter, "home_url": app.home_url,
    }  # fmt: skip


def list_agents(call: Call) -> dict[str, Any]:
    app = call.app
    return {"agentlist": [{"agentid": app.agentid, "name": app.name, "square_logo_url": _logo(call, app)}]}


def set_agent(call: Call) -> dict[str, Any]:
    """Only what is given changes; nothing does when one of the values is wrong."""
    if call.body.get("agentid") is None:
        raise ApiError(41011)
    app, body = own_app(call, integer(call.body, "agentid")), call.body
    name, about = text(body, "name", max_chars=32), text(body, "description", max_chars=120)
    home, domain = text(body, "home_url", max_bytes=1024), text(body, "redirect_domain", max_bytes=256)
    if home and not home.startswith(("http://", "https://")):
        raise ApiError(40094)
    flags = {key: integer(body, key, getattr(app, key)) for key in ("isreportenter", "report_location_flag")}
    if not set(flags.values()) <= {0, 1}:
        raise ApiError(40058)
    logo = text(body, "logo_mediaid")
    media = call.state.files.find_alive(logo, call.world.now) if logo else None
    if logo and (media is None or media.type != "image"):
        raise ApiError(40007)
    app.name, app.description = name or app.name, about or app.description
    if media is not None:
        app.logo = _keep_logo(call, media)
    app.home_url, app.redirect_domain = home or app.home_url, domain or app.redirect_domain
    app.isreportenter, app.report_location_flag = flags["isreportenter"], flags["report_location_flag"]
    return {}


def create_menu(call: Call) -> dict[str, Any]:
    app, buttons = _named_app(call), mappings(call.body, "button")
    check_menu(buttons)
    app.menu = buttons
    return {}


def get_menu(call: Call) -> dict[str, Any]:
    app = _named_app(call)
    if not app.menu:
        raise ApiError(46003)
    return {"button": app.menu}


def delete_menu(call: Call) -> dict[str, Any]:
    _named_app(call).menu = []
    return {}


def _logo(call: Call, app: App) -> str:
    return app.logo or f"{call.world.base_url}/files/avatar_app{app.agentid}.png"


def _keep_logo(call: Call, media: Media) -> str:
    """The picture outlives the three days of its media_id."""
    image = Image(f"img_{ids.opaque(call.world.rng, 32)}", media.content_type, media.content)
    call.state.files.images[image.id] = image
    return f"{call.world.base_url}/files/{image.id}"


ROUTES = {
    "agent/get": Endpoint("GET", get_agent),
    "agent/list": Endpoint("GET", list_agents, empty={"agentlist": []}),
    "agent/set": Endpoint("POST", set_agent),
    "menu/create": Endpoint("POST", create_menu),
    "menu/get": Endpoint("GET", get_menu),
    "menu/delete": Endpoint("GET", delete_menu),
}
