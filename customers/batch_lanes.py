"""A batch in lanes: stretches done at the same time, each in a transaction of its own, kept in their order alone.

A stretch done ahead is kept when the one before it was; else it is thrown away, as if nobody had begun it. So the batch's row
tells the truth after every transaction, whoever is killed, and cancelling or taking back never meets a stretch out of order.
"""

from threading import Lock

from sqlalchemy import text
from sqlalchemy.orm import Session

from customers.batch_kinds import deed_of
from customers.batch_stretch import AT_ONCE, BEHIND, OPEN, Stretch, do, keep, next_stretch
from customers.tag_models import CustomerBatch
from foundation.leader import lock_number

# Beside other lanes, never beside a stretch worked alone: customers.batches.ALONE.
AMONG = text("SELECT pg_try_advisory_xact_lock_shared(:key)")
# A stretch holds its own lock to its end; the next one waits for it where the database would see two waiting for each other.
HOLD = text("SELECT pg_advisory_xact_lock(:key)")
WAIT = text("SELECT pg_advisory_xact_lock_shared(:key)")


class OutOfTurn(Exception):
    """The stretch before this one was not kept, or the batch was stopped: the caller rolls back."""


class Course:
    """How far the lanes of one batch have got, for the threads of one process. `over` when no further stretch may begin."""

    def __init__(self, cursor: int) -> None:
        self.over = False
        self._ahead = cursor
        self._before: int | None = None
        self._lock = Lock()

    def claim(self, session: Session, batch: CustomerBatch, limit: int) -> tuple[Stretch, int | None] | None:
        """The next stretch, held, and where the one before it begins; None when there is none."""
        with self._lock:
            if self.over:
                return None
            stretch = next_stretch(session, batch, self._ahead, limit)
            session.execute(HOLD, {"key": _key(batch.id, stretch.after)})
            before, self._before = self._before, stretch.after
            # Somebody may have ended the course meanwhile: that stays.
            if stretch.last:
                self.over = True
            self._ahead = stretch.ids[-1] if stretch.ids else self._ahead
            return stretch, before


def course_of(session: Session, batch_id: int) -> Course | None:
    """For a batch whose deed may be done in lanes; None for others."""
    batch = session.get(CustomerBatch, batch_id)
    return Course(batch.cursor) if batch is not None and deed_of(batch.kind).in_lanes else None


def work_ahead(session: Session, batch_id: int, course: Course, limit: int = AT_ONCE) -> bool:
    """Do a stretch of `limit` customers beside others, in a transaction of the caller; whether there may be more to do.

    Raises OutOfTurn.
    """
    batch = session.get(CustomerBatch, batch_id)
    if batch is None or not session.scalar(AMONG, {"key": lock_number(f"batch {batch.undo_of or batch.id}")}):
        return False
    session.refresh(batch)
    claimed = course.claim(session, batch, limit) if batch.status in OPEN else None
    if claimed is None:
        return False
    stretch, before = claimed
    session.execute(BEHIND)
    outcome = do(session, batch, stretch)
    if before is not None:
        session.execute(WAIT, {"key": _key(batch.id, before)})
    session.refresh(batch, with_for_update=True)
    if batch.status not in OPEN or batch.cursor != stretch.after:
        raise OutOfTurn
    return keep(session, batch, stretch, outcome)


def _key(batch_id: int, after: int) -> int:
    return lock_number(f"batch {batch_id} after {after}")
