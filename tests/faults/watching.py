"""Looking at the two sides of a fault: our tables and the platform's own record; and sending while something breaks."""

import http.client
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import text

from benchmarks.stage import Stage
from foundation.db import engine
from supervisor.children import Child
from supervisor.stack import is_up


def eventually(holds: Callable[[], bool], seconds: float = 120, what: str = "it") -> None:
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


def start_web(built: Stage) -> None:
    """The web server again, loaded and answering."""
    child(built, "web").start()
    built.wait_for("web", lambda: is_up(f"http://127.0.0.1:{built.port}/healthz"))


def fault(built: Stage, **wanted: object) -> None:
    """Ask the platform for trouble; its keys are the simulator's (path, kind, …)."""
    built.platform.http.post(f"{built.platform.base}/_control/faults", json=wanted, timeout=60).raise_for_status()


def accepted(built: Stage, path: str) -> list[dict[str, Any]]:
    """The platform's record of accepted calls of a path."""
    answer = built.platform.http.get(f"{built.platform.base}/_control/calls", params={"path": path, "limit": 50_000}, timeout=60)
    return [call for call in answer.json()["calls"] if call["errcode"] == 0]


Delivery = tuple[str, str, bytes]


class Senders:
    """Several senders post (name, path, body) at once, each its share in order, until done or the server breaks off.

    `answered` holds the names of what got a 200.
    """

    def __init__(self, port: int, deliveries: Sequence[Delivery], senders: int) -> None:
        self.answered: set[str] = set()
        self._port = port
        shares = [deliveries[each::senders] for each in range(senders)]
        self._threads = [threading.Thread(target=self._send, args=(share,)) for share in shares]
        for thread in self._threads:
            thread.start()

    def wait(self, seconds: float) -> None:
        """Until every sender is done."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
            assert not thread.is_alive(), "a sender did not come to an end"

    def _send(self, share: Sequence[Delivery]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        with suppress(OSError, http.client.HTTPException):
            for name, path, body in share:
                # What is answered with "not now" is sent again, as the platform does.
                while (status := self._sent(connection, path, body)) == 503:
                    continue
                if status == 200:
                    self.answered.add(name)
        connection.close()

    @staticmethod
    def _sent(connection: http.client.HTTPConnection, path: str, body: bytes) -> int:
        connection.request("POST", path, body=body)
        answer = connection.getresponse()
        answer.read()
        return answer.status
