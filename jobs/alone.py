"""One at a time: a job that is already running elsewhere is not run twice at once. By advisory lock, so a killed one frees it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from foundation.db import engine, transaction
from foundation.leader import lock_number
from foundation.log import logger

log = logger(__name__)
# Passes by itself: a deadlock, a lock waited for too long, the database away, no connection free. Nothing the work could help.
PASSING = (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError)


def why(broken: Exception) -> str:
    """In the database's words or the pool's, never the statement with its values."""
    return str(broken.orig if isinstance(broken, DBAPIError) else broken)


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """True inside the block when nobody else is in a block of this name. Holds one connection, not a transaction."""
    key = {"key": lock_number(f"job {name}")}
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        got = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key))
        try:
            yield got
        finally:
            if got:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def each_alone(name: str, ids: Iterable[int], work: Callable[[int], object], trouble: Callable[[Session, int], None]) -> int:
    """Work one after the other those nobody else works at, under the name with the id behind it; how many were worked.

    `work` answers False where nothing was to do. One that fails does not keep back those behind it: what passes by itself
    (`PASSING`) is tried again; anything else is told to `trouble`, which gives it up in time, and the first is raised at the end.
    """
    worked, failed = 0, None
    for one in ids:
        try:
            with alone(f"{name} {one}") as mine:
                if mine:
                    worked += work(one) is not False
        except PASSING as broken:
            log.warning("work broken off", work=name, id=one, why=why(broken))
        except Exception as wrong:
            log.exception("work failed", work=name, id=one)
            _tell(trouble, name, one)
            failed = failed or wrong
    if failed is not None:
        raise failed
    return worked


def _tell(trouble: Callable[[Session, int], None], name: str, one: int) -> None:
    """Where somebody holds its row or the database is away, the next failure is told; those behind wait for nothing."""
    try:
        with transaction() as session:
            trouble(session, one)
    except PASSING as broken:
        log.warning("trouble not noted", work=name, id=one, why=why(broken))
