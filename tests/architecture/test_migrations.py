"""Models and migrations say the same, and migrations can be walked in both directions."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from foundation.config import settings

ROOT = Path(__file__).parent.parent.parent


def configured(url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def test_models_equal_migrations(servers: None) -> None:
    command.check(Config(str(ROOT / "alembic.ini")))


def test_migrations_go_down_and_up_again(servers: None) -> None:
    main = create_engine(settings().database_url, isolation_level="AUTOCOMMIT")
    with main.connect() as connection:
        connection.execute(text("CREATE DATABASE walk"))
    url = settings().database_url.replace("/postgres?", "/walk?")
    command.upgrade(configured(url), "head")
    command.downgrade(configured(url), "base")
    command.upgrade(configured(url), "head")
    with main.connect() as connection:
        connection.execute(text("DROP DATABASE walk WITH (FORCE)"))
    main.dispose()


def test_migrations_never_import_models() -> None:
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "models" not in path.read_text().replace("models equal", ""), path.name


def test_the_audit_cannot_be_rewritten(servers: None) -> None:
    engine = create_engine(settings().database_url)
    with engine.connect() as connection:
        connection.execute(
            text("INSERT INTO audit_event (at, actor, action, subject, facts) VALUES ('2026-01-01', 'staff:1', 'x', 'y', '{}')")
        )
        for statement in ("UPDATE audit_event SET actor = 'staff:2'", "DELETE FROM audit_event"):
            savepoint = connection.begin_nested()
            with pytest.raises(DBAPIError, match="append-only"):
                connection.execute(text(statement))
            savepoint.rollback()
        connection.rollback()
    engine.dispose()
