"""Puts the simulator's doors together: the platform's API, its pages, the control plane, the client page."""

from flask import Flask

from simulator import page_policy
from simulator.api import entry
from simulator.callbacks import replies
from simulator.client import routes as client
from simulator.control import (
    acquisition,
    appchats,
    apps,
    deeds,
    desk,
    group_sends,
    groups,
    index,
    kf,
    moments,
    people,
    refusals,
    rules,
    scenarios,
    status,
    stream,
    traffic,
    transfers,
    windows,
)
from simulator.pages import acquire, files, group_scan, login, scan
from simulator.pages import kf as kf_page
from simulator.scenarios.runner import Scenarios
from simulator.world.world import World

UPLOAD_LIMIT = 32 * 1024 * 1024


def create_app(world: World) -> Flask:
    """The Flask app of one world."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = UPLOAD_LIMIT
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions["world"] = world
    app.extensions["scenarios"] = Scenarios(world)
    world.delivery.on_reply = replies.keeper(world)
    for part in (
        entry, login, scan, files, rules, traffic, people, apps, deeds, desk, scenarios, status, groups, group_scan,
        index, kf, kf_page, acquisition, transfers, acquire, group_sends, moments, appchats, windows, client,
        stream,
    ):  # fmt: skip
        app.register_blueprint(part.bp)
    refusals.register(app)
    page_policy.register(app)
    return app
