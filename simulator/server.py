"""Runs the simulator under gunicorn in this process tree: one worker (the state lives in it), many threads."""

import functools
import os
import resource
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from simulator import settling, snapshot
from simulator.app import create_app
from simulator.brands.table import find_brand
from simulator.gate import guard
from simulator.patience import PatientWorker
from simulator.settings import Settings
from simulator.webview.proxy import wrap_wsgi
from simulator.world.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MOST_CONNECTIONS = 2_000


def make_world(settings: Settings) -> World:
    """A world from the snapshot when there is one, otherwise from the brand."""
    world = World(settings)
    if settings.snapshot is not None and settings.snapshot.exists():
        snapshot.load(world, settings.snapshot)
        if settings.without_receivers:
            world.clear_receivers()
    else:
        world.reset(find_brand(settings.brand, settings.seed), settings.seed, settings.brand)
    return world


def _most_connections(threads: int) -> int:
    """Open lines at once: half of what the process may have open, so that accepting one never fails."""
    return max(threads + 50, min(MOST_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2))


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with its settings given in code."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._world: World | None = None
        super().__init__()

    def load_config(self) -> None:
        wanted: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}", "workers": 1, "worker_class": PatientWorker,
            "threads": self._settings.threads, "keepalive": 75, "timeout": 0, "graceful_timeout": 30, "backlog": 2048,
            "worker_connections": _most_connections(self._settings.threads), "loglevel": "warning", "worker_exit": self._save,
            "post_worker_init": self._hear_signals, "proc_name": "wecom-simulator",
            "control_socket_disable": True, "when_ready": self._say_where,
        }  # fmt: skip
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self) -> "WSGIApplication":
        # Called in the worker: threads and state must not be made before the fork.
        self._world = make_world(self._settings)
        settling.start(self._world)
        inside = wrap_wsgi(create_app(self._world), self._world, self._settings)
        return guard(inside, (self._settings.host, *self._settings.allowed_hosts))

    def _say_where(self, arbiter: object) -> None:
        sys.stdout.write(f"WeCom simulator: {self._settings.base_url} (pid {os.getpid()})\n")
        sys.stdout.flush()

    def _hear_signals(self, worker: object) -> None:
        # Streams and hanging calls must end by themselves, or the arbiter would wait for them and kill the saving.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, functools.partial(self._close, signal.getsignal(number)))

    def _close(self, before: Any, number: int, frame: FrameType | None) -> None:
        if self._world is not None:
            self._world.close()
        if callable(before):
            before(number, frame)

    def _save(self, arbiter: object, worker: object) -> None:
        if self._world is not None and self._settings.snapshot is not None:
            snapshot.save(self._world, self._settings.snapshot)
