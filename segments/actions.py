"""What changes about segments: saved, archived, frozen, brought in as a list. Freezing itself stands in freezing.py."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import audit, clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.leader import lock_number
from org.models import Role, Staff
from org.queries import inside
from segments.freezing import bring_in, forget_old_runs, freeze, freeze_due, note_freeze_trouble, work_freeze
from segments.lists import get_segment, used_by
from segments.models import Segment, SegmentKind
from segments.resolving import Named, resolve
from segments.rules import parse, written

SAVING = lock_number("segments.saving")
LONGEST_NAME, LONGEST_NOTE = 60, 200


@dataclass(frozen=True, slots=True)
class Draft:
    """A segment as it was filled in. `refresh_hour` (Shanghai, 0 to 23) freezes it every day; None does not."""

    name: str
    rule: Json = field(default_factory=dict)
    note: str = ""
    kind: SegmentKind = SegmentKind.RULE
    refresh_hour: Any = None


def save_segment(
    session: Session, staff: Staff, draft: Draft, segment_id: int | None = None, revision: int | None = None
) -> Segment:
    """Make a segment, or change one of her own subtree.

    Raises Invalid with what is wrong by field (rule places as "all.0.any.1"), Conflict when `revision` is no longer the newest,
    NotFound, NotAllowed for guides.
    """
    if staff.role == Role.GUIDE:
        raise NotAllowed("导购不能新建或修改人群")
    # Two who save at once could each name the other's segment: one after the other.
    session.execute(select(func.pg_advisory_xact_lock(SAVING)))
    segment = None if segment_id is None else _own(session, staff, segment_id, revision)
    rule = _checked(session, staff, draft, segment)
    now = clock.now()
    if segment is None:
        segment = Segment(kind=draft.kind, path=staff.path, staff_id=staff.id, created_at=now, revision=0, rule=rule)
        session.add(segment)
    elif segment.rule != rule:
        segment.count = segment.counted_at = None
    segment.name, segment.note, segment.rule, segment.changed_at = draft.name.strip(), draft.note.strip(), rule, now
    segment.refresh_hour = _hour(draft.refresh_hour) if segment.kind == SegmentKind.RULE else None
    segment.revision += 1
    session.flush()
    _still_usable(session, segment)
    audit.record(session, f"staff:{staff.id}", "segment.save", f"segment:{segment.id}", name=segment.name, rule=rule)
    return segment


def _own(session: Session, staff: Staff, segment_id: int, revision: int | None) -> Segment:
    get_segment(session, staff, segment_id)
    chosen = select(Segment).where(Segment.id == segment_id, inside(Segment.path, staff.path)).with_for_update()
    segment = session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()
    if segment is None:
        raise NotAllowed("这个人群由上级部门维护，您可以使用，不能修改")
    if revision is not None and revision != segment.revision:
        raise Conflict("有人刚刚改过这个人群，请核对后再保存", revision=segment.revision)
    return segment


def _hour(value: Any) -> int | None:
    if value in (None, ""):
        return None
    typed = str(value)
    if not (typed.isascii() and typed.isdigit()) or len(typed) > 2 or int(typed) > 23:
        raise Invalid("刷新时间不对", {"refresh_hour": "请选 0 到 23 点"})
    return int(typed)


def _checked(session: Session, staff: Staff, draft: Draft, segment: Segment | None) -> Json:
    """The rule as it is kept. Raises Invalid with everything that is wrong."""
    problems: dict[str, str] = {}
    name, kind = draft.name.strip(), segment.kind if segment else draft.kind
    if not 1 <= len(name) <= LONGEST_NAME or "\x00" in draft.name + draft.note:
        problems["name"] = f"名称要填 1 到 {LONGEST_NAME} 个字"
    elif _taken(session, staff, name, segment):
        problems["name"] = "这个名称已经有了，请换一个"
    if len(draft.note.strip()) > LONGEST_NOTE:
        problems["note"] = f"说明最多 {LONGEST_NOTE} 个字"
    rule: Json = {}
    try:
        _hour(draft.refresh_hour)
    except Invalid as wrong:
        problems |= wrong.fields
    try:
        if kind == SegmentKind.RULE:
            parsed = parse(draft.rule)
            resolve(session, parsed, staff, Named(segment.id, name, parsed, False) if segment else None)
            rule = written(parsed)
    except Invalid as wrong:
        problems |= wrong.fields
    if problems:
        raise Invalid("；".join(dict.fromkeys(problems.values())), problems)
    return rule


def _taken(session: Session, staff: Staff, name: str, segment: Segment | None) -> bool:
    path = segment.path if segment else staff.path
    same = select(Segment.id).where(Segment.name == name, Segment.path == path, Segment.archived_at.is_(None))
    return session.scalar(same.where(Segment.id != (segment.id if segment else 0)).limit(1)) is not None


def _still_usable(session: Session, segment: Segment) -> None:
    """Segments that name this one must still be within the depth, all the way up."""
    waiting, met = [segment.id], {segment.id}
    while waiting:
        for user in used_by(session, waiting.pop()):
            if user.id in met:
                continue
            met.add(user.id)
            waiting.append(user.id)
            rule = parse(user.rule)
            try:
                resolve(session, rule, None, Named(user.id, user.name, rule, False))
            except Invalid as wrong:
                why = f"这样改会让人群“{user.name}”不能用：{wrong.message}"
                raise Invalid(why, {"rule": why}) from None


def archive_segment(session: Session, staff: Staff, segment_id: int) -> None:
    """Put a segment away; its runs stay. Raises Conflict that names the segments which use it."""
    if staff.role == Role.GUIDE:
        raise NotAllowed("导购不能停用人群")
    session.execute(select(func.pg_advisory_xact_lock(SAVING)))
    segment = _own(session, staff, segment_id, None)
    users = used_by(session, segment_id, limit=5)
    if users:
        raise Conflict("还有人群在引用它：" + "、".join(f"“{one.name}”" for one in users) + "。请先修改它们")
    segment.archived_at = segment.changed_at = clock.now()
    segment.revision += 1
    audit.record(session, f"staff:{staff.id}", "segment.archive", f"segment:{segment.id}", name=segment.name)


__all__ = [
    "Draft", "archive_segment", "bring_in", "forget_old_runs", "freeze", "freeze_due", "note_freeze_trouble", "save_segment",
    "work_freeze",
]  # fmt: skip
