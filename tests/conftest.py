"""Real parts for every test: a PostgreSQL and a Redis of this test process, a migrated database, nothing patched."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
import time_machine
from alembic import command
from alembic.config import Config
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import NullPool, QueuePool, create_engine, event, text
from sqlalchemy.orm import Session

from foundation import clock, db
from foundation.config import settings
from foundation.redis import redis_client
from supervisor.browser import ARGUMENTS, browser_environment, ensure_browser
from supervisor.servers import start_postgres, start_redis
from tests.environment import SETTINGS

ROOT = Path(__file__).parent.parent
# How long a page may take is the machine's business; waiting longer makes nothing true that is not.
expect.set_options(timeout=20_000)
# structlog's own way to show an error paints every local variable of every frame: seconds of a busy machine for each.
PLAIN = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], PLAIN])
# Tables with pages: what was never written has none.
WRITTEN = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
"""
COUNTERS_BACK = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
MUCH = 4_000_000  # bytes of a table whose dead rows would slow the tests after
# A file goes to one worker whole; those that wait more than they work begin first, so that others use the time.
WAITING_FIRST = ("tests/walk/", "tests/faults/", "tests/browser", "tests/simulator_client/")
# They start processes and browsers and walk through many pages: on a busy machine they need more than the usual minutes.
PATIENCE = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(WAITING_FIRST) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(PATIENCE))
    places = {folder: place for place, folder in enumerate(WAITING_FIRST)}
    items.sort(key=lambda item: min((place for folder, place in places.items() if item.nodeid.startswith(folder)), default=99))


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    """One PostgreSQL and one Redis for this process, thrown away at its end."""
    folder = Path(tempfile.mkdtemp(prefix="gd-", dir="/tmp"))
    folder.chmod(0o755)
    os.environ.update(SETTINGS, DATA_DIR=str(folder / "data"), ASSET_DIR=str(ROOT / "var" / "assets"))
    postgres = start_postgres(folder, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
    redis = start_redis(folder)
    os.environ.update(DATABASE_URL=postgres.address, REDIS_URL=redis.address)
    settings.cache_clear()
    command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
    yield
    db.engine().dispose()
    redis_client().close()
    postgres.stop()
    redis.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _empty_tables() -> None:
    """Rows are deleted where there are any and the counters set back: a TRUNCATE of all tables takes half a second a test."""
    with create_engine(settings().database_url, poolclass=NullPool).connect() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        for name, size in connection.execute(text(WRITTEN)).all():
            if size > MUCH:
                connection.execute(text(f'TRUNCATE "{name}" CASCADE'))
            elif connection.scalar(text(f'SELECT EXISTS (SELECT FROM "{name}")')):
                connection.execute(text(f'DELETE FROM "{name}"'))
        connection.execute(text(COUNTERS_BACK))
        connection.commit()


def _let_connections_go() -> None:
    """A page's last request may still be served by a thread of its server: its connection comes back before the pool goes, and
    whoever comes meanwhile is given one of the next pool. Fails a test that keeps one for good.
    """
    engine, old = db.engine(), db.engine().pool
    assert isinstance(old, QueuePool)
    engine.pool = old.recreate()
    until = time.monotonic() + 10
    while old.checkedout() and time.monotonic() < until:
        time.sleep(0.02)
    assert old.checkedout() == 0, old.status()
    old.dispose()


@pytest.fixture
def database(servers: None) -> Iterator[None]:
    """A clean database and Redis for a test that goes through the front door and commits for real."""
    _empty_tables()
    redis_client().flushall()
    yield
    _let_connections_go()


@pytest.fixture
def session(database: None) -> Iterator[Session]:
    """A session for testing a room: everything is rolled back at the end."""
    with Session(db.engine(), expire_on_commit=False) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def count_sql() -> Callable[[], "contextmanager[list[str]]"]:  # type: ignore[type-arg]
    """`with count_sql() as statements:` collects every statement, to hold list pages to a bound."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        event.listen(db.engine(), "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(db.engine(), "before_cursor_execute", note)

    return counting  # type: ignore[return-value]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one real browser of this test process: a second Playwright beside it would be refused."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=ensure_browser(), args=list(ARGUMENTS), env=browser_environment())
        yield opened
        opened.close()


@pytest.fixture
def noon() -> Iterator[None]:
    """The middle of today in Shanghai: what a test does in the hours around it is of one day, whenever it runs."""
    with time_machine.travel(clock.at(clock.today(), 12), tick=True):
        yield
