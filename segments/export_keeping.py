"""Exported files are people's data: they go after seven days, and at once when somebody who may stand in them is erased."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.erasing import name_exports
from customers.respect_models import DataRequest, DataRequestKind
from foundation import clock
from segments.exporting import KEEP_DAYS, UNFINISHED
from segments.models import RunStatus, SegmentExport

AT_ONCE = 500
CLEARED = "已因个人信息删除而清除"


def old_exports(session: Session) -> Sequence[SegmentExport]:
    """Ended exports older than seven days whose files were not taken away yet."""
    old = SegmentExport.created_at < clock.now() - timedelta(days=KEEP_DAYS)
    chosen = select(SegmentExport).where(SegmentExport.removed_at.is_(None), SegmentExport.status.not_in(UNFINISHED), old)
    return session.scalars(chosen.order_by(SegmentExport.id).limit(AT_ONCE)).all()


def exports_with_erased(session: Session) -> Sequence[SegmentExport]:
    """Finished exports asked for before the newest erasing: whoever was erased may stand in them."""
    erased = (DataRequest.kind == DataRequestKind.ERASE) & DataRequest.proof.has_key("erased_at")
    newest = select(func.max(DataRequest.done_at)).where(erased).scalar_subquery()
    before = (SegmentExport.created_at <= newest) & (SegmentExport.status == RunStatus.DONE)
    chosen = select(SegmentExport).where(SegmentExport.removed_at.is_(None), before)
    return session.scalars(chosen.order_by(SegmentExport.id).limit(AT_ONCE)).all()


def note_gone(session: Session, export_ids: Sequence[int], reason: str = "") -> None:
    """Their files are gone; the rows stay and say why. After an erasing the proofs name them."""
    chosen = select(SegmentExport).where(SegmentExport.id.in_(export_ids), SegmentExport.removed_at.is_(None))
    gone = session.scalars(chosen.order_by(SegmentExport.id).with_for_update()).all()
    for export in gone:
        export.removed_at, export.reason = clock.now(), reason or export.reason
    if reason == CLEARED:
        name_exports(session, {export.id: export.created_at for export in gone})
    session.flush()
