"""Long work beside the syncs, in the same table with the same fence: its kind has a colon ("posters:12:3")."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict
from foundation.wake import ring
from org.actions import RUN_LOCK
from org.models import SyncRun, SyncStatus

LIVE = (SyncStatus.WAITING, SyncStatus.RUNNING)
CANCELLED = "已取消"


def start_batch(session: Session, kind: str, cursor: Json, *, total: int, asked_by: str, job: str) -> SyncRun:
    """Ask for a batch and ring for its job. Raises Conflict while one of this kind is waiting or running."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": RUN_LOCK})
    if session.scalar(select(SyncRun.id).where(SyncRun.kind == kind, SyncRun.status.in_(LIVE)).limit(1)):
        raise Conflict("同样的工作正在进行，请等它完成或先取消")
    run = SyncRun(
        kind=kind, status=SyncStatus.WAITING, cursor=cursor, done=0, total=total, report={}, asked_by=asked_by,
        created_at=clock.now(),
    )  # fmt: skip
    session.add(run)
    ring(session, job)
    session.flush()
    return run


def cancel_batch(session: Session, run_id: int) -> bool:
    """End a batch by hand; False when it had ended. Its worker finds out at its next page and stops."""
    run = session.get(SyncRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or ":" not in run.kind or run.status not in LIVE:
        return False
    run.status, run.error, run.finished_at = SyncStatus.FAILED, CANCELLED, clock.now()
    session.flush()
    return True
