"""A simulator process, a throw-away product before it, and a real Chromium for those tests that ask for one."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.simulator_client.product import Platform, make_product

ROOT = Path(__file__).parents[2]
SDK = ROOT / "node_modules/@wecom/jssdk/dist/wecom.global.prod.js"
GUIDE, OTHER = "lixiaomei", "zhouting"
PATIENCE = 60  # seconds; how long an answer may take is the machine's business


@pytest.fixture(scope="session")
def servers() -> None:
    """Nothing of the product runs here: no database, no Redis."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Simulator:
    """The running simulator: its control plane and its members' webviews."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.base = f"http://127.0.0.1:{port}"
        self._session = requests.Session()

    def get(self, path: str, **args: Any) -> dict[str, Any]:
        return self._json(self._session.get(f"{self.base}/_control/{path}", params=args, timeout=PATIENCE))

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        return self._json(self._session.post(f"{self.base}/_control/{path}", json=body, timeout=PATIENCE))

    def put(self, path: str, **body: Any) -> dict[str, Any]:
        return self._json(self._session.put(f"{self.base}/_control/{path}", json=body, timeout=PATIENCE))

    def delete(self, path: str) -> dict[str, Any]:
        return self._json(self._session.delete(f"{self.base}/_control/{path}", timeout=PATIENCE))

    def do(self, action: str, **body: Any) -> dict[str, Any]:
        return self.post(f"do/{action}", **body)

    def webview(self, userid: str) -> str:
        return f"http://{userid}.webview.localhost:{self.port}"

    def ask(self, userid: str, method: str, path: str, **options: Any) -> requests.Response:
        """One HTTP request to a member's webview, redirects not followed, no cookies of ours."""
        headers = {"Host": f"{userid}.webview.localhost:{self.port}", **options.pop("headers", {})}
        return requests.request(method, self.base + path, headers=headers, allow_redirects=False, timeout=PATIENCE, **options)

    def close(self) -> None:
        self._session.close()

    @staticmethod
    def _json(answer: requests.Response) -> dict[str, Any]:
        assert answer.ok, answer.text
        return dict(answer.json())


def _wait_for(starting: Simulator) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            starting.get("health")
        except (requests.ConnectionError, requests.Timeout):
            assert time.monotonic() < until, "the simulator did not start"
            time.sleep(0.1)
        else:
            return


@pytest.fixture(scope="session")
def ports() -> tuple[int, int]:
    return free_port(), free_port()


@pytest.fixture(scope="session")
def simulator(ports: tuple[int, int]) -> Iterator[Simulator]:
    port, product_port = ports
    command = [sys.executable, "-m", "simulator", "--port", str(port), "--product-url", f"http://127.0.0.1:{product_port}"]
    with subprocess.Popen(command, cwd=ROOT) as process:
        running = Simulator(port)
        try:
            _wait_for(running)
            yield running
        finally:
            running.close()
            process.terminate()


@pytest.fixture(scope="session")
def product(ports: tuple[int, int], simulator: Simulator) -> Iterator[Flask]:
    config = json.loads((ROOT / "simulator/defaults.json").read_text("utf-8"))
    platform = Platform(simulator.base, config["apps"][0], config["corpid"])
    app = make_product(f"http://127.0.0.1:{ports[1]}", platform, SDK)
    server = make_server("127.0.0.1", ports[1], app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser(chromium: Browser) -> Browser:
    return chromium


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page at desk width that fails the test when a script of it fails."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []
