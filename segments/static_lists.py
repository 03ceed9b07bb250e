"""A static list (静态人群) of customers already found, added thousands at a time; `once`, its cause, makes repeats harmless."""

from collections.abc import Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from foundation import clock
from org.models import Staff
from segments.models import RunStatus, Segment, SegmentKind, SegmentMember, SegmentRun

ADD = text("""
INSERT INTO segment_member (run_id, customer_id, staff_id)
SELECT :run_id, id, owner_id FROM customer WHERE id = ANY(:ids) ON CONFLICT DO NOTHING
""")


def _run(session: Session, once: str) -> SegmentRun | None:
    return session.scalars(select(SegmentRun).where(SegmentRun.once == once)).one_or_none()


def open_list(session: Session, staff_id: int, name: str, once: str) -> SegmentRun:
    """A new list with a run that members are added to; the one of the same `once` when it was opened before."""
    if found := _run(session, once):
        return found
    now, path = clock.now(), session.get_one(Staff, staff_id).path
    segment = Segment(
        name=name, kind=SegmentKind.STATIC, rule={}, path=path, staff_id=staff_id, created_at=now, changed_at=now
    )  # fmt: skip
    session.add(segment)
    session.flush()
    run = SegmentRun(
        segment_id=segment.id, rule={}, path=path, status=RunStatus.RUNNING, staff_id=staff_id, created_at=now, once=once
    )
    session.add(run)
    session.flush()
    return run


def add_members(session: Session, once: str, customer_ids: Sequence[int]) -> int:
    """Add customers with the owner each has now; how many were not in it yet."""
    run = _run(session, once)
    if run is None or not customer_ids:
        return 0
    result = session.execute(ADD, {"run_id": run.id, "ids": list(customer_ids)})
    return int(getattr(result, "rowcount", 0))


def finish_list(session: Session, once: str) -> None:
    """The list is whole: it can be used from now on."""
    run = _run(session, once)
    if run is None or run.status == RunStatus.DONE:
        return
    members = select(func.count()).select_from(SegmentMember).where(SegmentMember.run_id == run.id)
    run.status, run.done_at, run.count = RunStatus.DONE, clock.now(), session.scalar(members) or 0
    segment = session.get_one(Segment, run.segment_id)
    segment.count, segment.counted_at = run.count, run.done_at
    session.flush()
