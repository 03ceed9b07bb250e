"""The console in a real Chromium: the whole app on 127.0.0.1, a plausible brand, a signed-in headquarters person."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import BaseWSGIServer, make_server

import bot.actions
import bot.queries
from app import create_app
from foundation.db import transaction
from hq.ports import plug_in_inbox
from org.models import Staff
from tests.builders.hq import make_sample


@pytest.fixture
def people(database: None) -> dict[str, Staff]:
    with transaction() as session:
        return make_sample(session)


@pytest.fixture
def app(database: None) -> Flask:
    made = create_app(testing=True)
    plug_in_inbox(made, bot.queries, bot.actions)
    return made


@pytest.fixture
def server(app: Flask) -> Iterator[BaseWSGIServer]:
    running = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


@dataclass
class Console:
    """A page of the console, and everything its browser complained about."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        answer = self.page.goto(self.origin + path)
        assert answer is not None
        assert answer.status == 200, path

    def width_beyond_screen(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture
def console(app: Flask, server: BaseWSGIServer, people: dict[str, Staff], chromium: Browser) -> Iterator[Console]:
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    staff = people["hq_wangmin"]
    origin = f"http://127.0.0.1:{server.server_port}"
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    cookie = signer.dumps({"person_id": staff.id, "epoch": staff.epoch, "_permanent": True})
    context.add_cookies([{"name": "guidedesk", "value": cookie, "url": origin}])
    console = Console(context.new_page(), origin)
    console.page.on("pageerror", lambda error: console.complaints.append(str(error)))
    console.page.on("console", lambda line: console.complaints.append(line.text) if line.type in {"error", "warning"} else None)
    yield console
    context.close()
