"""The app itself and its menu (DOC 90227, 90231)."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer, mappings, number_arg, text
from simulator.errors import ApiError
from simulator.world.apps import App

TYPES = frozenset({
    "click", "view", "view_miniprogram", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album",
    "pic_weixin", "location_select",
})  # fmt: skip


def own_app(call: Call, agentid: int) -> App:
    """The caller's app, when `agentid` is its own."""
    if agentid not in call.state.apps or call.state.apps[agentid].kind != "app":
        raise ApiError(40056)
    if agentid != call.app.agentid:
        raise ApiError(301002)
    return call.app


def get_agent(call: Call) -> dict[str, Any]:
    app = own_app(call, number_arg(call.args, "agentid", missing=41011))
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
    app = own_app(call, integer(call.body, "agentid", -1))
    app.name = text(call.body, "name", max_chars=32) or app.name
    app.description = text(call.body, "description") or app.description
    app.home_url = text(call.body, "home_url", max_bytes=1024) or app.home_url
    app.redirect_domain = text(call.body, "redirect_domain") or app.redirect_domain
    app.isreportenter = integer(call.body, "isreportenter", app.isreportenter)
    app.report_location_flag = integer(call.body, "report_location_flag", app.report_location_flag)
    return {}


def create_menu(call: Call) -> dict[str, Any]:
    app = own_app(call, number_arg(call.args, "agentid", missing=41011))
    buttons = mappings(call.body, "button")
    if not 1 <= len(buttons) <= 3:
        raise ApiError(40016)
    for button in buttons:
        _check_top(button)
    app.menu = buttons
    return {}


def get_menu(call: Call) -> dict[str, Any]:
    app = own_app(call, number_arg(call.args, "agentid", missing=41011))
    if not app.menu:
        raise ApiError(46003)
    return {"button": app.menu}


def delete_menu(call: Call) -> dict[str, Any]:
    own_app(call, number_arg(call.args, "agentid", missing=41011)).menu = []
    return {}


def _check_top(button: dict[str, Any]) -> None:
    name = text(button, "name", missing=40018)
    if len(name.encode()) > 16:
        raise ApiError(40018)
    children = mappings(button, "sub_button")
    if not children:
        _check_action(button)
        return
    if len(children) > 5:
        raise ApiError(40023)
    for child in children:
        if child.get("sub_button"):
            raise ApiError(40022)
        if not 1 <= len(text(child, "name", missing=40025).encode()) <= 40:
            raise ApiError(40025)
        _check_action(child)


def _check_action(button: dict[str, Any]) -> None:
    kind = text(button, "type", missing=40017)
    if kind not in TYPES:
        raise ApiError(40017)
    if kind == "view":
        url = text(button, "url", missing=40020)
        if len(url.encode()) > 1024:
            raise ApiError(40020)
        if not url.startswith(("http://", "https://")):
            raise ApiError(40055)
    elif kind == "view_miniprogram":
        text(button, "appid", missing=40058)
        text(button, "pagepath", missing=40058)
    elif not 1 <= len(text(button, "key").encode()) <= 128:
        raise ApiError(40019)


def _logo(call: Call, app: App) -> str:
    return f"{call.world.base_url}/files/avatar_app{app.agentid}.png"


ROUTES = {
    "agent/get": Endpoint("GET", get_agent),
    "agent/list": Endpoint("GET", list_agents, empty={"agentlist": []}),
    "agent/set": Endpoint("POST", set_agent),
    "menu/create": Endpoint("POST", create_menu),
    "menu/get": Endpoint("GET", get_menu),
    "menu/delete": Endpoint("GET", delete_menu),
}
