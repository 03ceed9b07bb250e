"""The database is killed and started again under a running sender: nothing is lost and nothing is sent twice."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from foundation import db
from foundation.db import transaction
from outbox.models import Lane
from outbox.sender import Sender
from supervisor.servers import Server, start_postgres
from tests.builders.outbox import owe
from tests.builders.platform import ScriptedPlatform, forget_client

ROOT = Path(__file__).parents[3]
AWAY_SECONDS = 5


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="gd-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def own_database(folder: Path, platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Server]]:
    """A PostgreSQL of this test alone, whose process is the list's last."""
    servers = [start_postgres(folder)]
    monkeypatch.setenv("DATABASE_URL", servers[0].address)
    db.engine().dispose()
    db.engine.cache_clear()
    forget_client()
    command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
    yield servers
    db.engine().dispose()
    db.engine.cache_clear()
    servers[-1].stop()


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def sent() -> int:
    with transaction() as session:
        return int(session.scalar(text("SELECT count(*) FROM outgoing_message WHERE status = 'sent'")) or 0)


def test_a_killed_database_comes_back_and_every_message_left_once(
    own_database: list[Server], folder: Path, platform: ScriptedPlatform
) -> None:
    platform.latency = 0.2
    owe(150)
    stop = threading.Event()
    thread = threading.Thread(target=Sender((Lane.TASK,), 8, lambda _message: None).run, args=(stop,), daemon=True)
    thread.start()
    try:
        wait_for(lambda: len(platform.of("message/send")) >= 20)
        os.killpg(own_database[-1].process.pid, signal.SIGKILL)
        own_database[-1].process.wait()
        time.sleep(AWAY_SECONDS)
        own_database.append(start_postgres(folder))
        wait_for(lambda: sent() == 150)
    finally:
        stop.set()
        thread.join(60)
    counts = Counter(each.json["touser"] for each in platform.of("message/send"))
    assert len(counts) == 150
    assert set(counts.values()) == {1}
