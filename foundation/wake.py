"""Wakes workers when the database says something arrived. A lost connection only costs the one-second poll behind it."""

import threading
from collections.abc import Callable

import psycopg
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.config import settings
from foundation.log import logger

log = logger(__name__)


def ring(session: Session, job: str) -> None:
    """At the commit, ask for a job at once instead of at its next tick. A ring nobody hears costs only that wait."""
    session.execute(select(func.pg_notify("jobs", job)))


class Bell:
    """Wakes one waiting worker per ring; a ring nobody waits for is kept, once."""

    def __init__(self) -> None:
        self._rings = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._rung = False

    def ring(self) -> None:
        """Wake one worker; rings do not add up."""
        with self._lock:
            if not self._rung:
                self._rung = True
                self._rings.release()

    def wait(self, seconds: float) -> None:
        """Return at the next ring, or after `seconds`."""
        if self._rings.acquire(timeout=seconds):
            with self._lock:
                self._rung = False


def listen(channel: str, heard: Callable[[str], None], stop: threading.Event) -> None:
    """Call `heard(payload)` for every NOTIFY on `channel` until `stop`; reconnects by itself.

    `heard("")` is called after each (re)connect: something may have arrived while nobody listened.
    """
    address = settings().database_url.replace("+psycopg", "", 1)
    while not stop.is_set():
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=2, application_name=f"gd-{channel}") as connection:
                connection.execute(f'LISTEN "{channel}"')
                heard("")
                while not stop.is_set():
                    for note in connection.notifies(timeout=0.5):
                        heard(note.payload)
        except psycopg.Error as error:
            log.warning("not listening", channel=channel, problem=repr(error))
            stop.wait(1)
