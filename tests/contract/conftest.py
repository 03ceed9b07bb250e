"""One corp for the run: a fresh sample brand before each test, or the real platform, read-only unless told otherwise."""

import os
from collections.abc import Iterator

import pytest

from tests.contract.corp import Access, Corp, real_access
from tests.contract.probing import Probing
from tests.simulator.conftest import free_port, start, stop
from tests.simulator.platform import AGENTID, APP, CONTACTS, CORPID, Platform

REAL = os.environ.get("WECOM_REAL") == "1"
MAY_WRITE = os.environ.get("WECOM_REAL_WRITE") == "1"
MEMBER = "lixiaomei"


@pytest.fixture(scope="session")
def servers() -> None:
    """Nothing of the product runs here: no database, no Redis."""


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """Address of the platform under test."""
    if REAL:
        yield real_access().base
        return
    port = free_port()
    process = start(port)
    yield f"http://127.0.0.1:{port}"
    stop(process)


@pytest.fixture
def wecom(request: pytest.FixtureRequest, base: str) -> Iterator[Corp]:
    mark = request.node.get_closest_marker("documented")
    assert mark is not None, "a contract test says which document it comes from: @documented(...)"
    if REAL:
        if mark.kwargs["people"]:
            pytest.skip("somebody has to act: only the simulator's people do as they are told")
        if mark.kwargs["writes"] and not MAY_WRITE:
            pytest.skip("changes the corp; WECOM_REAL_WRITE=1 allows it")
        corp = Corp(real_access())
    else:
        corp = Probing(_simulated(base))
    yield corp
    if not REAL:
        assert corp.control("unknown")["unknown"] == []
    corp.http.close()


def _simulated(base: str) -> Access:
    platform = Platform(int(base.rpartition(":")[2]))
    platform.reset()
    customer = platform.get("externalcontact/list", userid=MEMBER)["external_userid"][0]
    platform.http.close()
    return Access(base, CORPID, APP["secret"], AGENTID, MEMBER, customer, CONTACTS["secret"])
