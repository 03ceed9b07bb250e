"""A whole road for a browser: the simulator as its own process, the web app on a port, the outbox drained in a thread."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from app import create_app
from content_library.starter_library import seed_content
from customers.actions import seed_tag_groups
from customers.policies import set_policy
from foundation.config import settings
from foundation.db import transaction
from jobs import results, sync_jobs
from org.actions import start_run
from org.queries import find_staff
from outbox.models import Lane
from outbox.sender import Sender
from sop.actions import seed_care_nodes
from wecom import client

ROOT = Path(__file__).parents[2]
PHONE = {"width": 360, "height": 740}


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def ask(address: str, body: object = None) -> dict[str, object]:
    """The simulator's control plane: GET, or POST of JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.load(answer))


@dataclass
class Road:
    """Where everything listens."""

    simulator: str
    port: int

    def control(self, path: str, body: object = None) -> dict[str, object]:
        """A question or deed at the simulator's control plane."""
        return ask(f"{self.simulator}/_control/{path}", body)

    def contacts(self, userid: str) -> list[dict[str, object]]:
        """The customers of a guide, as the platform knows them."""
        return list(self.control(f"members/{userid}")["contacts"])  # type: ignore[call-overload]

    def webview(self, userid: str, path: str, **context: str) -> str:
        """The address that opens a page of ours in this guide's WeCom."""
        more = "".join(f"&{name}={value}" for name, value in context.items())
        return f"http://{userid}.webview.localhost:{self.port}/__webview__/open?device=phone&path={path}{more}"

    def beside(self, userid: str, external_userid: str, path: str = "/sidebar/") -> str:
        """The sidebar beside her chat with one customer."""
        return self.webview(userid, path, entry="single_chat_tools", external_userid=external_userid)


def _wait_for(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            ask(f"{address}/_control/health")
        except OSError:
            assert time.monotonic() < until, "the simulator did not start"
            time.sleep(0.1)
        else:
            return


def _settings_for(simulator: str, product: str, sim_port: int) -> dict[str, str]:
    corp = json.loads((ROOT / "simulator" / "defaults.json").read_text())
    app, contacts = corp["apps"][0], corp["apps"][1]
    bases = {f"WECOM_{name}_BASE_URL": simulator for name in ("API", "OAUTH", "LOGIN")}
    return bases | {
        "PUBLIC_BASE_URL": product,
        "WECOM_READ_TIMEOUT": "20",
        "JSSDK_ORIGINS": f"http://*.webview.localhost:{sim_port}",
        "WECOM_CORP_ID": corp["corpid"],
        "WECOM_AGENT_ID": str(app["agentid"]),
        "WECOM_APP_SECRET": app["secret"],
        "WECOM_APP_TOKEN": app["token"],
        "WECOM_APP_AES_KEY": app["aes_key"],
        "WECOM_CONTACTS_TOKEN": contacts["token"],
        "WECOM_CONTACTS_AES_KEY": contacts["aes_key"],
    }


def _fill() -> None:
    with transaction() as session:
        start_run(session, "full", "test")
    sync_jobs.run_waiting()
    with transaction() as session:
        operator = find_staff(session, "hq_wangmin")
        assert operator
        seed_content(session, operator)
        seed_care_nodes(session)
        seed_tag_groups(session)
        # Tests run at any hour: at night a phone would ask before each send.
        set_policy(session, operator, "contact", {"quiet_from": "00:00", "quiet_until": "00:00"})


@contextmanager
def _playing(port: int, product: str) -> Iterator[str]:
    """The simulator as a process of its own; its address."""
    command = [sys.executable, "-m", "simulator", "--port", str(port), "--product-url", product]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@contextmanager
def _working(port: int) -> Iterator[None]:
    """The web app on its port, and the outbox drained."""
    server = make_server("127.0.0.1", port, create_app(testing=True), threaded=True)
    stop = threading.Event()
    sender = threading.Thread(target=Sender((Lane.INTERACTIVE, Lane.TASK), 4, results.handle).run, args=(stop,), daemon=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    sender.start()
    serving.start()
    try:
        yield
    finally:
        stop.set()
        server.shutdown()
        serving.join()
        server.server_close()
        sender.join(60)


@contextmanager
def _settled(values: dict[str, str]) -> Iterator[None]:
    """These settings for a while."""
    before = dict(os.environ)
    os.environ.update(values)
    settings.cache_clear()
    client._client_of.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()
        client._client_of.cache_clear()


@pytest.fixture
def road(database: None) -> Iterator[Road]:
    sim_port, port = _free_port(), _free_port()
    product = f"http://127.0.0.1:{port}"
    with _playing(sim_port, product) as simulator, _settled(_settings_for(simulator, product, sim_port)):
        _fill()
        with _working(port):
            yield Road(simulator, sim_port)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True, locale="zh-CN")  # type: ignore[arg-type]
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext) -> Page:
    return phone.new_page()


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page where SCREENSHOTS says, for a person to look at."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png")
