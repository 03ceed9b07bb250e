"""Fault tests run the real processes against the simulator on servers of their own, and break them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from benchmarks.stage import Stage, stage
from demo.seed import fill, first_sync, verify_callbacks
from foundation import clock, db
from foundation.config import settings
from foundation.redis import forget_redis
from supervisor.stack import is_up

JOBS = ("dramatiq", "jobs.worker", "--processes", "1", "--threads", "4")


@contextmanager
def bare(name: str) -> Iterator[Stage]:
    """A stage with servers of its own and nothing running yet; this process's settings come back afterwards."""
    kept = dict(os.environ)
    # A stage starts servers only where none are named, and the test run has named its own.
    for name_of_server in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name_of_server, None)
    try:
        with stage(f"fault-{name}") as built:
            # Cards of the day would come between what is counted: their hour is as far away as can be, whenever this runs.
            far = f"{(clock.now() + timedelta(hours=12)).astimezone(clock.SHANGHAI):%H:%M}"
            built.env |= {"MORNING_CARD_AT": far, "LEADERBOARD_CARD_AT": far}
            yield built
    finally:
        os.environ.clear()
        os.environ.update(kept)
        forget_redis()
        for cached in (settings, db.engine):
            cached.cache_clear()


@contextmanager
def running(name: str) -> Iterator[Stage]:
    """Everything running on the sample brand, synchronised and filled."""
    with bare(name) as built:
        built.simulator()
        built.web()
        built.add("roads-welcome", "jobs.roads", "welcome")
        built.add("roads-in", "jobs.roads", "in")
        built.add("roads-out", "jobs.roads", "out")
        built.add("jobs", *JOBS)
        built.add("clock", "jobs.clock")
        # The port listens before the worker has loaded the app, and the platform waits for an echo one second only.
        built.wait_for("web", lambda: is_up(f"http://127.0.0.1:{built.port}/healthz"))
        verify_callbacks(built.platform, f"http://127.0.0.1:{built.port}")
        first_sync()
        fill()
        yield built


@pytest.fixture(scope="module")
def whole_brand(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """One brand for the tests of a file: each breaks it and waits until it has mended itself."""
    with running(request.node.path.stem) as built:
        yield built


@pytest.fixture
def brand(whole_brand: Stage) -> Iterator[Stage]:
    """The sample brand in good health, before and after."""
    yield whole_brand
    whole_brand.platform.http.delete(f"{whole_brand.platform.base}/_control/faults", timeout=10)
    for child in whole_brand.children:
        if not child.running():
            child.start()
