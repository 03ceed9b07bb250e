"""Deeds on many customers at once (批量操作): started by a person, worked behind in short transactions, cancelled, taken back."""

from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.batch_deeds import consent_deed
from customers.batch_kinds import add_deed, deed_of, people_of
from customers.batch_stretch import AT_ONCE, BEHIND, OPEN, do, end, keep, next_stretch
from customers.owner_deed import owner_deed
from customers.tag_bulk import tag_deed, untag_deed
from customers.tag_models import BatchStatus, CustomerBatch
from foundation import audit, clock
from foundation.db import Json
from foundation.errors import Conflict, NotAllowed, NotFound
from foundation.leader import lock_number
from foundation.trying import MOST_TRIES, given_up
from foundation.wake import ring
from org.models import Role, Staff
from org.queries import inside

BATCH_JOB = "customers.work_batches"
BROKEN_OFF = (BatchStatus.CANCELLED, BatchStatus.FAILED)
UNDO_WITHIN = timedelta(days=14)
OTHER_FORM = "这张表单已经提交过一次，内容和这次不一样。请回到客户列表重新选择"
# One worker for a batch and its undo, without holding the batch's row: who stops it does not wait for a stretch of it.
ALONE = text("SELECT pg_try_advisory_xact_lock(:key)")

add_deed("tag", tag_deed)
add_deed("untag", untag_deed)
add_deed("consent", consent_deed)
add_deed("owner", owner_deed)


def start_batch(session: Session, staff: Staff, kind: str, who: Json, deed: Json, once: str) -> CustomerBatch:
    """Ask for a deed on many customers; a job does it, only to those she may see. The same `once` gives the same batch again.

    `who` is {"customers": [up to 1,000 ids]} or {"segment_run": id}. Raises NotAllowed for guides, Invalid with the fields,
    NotFound for a kind or group that is not there, Conflict when the same `once` asked for something else.
    """
    if staff.role == Role.GUIDE:
        raise NotAllowed("导购不能批量操作")
    kept = deed_of(kind).check(session, staff, deed)
    total = people_of(who).count(session, staff, who)
    batch, fresh = _begin(session, staff, kind, who, kept, total, once)
    if fresh:
        audit.record(session, f"staff:{staff.id}", "batch.start", f"batch:{batch.id}", kind=kind, deed=kept, total=total)
    elif (batch.staff_id, batch.kind, batch.who, batch.deed) != (staff.id, kind, who, kept):
        raise Conflict(OTHER_FORM)
    return batch


def _begin(
    session: Session, staff: Staff, kind: str, who: Json, deed: Json, total: int, once: str, undo_of: int | None = None
) -> tuple[CustomerBatch, bool]:
    """The batch of this `once`, and whether it was made now."""
    values = {
        "kind": kind, "who": who, "deed": deed, "status": BatchStatus.WAITING, "total": total, "done": 0,
        "left_out": 0, "unseen": 0, "cursor": 0, "tries": 0, "reason": "", "undo_of": undo_of, "staff_id": staff.id,
        "created_at": clock.now(), "once": once[:80],
    }  # fmt: skip
    row = insert(CustomerBatch).values(**values).on_conflict_do_nothing(index_elements=["once"])
    made = session.scalar(row.returning(CustomerBatch.id))
    ring(session, BATCH_JOB)
    return session.scalars(select(CustomerBatch).where(CustomerBatch.once == once[:80])).one(), made is not None


def get_batch(session: Session, viewer: Staff, batch_id: int, *, lock: bool = False) -> CustomerBatch:
    """A batch of hers or of somebody inside her subtree. Raises NotFound."""
    chosen = select(CustomerBatch).join(Staff, Staff.id == CustomerBatch.staff_id)
    chosen = chosen.where(CustomerBatch.id == batch_id, (Staff.id == viewer.id) | inside(Staff.path, viewer.path))
    if lock:
        chosen = chosen.with_for_update(of=CustomerBatch)
    found = session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()
    if found is None or viewer.role == Role.GUIDE:
        raise NotFound("没有这次批量操作")
    return found


def page_batches(session: Session, viewer: Staff, before_id: int | None = None, limit: int = 30) -> list[CustomerBatch]:
    """Batches she may see, the newest first."""
    chosen = select(CustomerBatch).join(Staff, Staff.id == CustomerBatch.staff_id)
    chosen = chosen.where((Staff.id == viewer.id) | inside(Staff.path, viewer.path))
    if before_id is not None:
        chosen = chosen.where(CustomerBatch.id < before_id)
    return list(session.scalars(chosen.order_by(CustomerBatch.id.desc()).limit(limit)))


def cancel_batch(session: Session, staff: Staff, batch_id: int) -> CustomerBatch:
    """Stop a batch; what it did stays until it is taken back. A stretch under way alone is done to its end and counted; of those
    under way in lanes (customers.batch_lanes) nothing stays.

    Raises NotFound, Conflict when it is over already.
    """
    batch = get_batch(session, staff, batch_id, lock=True)
    if batch.status not in OPEN:
        raise Conflict("这次批量操作已经结束")
    end(batch, BatchStatus.CANCELLED)
    audit.record(session, f"staff:{staff.id}", "batch.cancel", f"batch:{batch.id}", done=batch.done, total=batch.total)
    session.flush()
    return batch


