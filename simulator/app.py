"""Puts the simulator's doors together: the platform's API, its pages, the control plane, the client page."""

import json

from flask import Flask, Response

from simulator.actions.request import ImpossibleError
from simulator.api import entry
from simulator.callbacks import replies
from simulator.client import routes as client
from simulator.control import apps, deeds, people, rules, traffic
from simulator.pages import files, login, scan
from simulator.world.world import World

UPLOAD_LIMIT = 32 * 1024 * 1024


def create_app(world: World) -> Flask:
    """The Flask app of one world."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = UPLOAD_LIMIT
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions["world"] = world
    world.delivery.on_reply = replies.keeper(world)
    for part in (entry, login, scan, files, rules, traffic, people, apps, deeds, client):
        app.register_blueprint(part.bp)
    app.register_error_handler(ImpossibleError, _impossible)
    return app


def _impossible(error: ImpossibleError) -> Response:
    return Response(json.dumps({"error": str(error)}, ensure_ascii=False), error.status, content_type="application/json")
