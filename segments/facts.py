"""Keeps customer_facts true: triggers say who changed, `refresh` works her facts out anew. One at a time, by a lock."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.leader import lock_number
from segments.facts_sql import FORGET, MOST_IN_A_MONTH, REBUILD, TAKE, WANT_FADED

MONTH_DAYS = 30
FADED_DAYS = 7
LOCK = lock_number("segments.facts")
COUNTER_LEADER = "guidedesk counter"
BATCH = 5_000


def lock_facts(session: Session) -> None:
    """Wait for whoever refreshes now, and keep others waiting until this transaction ends.

    Without it, one who read before a change could write after one who read behind it, and the change would be lost.
    """
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))


def refresh(session: Session, limit: int = BATCH) -> list[int]:
    """Work out what is wanted, single changes before bulk; the customers done, [] when nothing is wanted."""
    lock_facts(session)
    ids = sorted(set(session.scalars(TAKE, {"limit": limit})))
    if ids:
        rebuild(session, ids)
    return ids


def rebuild(session: Session, ids: Sequence[int]) -> None:
    """The facts of these customers as they follow from the true tables now."""
    month = clock.start_of(clock.today() - timedelta(days=MONTH_DAYS - 1))
    session.execute(REBUILD, {"ids": list(ids), "month": month, "most": MOST_IN_A_MONTH})
    session.execute(FORGET, {"ids": list(ids)})


def want_faded(session: Session, day: date) -> None:
    """On a new day, ask for those whose contacts and openings are no longer within thirty days; a week late is made up."""
    until = clock.start_of(day - timedelta(days=MONTH_DAYS - 1))
    session.execute(WANT_FADED, {"since": until - timedelta(days=FADED_DAYS), "until": until})
