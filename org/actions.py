"""What changes in the organisation: departments, members, and the record of syncs. Never commits, never calls the platform."""

from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict
from foundation.wake import ring
from org.departments import apply_departments, remove_department
from org.models import Staff, SyncRun, SyncStatus
from org.queries import get_run, is_batch
from org.rules import SILENCE, is_silent, may_resume
from org.staffing import apply_user, apply_users, depart, end_sessions, meet, meet_all, move_userid, want_staff

RUN_LOCK = 720_002


def start_run(session: Session, kind: str, asked_by: str) -> SyncRun:
    """Ask for a sync of a kind (see jobs.sync_jobs.STEPS). One that waits is given back; one that failed goes on from its
    cursor when a person asks the same day, or a machine within the hour: later the steps behind the cursor are stale.

    While one is running a person gets that one, the platform (`asked_by="platform"`) a new one behind it: what it told of
    may already have been passed.
    """
    _lock_runs(session)
    newest = session.scalars(select(SyncRun).where(SyncRun.kind == kind).order_by(SyncRun.id.desc()).limit(1)).one_or_none()
    if newest is not None:
        if newest.status == SyncStatus.WAITING or (newest.status == SyncStatus.RUNNING and asked_by != "platform"):
            return newest
        failed_at = newest.finished_at if newest.status == SyncStatus.FAILED else None
        if failed_at is not None and may_resume(asked_by, newest.created_at, failed_at, clock.now()):
            newest.status, newest.error, newest.finished_at = SyncStatus.WAITING, "", None
            ring(session, "org.sync")
            return newest
    run = SyncRun(kind=kind, status=SyncStatus.WAITING, cursor={}, done=0, report={}, asked_by=asked_by, created_at=clock.now())
    session.add(run)
    ring(session, "org.sync")
    session.flush()
    return run


def claim_run(session: Session, *, batches: bool = False) -> SyncRun | None:
    """Take the oldest sync (or batch, see org.batches) that waits or whose worker died; one per kind at a time. None when
    there is nothing to do."""
    _lock_runs(session)
    now = clock.now()
    open_runs = session.scalars(
        select(SyncRun)
        .where(SyncRun.status.in_([SyncStatus.WAITING, SyncStatus.RUNNING]), is_batch() if batches else ~is_batch())
        .order_by(SyncRun.id)
    ).all()
    busy = {run.kind for run in open_runs if run.status == SyncStatus.RUNNING and not is_silent(run.beat_at, now)}
    run = next((run for run in open_runs if run.kind not in busy), None)
    if run is None:
        return None
    run.status, run.beat_at = SyncStatus.RUNNING, now
    run.cursor = {**run.cursor, "fence": int(run.cursor.get("fence", 0)) + 1}
    session.flush()
    return run


def beat(
    session: Session,
    run_id: int,
    fence: int,
    *,
    cursor: Json,
    done: int = 0,
    total: int | None = None,
    report: Json | None = None,
) -> SyncRun:
    """Record a page, in the page's own transaction: the new cursor, `done` more rows, `total` expected, what was seen.

    Raises Conflict when another worker has taken the run over; its caller must stop, and the page rolls back.
    """
    run = session.get(SyncRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.status != SyncStatus.RUNNING or run.cursor.get("fence") != fence:
        raise Conflict("这次同步已由另一个进程接手")
    run.cursor = {**cursor, "fence": fence}
    run.done += done
    run.total = total if total is not None else run.total
    run.report = report if report is not None else run.report
    run.beat_at = clock.now()
    session.flush()
    return run


def keep_alive(session: Session, run_id: int, fence: int) -> bool:
    """The worker of this run lives, though it has no page to record yet. False when the run is no longer hers."""
    hers = SyncRun.cursor["fence"].as_integer() == fence
    alive = update(SyncRun).where(SyncRun.id == run_id, SyncRun.status == SyncStatus.RUNNING, hers)
    return session.scalar(alive.values(beat_at=clock.now()).returning(SyncRun.id)) is not None


def finish_run(session: Session, run_id: int, fence: int, *, error: str = "") -> SyncRun:
    """The end: done, or failed with a reason a person understands (it goes on from its cursor when asked again)."""
    run = get_run(session, run_id)
    run = beat(session, run_id, fence, cursor=run.cursor)
    run.status = SyncStatus.FAILED if error else SyncStatus.DONE
    run.error, run.finished_at = error[:500], clock.now()
    session.flush()
    return run


def _lock_runs(session: Session) -> None:
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": RUN_LOCK})


def postpone_staff(session: Session, userid: str, until: datetime | None, *, fetched_at: datetime) -> Staff:
    """The pull of this member asked for at `fetched_at` could not be done now (until then), or not until the next event (None).

    A wish newer than that stays: it was told of something this pull did not ask for.
    """
    staff = meet(session, userid)
    session.refresh(staff, with_for_update={"key_share": True})
    if staff.pull_wanted_at is None or staff.pull_wanted_at <= fetched_at:
        staff.pull_wanted_at = until
    return staff


def give_up_staff(session: Session, userid: str, *, fetched_at: datetime) -> Staff:
    """The platform will not tell us of this member (outside 可见范围): stop asking until the next event."""
    return postpone_staff(session, userid, None, fetched_at=fetched_at)


__all__ = [
    "SILENCE",
    "apply_departments",
    "apply_user",
    "apply_users",
    "beat",
    "claim_run",
    "depart",
    "end_sessions",
    "finish_run",
    "give_up_staff",
    "keep_alive",
    "meet",
    "meet_all",
    "move_userid",
    "postpone_staff",
    "remove_department",
    "start_run",
    "want_staff",
]