def undo_batch(session: Session, staff: Staff, batch_id: int) -> CustomerBatch:
    """Take a batch back within 14 days, where things still stand as it left them; the batch that does so: the same when asked
    twice, which goes on where it was broken off, with the rights of who asks last. When it could not reach everybody, somebody
    who sees as much or more may ask for another one. Raises NotFound, Conflict.
    """
    batch = get_batch(session, staff, batch_id, lock=True)
    known = last_undo(session, batch, lock=True)
    if known is not None and known.status not in BROKEN_OFF and not _may_reach_more(session, staff, batch, known):
        return known
    if batch.status not in (BatchStatus.DONE, *BROKEN_OFF) or batch.undo_of is not None:
        raise Conflict("这次批量操作现在不能撤销")
    if deed_of(batch.kind).undo is None:
        raise Conflict("这种批量操作不能撤销")
    if batch.created_at < clock.now() - UNDO_WITHIN:
        raise Conflict("超过 14 天的批量操作不能撤销")
    undo = known if known is not None and known.status in BROKEN_OFF else _begin_undo(session, staff, batch, known)
    if undo.status in BROKEN_OFF:
        undo.status, undo.tries, undo.reason, undo.finished_at, undo.staff_id = BatchStatus.WAITING, 0, "", None, staff.id
        ring(session, BATCH_JOB)
    audit.record(session, f"staff:{staff.id}", "batch.undo", f"batch:{batch.id}", done=batch.done)
    session.flush()
    return undo


def last_undo(session: Session, batch: CustomerBatch, *, lock: bool = False) -> CustomerBatch | None:
    """The newest batch that takes this one back. Load this one with permission first."""
    chosen = select(CustomerBatch).where(CustomerBatch.undo_of == batch.id).order_by(CustomerBatch.id.desc()).limit(1)
    chosen = chosen.with_for_update() if lock else chosen
    return session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()


def _may_reach_more(session: Session, staff: Staff, batch: CustomerBatch, undo: CustomerBatch) -> bool:
    """Whether an ended undo left customers to somebody else, and this person sees no less than who asked for it."""
    if undo.status != BatchStatus.DONE or batch.status == BatchStatus.UNDONE:
        return False
    return session.get_one(Staff, undo.staff_id).path.startswith(staff.path)


def _begin_undo(session: Session, staff: Staff, batch: CustomerBatch, known: CustomerBatch | None) -> CustomerBatch:
    once = f"undo:{batch.id}" if known is None else f"undo:{batch.id}:{known.id}"
    return _begin(session, staff, batch.kind, batch.who, batch.deed, batch.total, once, batch.id)[0]


def can_undo(batch: CustomerBatch) -> bool:
    """Whether `undo_batch` would take it and has something to take back."""
    ended = batch.status == BatchStatus.DONE or (batch.status in BROKEN_OFF and batch.done > 0)
    offered = ended and batch.undo_of is None and batch.created_at >= clock.now() - UNDO_WITHIN
    return offered and deed_of(batch.kind).undo is not None


def list_open(session: Session, limit: int = 20) -> list[int]:
    """Batches that wait or were broken off, the oldest first."""
    chosen = select(CustomerBatch.id).where(CustomerBatch.status.in_(OPEN))
    return list(session.scalars(chosen.order_by(CustomerBatch.id).limit(limit)))


def work_batch(session: Session, batch_id: int, limit: int = AT_ONCE) -> bool:
    """Do the next `limit` customers of a batch, in one short transaction of the caller; whether there is more to do.

    False too while somebody else works it, or what it takes back.
    """
    batch = session.get(CustomerBatch, batch_id)
    if batch is None or not session.scalar(ALONE, {"key": lock_number(f"batch {batch.undo_of or batch.id}")}):
        return False
    session.refresh(batch)
    if batch.status not in OPEN:
        return False
    session.execute(BEHIND)
    stretch = next_stretch(session, batch, batch.cursor, limit)
    outcome = do(session, batch, stretch)
    # Only now its row is locked: meanwhile it may have been stopped, and stays so.
    session.refresh(batch, with_for_update=True)
    return keep(session, batch, stretch, outcome)


def note_trouble(session: Session, batch_id: int) -> None:
    """Work at it failed and nobody knows why. The fifth time without getting on it ends, and says so to whoever waits for it."""
    batch = session.get_one(CustomerBatch, batch_id, with_for_update=True, populate_existing=True)
    batch.tries += 1
    if batch.tries >= MOST_TRIES and batch.status in OPEN:
        work, left = "系统执行这次批量操作", "已改好的都保留。请重新发起"
        if batch.undo_of is not None:
            work, left = "系统撤销这次批量操作", "已撤回的不会丢。请再点一次撤销"
        end(batch, BatchStatus.FAILED, given_up(work, left, "批量操作", batch.id))
    session.flush()


__all__ = [
    "BATCH_JOB", "OPEN", "OTHER_FORM", "can_undo", "cancel_batch", "get_batch", "last_undo", "list_open", "note_trouble",
    "page_batches", "start_batch", "undo_batch", "work_batch",
]  # fmt: skip
