"""Waiting until somebody else's transaction waits for ours."""

from time import sleep

from sqlalchemy import text

from foundation.db import transaction

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def wait_for_a_lock() -> None:
    """Returns once a session of this database waits for a lock; an AssertionError after a minute."""
    for _ in range(1200):
        with transaction() as session:
            if session.scalar(text(WAITING)):
                return
        sleep(0.05)
    raise AssertionError("nobody waits")
