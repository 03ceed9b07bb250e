"""A platform that is a real process, the product in front of it by real HTTP, and the background work done in step."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from werkzeug.serving import BaseWSGIServer, make_server

from app import create_app
from benchmarks.stage import free_port
from bot import door, road
from demo.__main__ import demo_settings
from demo.platform import Platform
from demo.seed import fill, verify_callbacks
from foundation.db import transaction
from jobs import customer_jobs, results, sop_jobs, sync_jobs
from org.actions import start_run
from org.models import Staff
from org.queries import find_staff
from outbox.models import Lane
from outbox.sender import Sender
from tests.builders.platform import forget_client

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Town:
    """The sample brand's platform and the product's address; `work` does what the background processes would do."""

    platform: Platform
    product: str
    sender: Sender = field(default_factory=lambda: Sender(list(Lane), 4, results.handle))

    def work(self) -> None:
        """Events worked, jobs done, messages sent, until nothing is left to do."""
        self.platform.post("callbacks/wait", timeout=25)
        for _ in range(20):
            done = road.drain() + customer_jobs.pull_wanted() + sop_jobs.hand_out_open() + sync_jobs.run_waiting()
            if self.sender.drain() + done == 0:
                return

    def fault(self, **wanted: object) -> None:
        """Trouble at the platform; the keys are the simulator's."""
        self.platform.http.post(f"{self.platform.base}/_control/faults", json=wanted, timeout=10).raise_for_status()

    def mend(self) -> None:
        """No more trouble."""
        self.platform.http.delete(f"{self.platform.base}/_control/faults", timeout=10)

    def calls(self, path: str) -> int:
        """How often the platform was asked."""
        answer = self.platform.http.get(f"{self.platform.base}/_control/calls", params={"path": path, "limit": 1}, timeout=10)
        return int(answer.json()["by_path"].get(path, {"n": 0})["n"])

    def staff(self, userid: str) -> Staff:
        with transaction() as session:
            found = find_staff(session, userid)
            assert found is not None, f"{userid} was not synchronised"
            return found


@pytest.fixture(scope="module")
def simulator(servers: None) -> Iterator[tuple[Platform, int]]:
    """One simulator process for a file, and the port its product will have."""
    port, product_port = free_port(), free_port()
    command = [sys.executable, "-m", "simulator", "--port", str(port), "--product-url", f"http://127.0.0.1:{product_port}"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    platform = Platform(f"http://127.0.0.1:{port}")
    try:
        until = time.monotonic() + 90
        while not _answers(platform):
            assert time.monotonic() < until, "the simulator did not start"
            time.sleep(0.05)
        yield platform, product_port
    finally:
        platform.http.close()
        process.terminate()
        process.wait(90)


def _answers(platform: Platform) -> bool:
    try:
        return bool(platform.get("health")["ok"])
    except requests.ConnectionError:
        return False


@contextmanager
def _settings_of(
    platform: Platform, product_port: int, tmp: Path, monkeypatch: pytest.MonkeyPatch, read_timeout: str
) -> Iterator[None]:
    simulator_port = int(platform.base.rsplit(":", 1)[1])
    wanted = demo_settings(product_port, simulator_port, tmp)
    for name, value in wanted.items():
        if name.startswith(("WECOM_", "PUBLIC_", "JSSDK_", "HQ_", "BRAND_")):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("WECOM_READ_TIMEOUT", read_timeout)
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    forget_client()
    door.envelope_for.cache_clear()


@pytest.fixture
def town(
    database: None,
    simulator: tuple[Platform, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Town]:
    """The sample brand, synchronised and filled, its callbacks verified. READ_TIMEOUT of a module: how soon silence is one."""
    platform, product_port = simulator
    with _settings_of(platform, product_port, tmp_path, monkeypatch, getattr(request.module, "READ_TIMEOUT", "20")):
        platform.post("reset", brand="sample")
        server = make_server("127.0.0.1", product_port, create_app(testing=True), threaded=True)
        with _serving(server):
            town = Town(platform, f"http://127.0.0.1:{product_port}")
            with transaction() as session:
                start_run(session, "full", "test")
            sync_jobs.run_waiting()
            fill()
            verify_callbacks(platform, town.product)
            town.work()
            yield town
            unknown = platform.get("unknown")["unknown"]
    assert unknown == [], "the product asked for something the platform does not have"


@contextmanager
def _serving(server: BaseWSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()
