"""/_control/client and navigations: what a member's client will do for web pages, and where pages sent it; the bridge itself."""

import re
from typing import Any

from flask import Blueprint, Response, request

from simulator import bridge
from simulator.actions.request import ImpossibleError, Wish
from simulator.control.answer import FEW, answer, body, number, refuse, world
from simulator.jsapi import selections, sharing
from simulator.json_text import HalfCharacterError, NoObjectError, read_object
from simulator.world.windows import Client
from simulator.world.world import World

bp = Blueprint("windows", __name__)
VERSION = re.compile(r"\d{1,2}(\.\d{1,3}){1,3}")
SWITCHES = ("cancel_next_send", "check_as_text")
SHARES = ("open", "confirm", "cancel")
EXAMPLE = '{"userid": "lixiaomei", "cancel_next_send": true}'
CALL_EXAMPLE = '{"userid": "lixiaomei", "name": "getContext", "params": {}, "url": "http://127.0.0.1:8000/sidebar/"}'
KNOWN = {"userid", *SWITCHES, "next_selection", "next_share", "version", "location"}


@bp.post("/_control/client")
def set_client() -> Response:
    """{userid, cancel_next_send, next_selection, next_share, version, check_as_text, location}; all or nothing."""
    wanted, found = body(), world()
    with found.lock:
        member = Wish(found, wanted).member()
        if not set(wanted) <= KNOWN or len(wanted) < 2:
            return refuse(f"a client takes {', '.join(sorted(KNOWN))}; for example {EXAMPLE}")
        changes = _checked(found, member.userid, wanted)
        client = found.windows.of(member.userid)
        for key, value in changes.items():
            setattr(client, key, value)
        return answer({"ok": True, **_row(client)})


@bp.get("/_control/members/<userid>/navigations")
def list_navigations(userid: str) -> Response:
    """Where pages sent her client, oldest first; `after` an id seen before."""
    found, after, limit = world(), number("after", 0), number("limit", FEW)
    with found.lock:
        if found.member(userid) is None:
            return refuse(f"there is no member {userid}", 404)
        rows = [each.as_json() for each in found.windows.of(userid).navigations if each.id > after]
    return answer({"navigations": rows[-limit:]})


@bp.post("/_control/members/<userid>/navigations/<int:navigation_id>")
def answer_draft(userid: str, navigation_id: int) -> Response:
    """She sends the draft of shareToExternal…: {} as the page made it, {"targets": [ids]} to others of hers."""
    wanted, found = body(), world()
    with found.lock:
        member = found.member(userid)
        drafts = found.windows.of(member.userid).navigations if member else ()
        navigation = next((each for each in drafts if each.id == navigation_id), None)
        if member is None or navigation is None:
            return refuse(f"{userid} has no navigation {navigation_id}", 404)
        targets = Wish(found, wanted).texts("targets") if "targets" in wanted else None
        return answer(sharing.confirm(found, member.userid, navigation, targets))


@bp.post("/_client/bridge")
def call_bridge() -> Response:
    """{userid, name, params, url, context}: one WeixinJSBridge.invoke of a page."""
    try:
        wish = Wish(world(), read_object(request.get_data()))
    except HalfCharacterError as error:
        return answer(bridge.refused(error.found, "parameter"))
    except NoObjectError as error:
        return refuse(f"a call is a JSON object ({error}); it looks like {CALL_EXAMPLE}")
    called = wish.text("userid"), wish.text("name"), wish.mapping("params"), wish.text("url"), wish.mapping("context")
    return answer(bridge.answer(world(), *called))


def _row(client: Client) -> dict[str, Any]:
    return {
        "cancel_next_send": client.cancel_next_send, "next_selection": client.selection, "next_share": client.share,
        "version": client.version, "check_as_text": client.check_as_text, "location": client.location,
    }  # fmt: skip


def _checked(found: World, userid: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """The fields of Client to set; ImpossibleError names the wrong one."""
    changes: dict[str, Any] = {}
    for key in SWITCHES:
        if key in wanted:
            if not isinstance(wanted[key], bool):
                raise ImpossibleError(f"{key} is true or false; for example {EXAMPLE}", 400)
            changes[key] = wanted[key]
    if "next_selection" in wanted:
        changes["selection"] = selections.checked(found, userid, wanted["next_selection"])
    if "next_share" in wanted:
        if wanted["next_share"] not in SHARES:
            raise ImpossibleError(f'next_share is one of {", ".join(SHARES)}; for example {{"next_share": "confirm"}}', 400)
        changes["share"] = wanted["next_share"]
    if "version" in wanted:
        if not isinstance(wanted["version"], str) or not VERSION.fullmatch(wanted["version"]):
            raise ImpossibleError('version is that of the WeCom client, for example {"version": "3.0.20"}', 400)
        changes["version"] = wanted["version"]
    if "location" in wanted:
        changes["location"] = _location(wanted["location"])
    return changes


def _location(wanted: Any) -> dict[str, float]:
    bounds = {"latitude": 90, "longitude": 180}
    if not isinstance(wanted, dict) or set(wanted) != set(bounds):
        raise ImpossibleError('location looks like {"latitude": 39.9, "longitude": 116.4}', 400)
    for key, most in bounds.items():
        if isinstance(wanted[key], bool) or not isinstance(wanted[key], int | float) or abs(wanted[key]) > most:
            raise ImpossibleError('location looks like {"latitude": 39.9, "longitude": 116.4}', 400)
    return {key: float(wanted[key]) for key in bounds}
