"""One at a time: a job that is already running elsewhere is not run twice at once. By advisory lock, so a killed one frees it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from foundation.db import engine
from foundation.leader import lock_number


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
