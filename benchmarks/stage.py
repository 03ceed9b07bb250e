"""Servers for one case: a fresh database, Redis, and whichever processes the case needs; all stopped at its end."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from sqlalchemy import text

from demo.__main__ import demo_settings
from demo.platform import Platform
from foundation import db
from foundation.config import settings
from foundation.redis import forget_redis
from supervisor.children import Child
from supervisor.places import server_folder
from supervisor.stack import ROOT, Stack, is_up

HOST = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Stage(Stack):
    """A stack whose ports were chosen freely; `platform` is the simulator's control plane."""

    def __init__(self, var: Path) -> None:
        self.port, self.simulator_port = free_port(), free_port()
        var.mkdir(parents=True, exist_ok=True)
        env = {**os.environ, **demo_settings(self.port, self.simulator_port, var), "LOG_LEVEL": "WARNING"}
        env.update(WECOM_CALLS_PER_MINUTE="10000000", WECOM_CALLS_PER_HOUR="10000000")
        super().__init__(var, env)
        self.platform = Platform(f"http://{HOST}:{self.simulator_port}")

    def open(self) -> None:
        """Servers and schema; this process uses them too."""
        self.start_servers()
        os.environ.update(self.env)
        _forget()
        self.run("alembic", "upgrade", "head")

    def web(self, app: str = "app:create_app()", port: int | None = None, workers: int = 1) -> Child:
        """A gunicorn on one core's worth of workers; `app` may be a peer."""
        port = port or self.port
        self.env["WEB_WORKERS"] = str(workers)
        child = self.add(f"web-{port}", "gunicorn", "--bind", f"{HOST}:{port}", app)
        self.wait_for(app, lambda: _answers(port))
        return child

    def simulator(self, brand: str = "sample") -> None:
        """The platform, without a snapshot."""
        address = f"http://{HOST}:{self.port}"
        self.add("simulator", "simulator", "--port", str(self.simulator_port), "--brand", brand, "--product-url", address)
        self.wait_for("simulator", lambda: is_up(f"{self.platform.base}/_control/health"))


def _answers(port: int) -> bool:
    """Whether the app is loaded: the port listens before that. A peer answers with whatever status it likes."""
    try:
        requests.get(f"http://{HOST}:{port}/healthz", timeout=3)
    except requests.RequestException:
        return False
    return True


@contextmanager
def stage(name: str, keep: bool = False) -> Iterator[Stage]:
    """A fresh stage under var/bench, gone afterwards; with `keep` the one of that name, as it was left."""
    var = ROOT / "var" / "bench" / (name if keep else f"{name}-{os.getpid()}")
    if not keep:
        shutil.rmtree(var, ignore_errors=True)
    kept = dict(os.environ)
    for address in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(address, None)
    built = Stage(var)
    try:
        built.open()
        yield built
    finally:
        db.engine().dispose()
        built.stop()
        if not keep:
            shutil.rmtree(server_folder(var), ignore_errors=True)
            shutil.rmtree(var, ignore_errors=True)
        os.environ.clear()
        os.environ.update(kept)
        _forget()


def _forget() -> None:
    """Drop what this process keeps of its settings and connections."""
    forget_redis()
    for cached in (settings, db.engine):
        cached.cache_clear()


def pin(process_ids: list[int], core: int) -> None:
    """Give processes (and what they start) one core, where the machine lets us; a single-core machine is left alone."""
    if sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1:
        # Each thread by its own number: the process's alone would leave those already started where they are.
        threads = [int(task.name) for pid in process_ids for task in Path(f"/proc/{pid}/task").iterdir()]
        for thread in threads:
            os.sched_setaffinity(thread, {core})


def family(pid: int) -> list[int]:
    """A process and everything it started."""
    return [pid, *_children(pid)]


def memory_mb(pid: int) -> float:
    """Resident memory of a process and its children, in MB."""
    total = 0.0
    for candidate in family(pid):
        for line in Path(f"/proc/{candidate}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1]) / 1024
    return total


def cpu_seconds(pid: int) -> float:
    """Processor time a process and its children have used; beside other work it says more than the clock."""
    total = 0
    for candidate in family(pid):
        fields = Path(f"/proc/{candidate}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def server_seconds() -> float:
    """Processor seconds of the database server and its processes, those that have ended too."""
    with db.engine().connect() as connection:
        backend = int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)
    parent, total = _stat(backend)[1], 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = _stat(int(path.name))
        except OSError:
            continue
        total += sum(fields[11:15]) if int(path.name) == parent else 0
        total += fields[11] + fields[12] if fields[1] == parent else 0
    return total / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[int]:
    """The numbers after the name and state: the parent second, processor time from the eleventh on."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [0, *(int(word) for word in words[1:20])]


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *_children(int(child))]
    return found
