"""The whole product on one machine: servers, migrations, web, roads, jobs and clock, watched until told to stop."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from supervisor.children import Child
from supervisor.servers import POSTGRES, Server, start_postgres, start_redis

ROOT = Path(__file__).parent.parent


class CannotStart(Exception):
    """Something a person must mend first; the text says what."""


def read_env_file(path: Path) -> dict[str, str]:
    """KEY=value lines of a .env file; comments and blank lines are skipped, quotes around a value are taken off."""
    found = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        name, sign, value = line.partition("=")
        if sign and not name.strip().startswith("#"):
            found[name.strip().removeprefix("export ").strip()] = value.strip().strip("'\"")
    return found


def check_port(host: str, port: int) -> None:
    """Raises CannotStart when somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(f"端口 {port} 已被占用（{error.strerror}）。请换一个：--port 8001 --simulator-port 8101") from None


def is_up(address: str) -> bool:
    """Whether a page answers 200."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # an http address made by us
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class Stack:
    """Everything one command runs. `env` grows as servers start; children are started in the order they are added."""

    def __init__(self, var: Path, env: dict[str, str]) -> None:
        self.var = var
        self.env = env
        self.servers: list[Server] = []
        self.children: list[Child] = []
        self.stopping = False
        var.mkdir(parents=True, exist_ok=True)
        self._lock = (var / "supervisor.lock").open("w")

    def hold_lock(self) -> None:
        """Only one supervisor may use a var/ folder; the kernel frees the lock when it dies, however it dies."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"{self.var} 正被另一个 script/demo 或 script/serve 使用，请先停止它。") from None

    def start_servers(self) -> None:
        """Embedded PostgreSQL and Redis, each only where the environment names none; and an empty folder for counters."""
        metrics = Path(self.env.setdefault("PROMETHEUS_MULTIPROC_DIR", str(self.var / "metrics")))
        # Counters of an earlier run would be added up again; the folder must be there before any process counts.
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        if not self.env.get("DATABASE_URL"):
            server = start_postgres(self.var)
            self.servers.append(server)
            self.env["DATABASE_URL"] = server.address
        if not self.env.get("REDIS_URL"):
            server = start_redis(self.var)
            self.servers.append(server)
            self.env["REDIS_URL"] = server.address

    def run(self, *command: str) -> None:
        """Run a command to its end with the stack's environment; raises CannotStart with its last words."""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env={**os.environ, **self.env},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotStart((done.stderr or done.stdout).strip()[-3000:])

    def show(self, *command: str) -> int:
        """Run a command to its end with its words on our terminal; returns its exit code."""
        return subprocess.run([sys.executable, "-m", *command], env={**os.environ, **self.env}, cwd=ROOT, check=False).returncode

    def add(self, name: str, *command: str) -> Child:
        """Start one more child, `python -m <command>`."""
        child = Child(name, [sys.executable, "-m", *command], dict(self.env), self.var / "log" / f"{name}.log")
        child.start()
        self.children.append(child)
        return child

    def add_product(self, host: str, port: int) -> None:
        """Migrate, then start web, the roads (a process each: none waits for another), jobs, clock and counter."""
        self.run("alembic", "upgrade", "head")
        self.add("web", "gunicorn", "--bind", f"{host}:{port}", "app:create_app()")
        for road in ("welcome", "in", "out"):
            self.add(f"roads-{road}", "jobs.roads", road)
        # A worker whose Redis died first tries for ever to hand its message back: dramatiq would wait ten minutes for it.
        self.add("jobs", "dramatiq", "jobs.worker", "--processes", "1", "--threads", "8", "--worker-shutdown-timeout", "5000")
        self.add("clock", "jobs.clock")
        self.add("counter", "jobs.counter")

    def wait_for(self, what: str, ready: Callable[[], bool], seconds: float = 240) -> None:
        """Wait until `ready`; a child that died meanwhile ends the wait with its last words."""
        until = time.monotonic() + seconds
        while not ready():
            for child in self.children:
                if not child.running():
                    raise CannotStart(f"{child.name} 没有启动成功：\n{child.tail()}")
            if time.monotonic() > until:
                raise CannotStart(f"等了 {seconds:.0f} 秒，{what} 还没有就绪；日志在 {self.var / 'log'}")
            time.sleep(0.1)

    def watch(self) -> int:
        """Until Ctrl-C or SIGTERM: revive children that die. Returns the exit code."""

        def stop(_signal: int, _frame: FrameType | None) -> None:
            self.stopping = True

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        while not self.stopping:
            for child in self.children:
                if not child.running() and not self.stopping:
                    print(f"{child.name} 意外退出，正在重新启动…（日志 {child.log}）", flush=True)
                    if not child.revive():
                        print(f"{child.name} 一再退出，停止全部：\n{child.tail()}", flush=True)
                        return 1
            self._revive_servers()
            time.sleep(0.2)
        return 0

    def _revive_servers(self) -> None:
        for place, server in enumerate(self.servers):
            if server.process.poll() is not None and not self.stopping:
                print(f"{server.name} 意外退出，正在重新启动…", flush=True)
                # The same folder gives the same socket: whoever uses it connects again by itself.
                self.servers[place] = (start_postgres if server.name == POSTGRES else start_redis)(self.var)

    def guard(self, work: Callable[[], int]) -> int:
        """Do the whole work of a command; whatever ends it, everything is stopped. Returns the exit code."""
        try:
            return work()
        except CannotStart as problem:
            print(problem, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 0
        finally:
            self.stop()

    def stop(self) -> None:
        """Children first, all at once; then the servers they stand on."""
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.stop()
        for server in reversed(self.servers):
            server.stop()
        self._lock.close()
