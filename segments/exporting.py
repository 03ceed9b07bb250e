"""The people of a segment asked for as a file (导出): who may, how far it is, who fetched it; written in export_files."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from foundation import audit, clock
from foundation.config import settings
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.trying import MOST_TRIES, given_up
from foundation.wake import ring
from org.models import Role, Staff
from segments.lists import get_run, get_segment
from segments.models import RunStatus, Segment, SegmentExport, SegmentRun
from segments.nodes import All, Frozen, Rule, Within
from segments.queries import count, resolve
from segments.resolving import refuse_unreadable
from segments.rules import parse
from segments.scopes import Scope

EXPORT_JOB = "segments.export"
FORMS = ("xlsx", "csv")
MOST_XLSX, MOST_CSV = 200_000, 1_000_000
LONGEST_WHY = 100
KEEP_DAYS = 7
MAY_EXPORT = frozenset({Role.HEADQUARTERS, Role.REGIONAL_MANAGER})
UNFINISHED = (RunStatus.WAITING, RunStatus.RUNNING)


def ask_export(
    session: Session, staff: Staff, segment_id: int, form: str, why: str, once: str, run_id: int | None = None
) -> SegmentExport:
    """Ask for the file; a job writes it, rung at the commit. The same `once` gives the same export again.

    Raises NotAllowed but for headquarters and regional managers and where the rule asks what she may not read, Invalid by field
    (form, why, run_id), NotFound.
    """
    if staff.role not in MAY_EXPORT:
        raise NotAllowed("只有总部和大区经理可以导出客户名单")
    segment, why = get_segment(session, staff, segment_id), why.strip()
    refuse_unreadable(session, staff, parse(segment.rule))
    problems = {}
    if form not in FORMS:
        problems["form"] = "请选 Excel 或 CSV"
    if not 2 <= len(why) <= LONGEST_WHY or "\x00" in why:
        problems["why"] = f"请写明导出做什么用，2 到 {LONGEST_WHY} 个字"
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    if run_id is not None:
        run = get_run(session, staff, run_id)
        if run.segment_id != segment.id or run.status != RunStatus.DONE:
            raise Invalid("这批名单还不能导出", {"run_id": "请选一批已生成的名单"})
    values = {
        "segment_id": segment.id, "run_id": run_id, "path": staff.path, "staff_id": staff.id, "form": form, "why": why,
        "status": RunStatus.WAITING, "total": 0, "done": 0, "tries": 0, "reason": "", "created_at": clock.now(), "downloads": 0,
        "once": once[:80],
    }  # fmt: skip
    made = session.scalar(upsert(SegmentExport).values(**values).on_conflict_do_nothing().returning(SegmentExport.id))
    export = session.scalars(select(SegmentExport).where(SegmentExport.once == once[:80])).one()
    if made is not None:
        who, subject = f"staff:{staff.id}", f"segment:{segment.id}"
        audit.record(session, who, "segment.export", subject, export=export.id, form=form, why=why, path=staff.path)
        ring(session, EXPORT_JOB)
    return export


def get_export(session: Session, staff: Staff, export_id: int) -> SegmentExport:
    """Her own export, of people who are still hers to see; raises NotFound."""
    chosen = select(SegmentExport).where(SegmentExport.id == export_id, SegmentExport.staff_id == staff.id)
    found = session.scalars(chosen).one_or_none()
    if found is None or staff.role not in MAY_EXPORT or not found.path.startswith(staff.path):
        raise NotFound("没有这个导出文件，只有导出的人自己能下载")
    return found


def list_exports(session: Session, segment_id: int, path: str, limit: int = 20) -> list[SegmentExport]:
    """Exports of a segment made within a subtree, the newest first. Load the segment with permission first."""
    chosen = select(SegmentExport).where(
        SegmentExport.segment_id == segment_id, SegmentExport.path.startswith(path, autoescape=True)
    )
    return list(session.scalars(chosen.order_by(SegmentExport.id.desc()).limit(limit)))


def take_export(session: Session, staff: Staff, export_id: int) -> tuple[SegmentExport, Path]:
    """The finished file, to be handed out; who took it is audited. Raises NotFound, Conflict when it is not there."""
    export = get_export(session, staff, export_id)
    path = export_path(export)
    if export.status != RunStatus.DONE or export.removed_at is not None or not path.is_file():
        raise Conflict("这个文件还没有写好，或已过期删除，请重新导出")
    export.downloads += 1
    session.flush()
    audit.record(session, f"staff:{staff.id}", "segment.export_download", f"segment:{export.segment_id}", export=export.id)
    return export, path


def export_path(export: SegmentExport) -> Path:
    """Where its file lies. Absolute."""
    return (settings().data_dir / "exports" / f"{export.id}.{export.form}").absolute()


def waiting_exports(session: Session, limit: int = 20) -> list[int]:
    """Exports not written yet; one whose worker died is among them and begins anew."""
    chosen = select(SegmentExport.id).where(SegmentExport.status.in_(UNFINISHED))
    return list(session.scalars(chosen.order_by(SegmentExport.id).limit(limit)))


def begin_export(session: Session, export_id: int) -> tuple[SegmentExport, Rule] | None:
    """Work it from its beginning: whom it means, with the segments put in. None when it is done, or cannot be."""
    export = session.scalars(select(SegmentExport).where(SegmentExport.id == export_id).with_for_update()).one()
    if export.status not in UNFINISHED:
        return None
    try:
        rule = resolve(session, Frozen(export.run_id) if export.run_id else All((Within(export.segment_id),)))
        _refuse_unreadable(session, export)
        export.total = count(session, Scope(export.path), rule)
        most = MOST_XLSX if export.form == "xlsx" else MOST_CSV
        if export.total > most:
            hint = "请改用 CSV，或按区域分开导出" if export.form == "xlsx" and export.total <= MOST_CSV else "请按区域分开导出"
            raise Invalid(f"有 {export.total:,} 人，一个文件最多 {most:,} 人，{hint}", {})
    except (Invalid, NotAllowed) as wrong:
        export.status, export.reason, export.done_at = RunStatus.FAILED, wrong.message[:300], clock.now()
        session.flush()
        return None
    export.status, export.done = RunStatus.RUNNING, 0
    session.flush()
    return export, rule


def _refuse_unreadable(session: Session, export: SegmentExport) -> None:
    """What the rule asks may have changed since she asked for the file."""
    source = session.get_one(SegmentRun, export.run_id) if export.run_id else session.get_one(Segment, export.segment_id)
    refuse_unreadable(session, session.get_one(Staff, export.staff_id), parse(source.rule))


def note_done(session: Session, export_id: int, done: int, *, finished: bool = False) -> None:
    """How many rows are written; `finished` when the file is whole."""
    export = session.get_one(SegmentExport, export_id)
    export.done = done
    if finished:
        export.status, export.done_at, export.total = RunStatus.DONE, clock.now(), done
    session.flush()


def note_export_trouble(session: Session, export_id: int) -> None:
    """Writing it failed and nobody knows why. The fifth time it ends, and says so to whoever waits for it."""
    export = session.get_one(SegmentExport, export_id, with_for_update=True, populate_existing=True)
    export.tries += 1
    if export.tries >= MOST_TRIES and export.status in UNFINISHED:
        export.status, export.done_at = RunStatus.FAILED, clock.now()
        export.reason = given_up("系统写这个文件", "请重新导出", "导出", export.id)
    session.flush()


def name_of_export(session: Session, export: SegmentExport) -> str:
    """The file's name for people: the segment, the day, the number."""
    name = session.get_one(Segment, export.segment_id).name
    plain = "".join(letter if letter.isalnum() else "-" for letter in name)[:40]
    return f"{plain}-{export.created_at.astimezone(clock.SHANGHAI):%Y%m%d}-{export.id}.{export.form}"
