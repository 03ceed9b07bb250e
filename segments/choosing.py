"""Whom the customer list means by 全部符合条件的: a frozen run of the rule, for batches; and batches that keep them as a list."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from customers.batch_kinds import Deed, People, add_deed, add_people
from customers.batches import OPEN, OTHER_FORM, UNDO_WITHIN
from customers.models import Customer
from customers.tag_models import CustomerBatch
from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotFound
from org.models import Staff
from segments.freezing import work_freeze
from segments.models import RunStatus, Segment, SegmentExport, SegmentKind, SegmentMember, SegmentRun
from segments.queries import count
from segments.rules import parse, written
from segments.static_lists import add_members, open_list

KEY = "chosen_run"
CHOSEN = "chosen:"
MOST_FORGOTTEN = 200
# A batch may be taken back until then, and that takes its time.
KEEP = UNDO_WITHIN + timedelta(days=1)
LONGEST_NAME = 60


def plug_in() -> None:
    """Let batches know {"chosen_run": id} and the deed "list"; once at the start of a process."""
    add_people(KEY, People(_count, _page))
    add_deed("list", Deed("存成名单", _check, _add, _take_out))


def choose(session: Session, staff: Staff, rule: Json, once: str) -> Json:
    """Those a rule holds for, as the `who` of a batch. Nobody sees a segment of it. The same `once` means the same people.

    Its members are written before the batch is worked (`freeze_chosen`). Raises Invalid for a wrong rule, Conflict when the same
    `once` chose by another rule.
    """
    once, now, kept = f"{CHOSEN}{once}", clock.now(), written(parse(rule))
    known = session.scalars(select(SegmentRun).where(SegmentRun.once == once[:80])).one_or_none()
    if known is not None and known.rule != kept:
        raise Conflict(OTHER_FORM)
    if known is not None:
        return {KEY: known.id}
    segment = Segment(
        name=f"批量操作 {now.astimezone(clock.SHANGHAI):%m-%d %H:%M}", kind=SegmentKind.RULE, rule=kept, path=staff.path,
        staff_id=staff.id, created_at=now, changed_at=now, archived_at=now,
    )  # fmt: skip
    session.add(segment)
    session.flush()
    run = SegmentRun(segment_id=segment.id, rule=kept, path=staff.path, staff_id=staff.id, created_at=now, once=once[:80])
    session.add(run)
    session.flush()
    return {KEY: run.id}


def freeze_chosen(session: Session, batch_id: int) -> None:
    """Write the people a batch was asked for, if nobody has: in a transaction of its own, so that the first stretch is short."""
    batch = session.get(CustomerBatch, batch_id)
    if batch is not None and KEY in batch.who:
        work_freeze(session, int(batch.who[KEY]))


def forget_chosen(session: Session) -> int:
    """Drop the frozen people of batches that cannot be taken back any more; how many runs."""
    needed = select(CustomerBatch.who[KEY].as_integer()).where(CustomerBatch.status.in_(OPEN), CustomerBatch.who.has_key(KEY))
    old = select(SegmentRun.id, SegmentRun.segment_id).where(
        SegmentRun.once.startswith(CHOSEN), SegmentRun.created_at < clock.now() - KEEP, SegmentRun.id.not_in(needed)
    )
    gone = session.execute(old.order_by(SegmentRun.id).limit(MOST_FORGOTTEN)).all()
    runs = [run_id for run_id, _ in gone]
    session.execute(delete(SegmentMember).where(SegmentMember.run_id.in_(runs)))
    session.execute(delete(SegmentRun).where(SegmentRun.id.in_(runs)))
    used = select(SegmentRun.segment_id).union(select(SegmentExport.segment_id))
    session.execute(delete(Segment).where(Segment.id.in_([segment_id for _, segment_id in gone]), Segment.id.not_in(used)))
    return len(runs)


def _count(session: Session, staff: Staff, who: Json) -> int:
    run = session.get(SegmentRun, who[KEY]) if isinstance(who.get(KEY), int) else None
    if run is None or run.staff_id != staff.id:
        raise NotFound("没有这份名单")
    return run.count if run.count is not None else count(session, staff, parse(run.rule))


def _page(session: Session, who: Json, after: int, limit: int) -> Sequence[int]:
    run_id = int(who[KEY])
    run = session.get(SegmentRun, run_id, populate_existing=True)
    if run is not None and run.status == RunStatus.WAITING:
        # Somebody may be freezing it just now. Frozen, it is read by several at once.
        run = session.get(SegmentRun, run_id, with_for_update=True, populate_existing=True)
        work_freeze(session, run_id)
    if run is None:
        raise Conflict("这份名单已经过期")
    if run.status != RunStatus.DONE:
        raise Conflict(run.reason or "名单没有生成成功")
    members = select(SegmentMember.customer_id).where(SegmentMember.run_id == run_id, SegmentMember.customer_id > after)
    members = members.order_by(SegmentMember.customer_id).limit(limit)
    return list(session.scalar(select(func.array(members.scalar_subquery()))) or [])


def _check(_session: Session, _staff: Staff, deed: Json) -> Json:
    name = str(deed.get("list", "")).strip()
    if not 1 <= len(name) <= LONGEST_NAME or "\x00" in name:
        raise Invalid("给名单起个名字", {"list": f"名单的名称要填 1 到 {LONGEST_NAME} 个字"})
    return {"list": name}


def _once(batch: CustomerBatch) -> str:
    return f"batch:{batch.id}"


def _add(session: Session, batch: CustomerBatch, ids: Sequence[int]) -> int:
    """The list can be used from its first members on: the batch may be cancelled between two steps."""
    run = open_list(session, batch.staff_id, batch.deed["list"], _once(batch))
    added = add_members(session, _once(batch), ids)
    _tell(session, run, added)
    return added


def _take_out(session: Session, done: CustomerBatch, _undo: CustomerBatch, ids: Sequence[int]) -> int:
    run = session.scalars(select(SegmentRun).where(SegmentRun.once == _once(done))).one_or_none()
    if run is None:
        return 0
    # Who was merged since stands in the list by the number she had.
    hers = select(Customer.id).where(Customer.id.in_(ids) | Customer.merged_into_id.in_(ids))
    gone = delete(SegmentMember).where(SegmentMember.run_id == run.id, SegmentMember.customer_id.in_(hers))
    taken = len(session.execute(gone.returning(SegmentMember.customer_id)).all())
    _tell(session, run, -taken)
    return taken


def _tell(session: Session, run: SegmentRun, more: int) -> None:
    run.status, run.done_at, run.count = RunStatus.DONE, clock.now(), (run.count or 0) + more
    segment = session.get_one(Segment, run.segment_id)
    segment.count, segment.counted_at = run.count, run.done_at
    session.flush()
