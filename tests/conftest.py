"""Real parts for every test: a PostgreSQL and a Redis of this test process, a migrated database, nothing patched."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import NullPool, create_engine, event, text
from sqlalchemy.orm import Session

from foundation import db
from foundation.config import settings
from foundation.redis import redis_client
from supervisor.browser import ARGUMENTS, browser_environment, ensure_browser
from supervisor.servers import start_postgres, start_redis
from tests.environment import SETTINGS

ROOT = Path(__file__).parent.parent
KEPT = "('alembic_version')"
# A file goes to one worker whole; those that wait more than they work begin first, so that others use the time.
WAITING_FIRST = ("tests/walk/", "tests/faults/", "tests/browser", "tests/simulator_client/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
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
    with create_engine(settings().database_url, poolclass=NullPool).connect() as connection:
        names = connection.scalars(
            text(f"SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN {KEPT}")
        ).all()
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("TRUNCATE " + ", ".join(f'"{name}"' for name in names) + " RESTART IDENTITY CASCADE"))
        connection.commit()


@pytest.fixture
def database(servers: None) -> Iterator[None]:
    """A clean database and Redis for a test that goes through the front door and commits for real."""
    _empty_tables()
    redis_client().flushall()
    yield
    db.engine().dispose()


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
