"""/_control/apps: what an administrator sets for an app: range, rights, trusted addresses and domains."""

import dataclasses
from typing import Any

from flask import Blueprint, Response

from simulator.callbacks import range_events
from simulator.control.answer import answer, body, refuse, world
from simulator.world.apps import App

bp = Blueprint("apps", __name__, url_prefix="/_control")
LISTS = {
    "visible_departments": int, "visible_users": str, "visible_tags": int, "trusted_ips": str, "trusted_domains": str,
}  # fmt: skip
SWITCHES = ("customer_contact", "kf", "sensitive_fields")
TEXTS = ("name", "home_url")
EXAMPLE = '{"visible_departments": [101], "customer_contact": true, "trusted_ips": []}'


@bp.get("/apps")
def list_apps() -> Response:
    with world().lock:
        return answer({"apps": [dataclasses.asdict(each) for each in world().state.apps.values()]})


@bp.post("/apps/<int:agentid>")
def change_app(agentid: int) -> Response:
    """Change the given settings of one app; nothing changes when one of them is wrong. Members who come into the range
    or leave it cause subscribe and unsubscribe."""
    wanted, found = body(), world()
    with found.lock:
        app = found.state.apps.get(agentid)
        if app is None:
            return refuse(f"there is no app {agentid}", 404)
        if not wanted or not all(_acceptable(key, value) for key, value in wanted.items()):
            return refuse(f"settings of an app look like {EXAMPLE}")
        before = {member.userid for member in found.visibility.members(found.state.people, app)}
        _apply(app, wanted)
        found.visibility.forget()
        if app.kind == "app":
            range_events.range_changed(found, app, before)
        return answer(dataclasses.asdict(app))


def _acceptable(key: str, value: Any) -> bool:
    if key in SWITCHES:
        return isinstance(value, bool)
    if key in TEXTS:
        return isinstance(value, str)
    kind = LISTS.get(key)
    return kind is not None and isinstance(value, list) and all(isinstance(each, kind) for each in value)


def _apply(app: App, wanted: dict[str, Any]) -> None:
    for key, value in wanted.items():
        setattr(app, key, value)
