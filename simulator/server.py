"""Runs the simulator under gunicorn in this process tree: one worker (the state lives in it), many threads."""

import functools
import signal
from types import FrameType
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from simulator import settling, snapshot
from simulator.app import create_app
from simulator.brands.table import find_brand
from simulator.settings import Settings
from simulator.webview.proxy import wrap_wsgi
from simulator.world.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def make_world(settings: Settings) -> World:
    """A world from the snapshot when there is one, otherwise from the brand."""
    world = World(settings)
    if settings.snapshot is not None and settings.snapshot.exists():
        snapshot.load(world, settings.snapshot)
    else:
        world.reset(find_brand(settings.brand, settings.seed), settings.seed)
    return world


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with its settings given in code."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._world: World | None = None
        super().__init__()

    def load_config(self) -> None:
        wanted: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}", "workers": 1, "worker_class": "gthread",
            "threads": self._settings.threads, "keepalive": 75, "timeout": 0, "graceful_timeout": 30, "backlog": 2048,
            "worker_connections": 2000, "loglevel": "warning", "worker_exit": self._save,
            "post_worker_init": self._hear_signals, "proc_name": "wecom-simulator",
            "control_socket_disable": True,
        }  # fmt: skip
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self) -> "WSGIApplication":
        # Called in the worker: threads and state must not be made before the fork.
        self._world = make_world(self._settings)
        settling.start(self._world)
        return wrap_wsgi(create_app(self._world), self._world, self._settings)

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
