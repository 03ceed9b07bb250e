"""Batches on a frozen segment: `who` = {"segment_run": id}. Plugged in at the start of a process, where both rooms are known."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.batch_kinds import People, add_people
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotFound
from org.models import Staff
from segments.lists import get_segment
from segments.models import RunStatus, SegmentMember, SegmentRun

KEY = "segment_run"


def _count(session: Session, staff: Staff, who: Json) -> int:
    run = session.get(SegmentRun, who[KEY]) if isinstance(who.get(KEY), int) else None
    if run is None:
        raise NotFound("没有这份名单")
    get_segment(session, staff, run.segment_id)
    if not run.path.startswith(staff.path) and run.staff_id != staff.id and not staff.path.startswith(run.path):
        raise NotFound("没有这份名单")
    if run.status != RunStatus.DONE:
        raise Conflict("名单还没有生成好，请稍等")
    if not run.count:
        raise Invalid("这份名单里没有客户", {"who": "这份名单里没有客户"})
    return run.count


def _page(session: Session, who: Json, after: int, limit: int) -> list[int]:
    chosen = select(SegmentMember.customer_id).where(SegmentMember.run_id == who[KEY], SegmentMember.customer_id > after)
    chosen = chosen.order_by(SegmentMember.customer_id).limit(limit)
    return list(session.scalar(select(func.array(chosen.scalar_subquery()))) or [])


def plug_in() -> None:
    """Let batches name their customers by a frozen run. Called by the roof and the worker; again changes nothing."""
    add_people(KEY, People(_count, _page))
