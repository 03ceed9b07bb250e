"""One leader among processes: whoever holds a PostgreSQL advisory lock on a connection of its own. The lock dies with it."""

import hashlib
import time
from contextlib import suppress

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation.config import settings

FRESH_SECONDS = 4.0


def lock_number(name: str) -> int:
    """A name as the signed 64-bit number an advisory lock wants."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


class Leadership:
    """Try to lead, and know at any moment whether one still does. Not shared between threads, except `still_held`."""

    def __init__(self, name: str) -> None:
        self._number = lock_number(name)
        self._connection: psycopg.Connection | None = None
        self._checked = 0.0

    def take(self) -> bool:
        """Connect and try the lock once; False when somebody else leads. Raises psycopg.Error without a database."""
        self.give_up()
        address = settings().database_url.replace("+psycopg", "", 1)
        connection = psycopg.connect(address, autocommit=True, connect_timeout=2, application_name="gd-leader")
        try:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", [self._number]).fetchone()
        except psycopg.Error:
            connection.close()
            raise
        if row is None or not row[0]:
            connection.close()
            return False
        self._connection, self._checked = connection, time.monotonic()
        return True

    def check(self) -> bool:
        """Ask the database on the lock's own connection; False (and given up) once that connection is gone."""
        if self._connection is None:
            return False
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            self.give_up()
            return False
        self._checked = time.monotonic()
        return True

    def still_held(self) -> bool:
        """Whether the last successful check is fresh: a process that was paused must not go on as if nothing happened."""
        return self._connection is not None and time.monotonic() - self._checked < FRESH_SECONDS

    def give_up(self) -> None:
        """Free the lock and close the connection; a connection that is gone has freed it already."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(%s)", [self._number])
            connection.close()


def is_led(session: Session, name: str) -> bool:
    """Whether any process holds the leadership."""
    number = lock_number(name) % 2**64
    found = session.scalar(
        text("""
            SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND classid::bigint = :high AND objid::bigint = :low
        """),
        {"high": number >> 32, "low": number & 0xFFFFFFFF},
    )
    return bool(found)
