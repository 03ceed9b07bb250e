"""One simulator process for the whole run, emptied before each test; receivers that stand for the product."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from simulator.brands.table import BRANDS
from simulator.days import DAY, midnight
from simulator.settings import Settings
from simulator.world.world import World
from tests.simulator.platform import AGENTID, APP, CONTACTS, Platform, Receiver

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def servers() -> None:
    """Nothing of the product runs here: no database, no Redis."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def start(port: int, *options: str) -> subprocess.Popen[bytes]:
    """A simulator process that answers /_control/health."""
    process = subprocess.Popen([sys.executable, "-m", "simulator", "--port", str(port), *options], cwd=ROOT)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            requests.get(f"http://127.0.0.1:{port}/_control/health", timeout=60)
            return process
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.05)
    process.kill()
    raise RuntimeError("the simulator did not start")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(90)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Its snapshots may be written into any test's tmp_path, and nowhere else."""
    port = free_port()
    process = start(port, "--snapshot", str(tmp_path_factory.getbasetemp() / "wecom.json"))
    platform = Platform(port)
    yield platform
    platform.http.close()
    stop(process)


@pytest.fixture
def platform(running: Platform) -> Iterator[Platform]:
    """A simulator with a fresh sample brand; no path it does not know may have been asked for."""
    running.reset()
    yield running
    assert running.control("unknown")["unknown"] == []
    assert set(running.control("health")["errors"].values()) == {0}


@pytest.fixture
def at_noon(platform: Platform) -> None:
    """Its clock shows the middle of the day its brand is of: the hours around are of one day, whenever the tests run."""
    began = 0
    while began != midnight(platform.control("clock")["now"]):
        began = midnight(platform.control("clock")["now"])
        platform.control("reset", brand="sample")
    platform.control("clock", advance=began + DAY / 2 - platform.control("clock")["now"])
    platform.forget_tokens()


@pytest.fixture
def app_receiver(platform: Platform) -> Iterator[Receiver]:
    yield from _receiver(platform, "app", APP, AGENTID)


@pytest.fixture
def contacts_receiver(platform: Platform) -> Iterator[Receiver]:
    yield from _receiver(platform, "contacts", CONTACTS, None)


def _receiver(platform: Platform, name: str, app: dict[str, str], agentid: int | None) -> Iterator[Receiver]:
    receiver = Receiver(app["token"], app["aes_key"])
    body = {"url": receiver.url, "token": receiver.token, "aes_key": receiver.aes_key}
    saved = platform.control(f"receivers/{name}", "PUT", **body, **({"agentid": agentid} if agentid else {}))
    assert saved["verified"], saved
    yield receiver
    platform.control(f"receivers/{name}", "DELETE")
    receiver.close()


@pytest.fixture
def world() -> Iterator[World]:
    """A world in this process with the sample brand."""
    made = World(Settings())
    made.reset(BRANDS["sample"], 7)
    yield made
    made.close()
