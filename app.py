"""The roof: create_app() puts the doors on one Flask app. Imported by nobody but the web server and tests."""

from flask import Flask, Response, redirect, url_for
from werkzeug.wrappers import Response as Answer

import api.doors
import api.keys
import api.openapi
import api.rules
import api.webhooks
import bot.actions
import bot.queries
import bot.routes
import hq.api_port
import hq.doors
import hq.ports
import radar.routes
import segments.batching
import segments.choosing
import sidebar.doors
from foundation import health
from foundation.assets import serve_assets
from foundation.config import settings
from foundation.log import set_up_logging
from foundation.web import set_up_web


def create_app(testing: bool = False) -> Flask:
    """The web app with every room's doors. Raises SettingsWrong when a setting is missing or wrong."""
    chosen = settings()
    set_up_logging(chosen)
    app = Flask("foundation", root_path=None, static_folder=None, template_folder="templates")
    app.testing = testing
    set_up_web(app, chosen)
    for blueprint in (bot.routes.bp, sidebar.doors.bp, hq.doors.bp, radar.routes.bp, api.doors.bp, health.bp):
        app.register_blueprint(blueprint)
    hq.ports.plug_in_inbox(app, bot.queries, bot.actions)
    hq.api_port.plug_in_api(app, api.keys, api.webhooks, api.rules, api.openapi)
    segments.batching.plug_in()
    segments.choosing.plug_in()
    app.add_url_rule("/", "home", home)
    if chosen.wecom_domain_verify:
        app.add_url_rule(f"/WW_verify_{chosen.wecom_domain_verify}.txt", "verify_domain", verify_domain)
    serve_assets(app, chosen)
    return app


def home() -> Answer:
    """The console is the front page for a browser; guides come by their own links."""
    return redirect(url_for("hq.home"))


def verify_domain() -> Response:
    """The file that proves the domain is ours: its 16 characters, nothing else."""
    return Response(settings().wecom_domain_verify, mimetype="text/plain")
