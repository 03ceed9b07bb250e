"""Looking at the two sides of a fault: our tables and the platform's own record."""

import os
import signal
import time
from collections.abc import Callable

from sqlalchemy import text

from benchmarks.stage import Stage
from foundation.db import engine
from supervisor.children import Child


def eventually(holds: Callable[[], bool], seconds: float = 40, what: str = "it") -> None:
    """Wait until `holds`; fails after `seconds`."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"{what} did not come true in {seconds:.0f} s"
        time.sleep(0.1)


def count(sql: str, **values: object) -> int:
    """One number from our database."""
    with engine().connect() as connection:
        return int(connection.scalar(text(sql), values) or 0)


def child(built: Stage, name: str) -> Child:
    """A process of the stack by its name's beginning."""
    return next(one for one in built.children if one.name.startswith(name))


def kill(built: Stage, name: str) -> None:
    """kill -9 a process and everything it started."""
    victim = child(built, name)
    assert victim.process is not None
    os.killpg(victim.process.pid, signal.SIGKILL)
    victim.process.wait()


def accepted(built: Stage, path: str) -> list[dict[str, object]]:
    """The platform's record of accepted calls of a path."""
    return [call for call in built.platform.get("calls", path=path, limit=50_000)["calls"] if call["errcode"] == 0]
