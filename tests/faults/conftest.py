"""Fault tests run the real processes against the simulator on servers of their own, and break them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.stage import Stage, stage
from demo.seed import fill, first_sync, verify_callbacks
from foundation import db
from foundation.config import settings
from foundation.redis import redis_client
from supervisor.stack import is_up

JOBS = ("dramatiq", "jobs.worker", "--processes", "1", "--threads", "4")


@contextmanager
def running(name: str, *, filled: bool = True) -> Iterator[Stage]:
    """Everything running on the sample brand; this process's own settings come back afterwards."""
    kept = dict(os.environ)
    try:
        with stage(f"fault-{name}") as built:
            built.simulator()
            built.web()
            built.add("roads", "jobs.roads")
            built.add("jobs", *JOBS)
            built.add("clock", "jobs.clock")
            # The port listens before the worker has loaded the app, and the platform waits for an echo one second only.
            built.wait_for("web", lambda: is_up(f"http://127.0.0.1:{built.port}/healthz"))
            verify_callbacks(built.platform, f"http://127.0.0.1:{built.port}")
            if filled:
                first_sync()
                fill()
            yield built
            built._lock.close()
    finally:
        os.environ.clear()
        os.environ.update(kept)
        for cached in (settings, db.engine, redis_client):
            cached.cache_clear()


@pytest.fixture
def brand(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The sample brand, synchronised and filled."""
    with running(request.node.name[:40]) as built:
        yield built
