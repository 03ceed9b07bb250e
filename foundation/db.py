"""PostgreSQL: the engine, one transaction at a time, and the base every table of every room stands on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Engine, MetaData, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session

from foundation.config import settings

Json = dict[str, Any]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Moments are aware UTC, numbers of rows are 64-bit, dictionaries are JSONB."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        int: BigInteger(),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
    }


@lru_cache(maxsize=1)
def engine() -> Engine:
    """One pool per process; a forked child begins with an empty one of its own. Errors never quote a statement's values."""
    return create_engine(
        settings().database_url,
        pool_size=settings().database_pool_size,
        max_overflow=settings().database_pool_size,
        pool_timeout=4,
        pool_pre_ping=True,
        hide_parameters=True,
        # LC_ALL of the server does not matter: sessions speak UTC. A statement that runs for a minute is a bug.
        connect_args={"options": "-c timezone=UTC -c statement_timeout=60000 -c lock_timeout=10000", "connect_timeout": 3},
    )


def _forget_connections() -> None:
    # The parent's sockets are dropped without closing them under the parent.
    if engine.cache_info().currsize:
        engine().dispose(close=False)


os.register_at_fork(after_in_child=_forget_connections)


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back on any error. Only edges, jobs and outbox.sender open one.

    Never call the platform inside it: a slow platform would hold locks and connections.
    """
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session
