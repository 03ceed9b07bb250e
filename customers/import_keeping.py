"""Files that were brought in hold people's data: they go a week after their import ended, at once after an erasing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from customers.import_models import CustomerImport, ImportProblem, ImportStatus
from customers.import_staging import forget_rows, lock_import
from foundation import clock

KEPT = clock.days(7)
UNCONFIRMED_KEPT = clock.days(30)
PROBLEMS_KEPT = clock.days(90)
AT_ONCE = 100
ENDED = (ImportStatus.DONE, ImportStatus.CANCELLED, ImportStatus.FAILED)


def cancel_forgotten(session: Session) -> int:
    """End imports nobody confirmed for 30 days; how many, at most a hundred."""
    waiting = CustomerImport.status.in_((ImportStatus.CHECKING, ImportStatus.CHECKED))
    old = select(CustomerImport.id).where(waiting, CustomerImport.created_at < clock.now() - UNCONFIRMED_KEPT)
    ids = session.scalars(old.order_by(CustomerImport.id).limit(AT_ONCE)).all()
    for import_id in ids:
        row = lock_import(session, import_id)
        if row.status not in ENDED and row.status != ImportStatus.RUNNING:
            row.status, row.reason, row.finished_at = (
                ImportStatus.CANCELLED,
                "30 天没有确认，文件已删除；需要时请重新上传",
                clock.now(),
            )
            forget_rows(session, import_id)
    session.flush()
    return len(ids)


def files_to_forget(session: Session, ended_before: datetime) -> Sequence[str]:
    """Keys of files whose imports ended before a moment and that no import under way needs; at most a hundred."""
    ended = CustomerImport.status.in_(ENDED) & (CustomerImport.finished_at < ended_before)
    under_way = select(CustomerImport.blob_key).where(CustomerImport.status.not_in(ENDED))
    chosen = select(CustomerImport.blob_key).where(
        ended, CustomerImport.blob_key != "", CustomerImport.blob_key.not_in(under_way)
    )
    return session.scalars(chosen.distinct().order_by(CustomerImport.blob_key).limit(AT_ONCE)).all()


def note_forgotten(session: Session, keys: Sequence[str]) -> None:
    """These files are gone; their ended imports keep only their numbers."""
    mine = CustomerImport.blob_key.in_(keys) & CustomerImport.status.in_(ENDED)
    session.execute(update(CustomerImport).where(mine).values(blob_key=""))


def forget_problems(session: Session) -> int:
    """Take out the values of problem rows of imports ended 90 days ago; how many."""
    old = select(CustomerImport.id).where(CustomerImport.finished_at < clock.now() - PROBLEMS_KEPT)
    gone = session.execute(delete(ImportProblem).where(ImportProblem.import_id.in_(old)).returning(ImportProblem.import_id))
    return len(gone.all())
