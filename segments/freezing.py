"""A segment frozen at one moment: its members as rows, in one statement. Static lists are frozen from ids."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ARRAY, BigInteger, Select, cast, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from foundation import audit, clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.trying import MOST_TRIES, given_up
from foundation.wake import ring
from org.models import Role, Staff
from segments.lists import get_segment
from segments.models import CustomerFacts, RunStatus, Segment, SegmentKind, SegmentMember, SegmentRun
from segments.queries import holds, resolve
from segments.resolving import refuse_unreadable
from segments.rules import parse
from segments.scopes import Scope, scope_of, seen

FREEZE_JOB = "segments.freeze"
MOST_BROUGHT = 200_000
KEEP_DAYS = 30
DAILY = "daily:"
MOST_FORGOTTEN = 200


def freeze(session: Session, staff: Staff, segment_id: int, once: str) -> SegmentRun:
    """Ask for the members of a segment as they are now, within her scope; the same `once` gives the same run again.

    A job does it (`work_freeze`), asked for at the commit. Raises NotFound, Conflict for a static list, NotAllowed for guides
    and for who may not read what the rule asks of.
    """
    if staff.role == Role.GUIDE:
        raise NotAllowed("导购不能生成名单")
    segment = get_segment(session, staff, segment_id)
    if segment.kind == SegmentKind.STATIC:
        raise Conflict("固定名单不用再生成，可以直接使用")
    refuse_unreadable(session, staff, parse(segment.rule))
    run = _begin(session, segment, staff.path, staff.id, once)
    ring(session, FREEZE_JOB)
    return run


def _begin(session: Session, segment: Segment, path: str, staff_id: int | None, once: str) -> SegmentRun:
    values = {
        "segment_id": segment.id, "rule": segment.rule, "path": path, "status": RunStatus.WAITING, "tries": 0, "reason": "",
        "staff_id": staff_id, "created_at": clock.now(), "once": once[:80],
    }  # fmt: skip
    session.execute(upsert(SegmentRun).values(**values).on_conflict_do_nothing(index_elements=["once"]))
    return session.scalars(select(SegmentRun).where(SegmentRun.once == once[:80])).one()


def waiting_runs(session: Session, limit: int = 20) -> list[int]:
    """Runs nobody froze yet; one whose worker died waits again. A list that is being brought in is no such run."""
    chosen = (
        select(SegmentRun.id)
        .join(Segment, Segment.id == SegmentRun.segment_id)
        .where(SegmentRun.status == RunStatus.WAITING, Segment.kind == SegmentKind.RULE)
    )
    return list(session.scalars(chosen.order_by(SegmentRun.id).limit(limit)))


def work_freeze(session: Session, run_id: int) -> bool:
    """Write the members of a waiting run: all of them or, when this is broken off, none. False when there is nothing to do."""
    chosen = select(SegmentRun).where(SegmentRun.id == run_id).with_for_update(skip_locked=True)
    run = session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()
    if run is None or run.status != RunStatus.WAITING or session.get_one(Segment, run.segment_id).kind != SegmentKind.RULE:
        return False
    # A million rows take seconds, not a minute; the usual limit of a statement is for pages.
    session.execute(text("SET LOCAL statement_timeout = '600s'"))
    try:
        rule = resolve(session, parse(run.rule))
    except Invalid as wrong:
        run.status, run.reason, run.done_at = RunStatus.FAILED, wrong.message[:300], clock.now()
        session.flush()
        return True
    members = select(literal(run.id), CustomerFacts.customer_id, CustomerFacts.owner_id).where(holds(rule, Scope(run.path)))
    _finish(session, run, _write(session, members))
    return True


def note_freeze_trouble(session: Session, run_id: int) -> None:
    """Freezing it failed and nobody knows why. The fifth time it ends, and says so to whoever waits for it."""
    run = session.get_one(SegmentRun, run_id, with_for_update=True, populate_existing=True)
    run.tries += 1
    if run.tries >= MOST_TRIES and run.status == RunStatus.WAITING:
        run.status, run.done_at = RunStatus.FAILED, clock.now()
        run.reason = given_up("系统生成这份名单", "请重新生成", "名单", run.id)
    session.flush()


def _write(session: Session, members: Select[int, int, int | None]) -> int:
    columns = ["run_id", "customer_id", "staff_id"]
    statement = insert(SegmentMember).from_select(columns, members, include_defaults=False)
    written = session.connection().execute(statement, execution_options={"preserve_rowcount": True})
    return int(written.rowcount)


def _finish(session: Session, run: SegmentRun, count: int) -> None:
    run.status, run.count, run.done_at = RunStatus.DONE, count, clock.now()
    session.flush()
    session.execute(
        update(Segment)
        .where(Segment.id == run.segment_id, Segment.path == run.path)
        .values(count=count, counted_at=run.done_at)
        .execution_options(synchronize_session="fetch")
    )


def bring_in(session: Session, staff: Staff, segment_id: int, customer_ids: Sequence[int], once: str) -> SegmentRun:
    """Make these customers the members of a static list, in place of those before; who is not hers to see is left out.

    `run.count` says how many were taken. The same `once` changes nothing. Raises Invalid above 200,000, Conflict, NotFound.
    """
    segment = get_segment(session, staff, segment_id)
    if staff.role == Role.GUIDE or not segment.path.startswith(staff.path):
        raise NotAllowed("这个名单不由您维护")
    if segment.kind != SegmentKind.STATIC:
        raise Conflict("这个人群按条件计算，不能导入名单")
    if len(customer_ids) > MOST_BROUGHT:
        raise Invalid(f"一次最多导入 {MOST_BROUGHT} 人", {"customers": f"一次最多导入 {MOST_BROUGHT} 人"})
    run = _begin(session, segment, segment.path, staff.id, once)
    if run.status == RunStatus.DONE:
        return run
    told = func.any(cast(list(customer_ids), ARRAY(BigInteger)))
    chosen = (CustomerFacts.customer_id == told) & seen(scope_of(staff))
    count = _write(session, select(literal(run.id), CustomerFacts.customer_id, CustomerFacts.owner_id).where(chosen))
    _finish(session, run, count)
    audit.record(session, f"staff:{staff.id}", "segment.bring_in", f"segment:{segment.id}", given=len(customer_ids), taken=count)
    return run


def freeze_due(session: Session, limit: int = 100) -> int:
    """Ask for today's run of each segment whose hour has come; how many were asked for."""
    now = clock.now().astimezone(clock.SHANGHAI)
    day = now.date().isoformat()
    today = select(SegmentRun.once).where(SegmentRun.once == func.concat(DAILY, Segment.id, ":", day))
    due = select(Segment).where(Segment.archived_at.is_(None), Segment.refresh_hour <= now.hour, ~today.exists())
    segments = list(session.scalars(due.order_by(Segment.id).limit(limit)))
    for segment in segments:
        _begin(session, segment, segment.path, None, f"{DAILY}{segment.id}:{day}")
    return len(segments)


def forget_old_runs(session: Session) -> int:
    """Drop daily runs older than thirty days, the newest of each segment kept; how many."""
    newest = select(func.max(SegmentRun.id)).group_by(SegmentRun.segment_id)
    before = clock.now() - timedelta(days=KEEP_DAYS)
    old = select(SegmentRun.id).where(
        SegmentRun.once.startswith(DAILY), SegmentRun.created_at < before, SegmentRun.id.not_in(newest)
    )
    runs = list(session.scalars(old.order_by(SegmentRun.id).limit(MOST_FORGOTTEN)))
    session.execute(delete(SegmentMember).where(SegmentMember.run_id.in_(runs)))
    session.execute(delete(SegmentRun).where(SegmentRun.id.in_(runs)))
    return len(runs)
