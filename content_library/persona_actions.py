"""What changes of personas: written, archived, given to guides, stores and regions. Never commits."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library.models import Persona
from content_library.persona_models import PersonaHolder
from content_library.persona_queries import find_holder, get_holder_in, get_persona
from content_library.persona_rules import (
    TRAITS,
    TYPES,
    HolderKind,
    PersonaDraft,
    kept_mix,
    may_assign,
    may_write,
    persona_problems,
)
from foundation import audit, clock
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import DepartmentKind, Staff, Store
from org.queries import get_department_in, inside


def _allow_writing(staff: Staff) -> None:
    if not may_write(staff.role):
        raise NotAllowed("只有总部可以修改人设")


def save_persona(session: Session, staff: Staff, draft: PersonaDraft, persona_id: int | None = None) -> Persona:
    """Write a new persona or change one. Raises Invalid (each field named), NotAllowed, NotFound."""
    _allow_writing(staff)
    persona = None if persona_id is None else get_persona(session, persona_id, lock=True)
    problems = persona_problems(draft)
    same_name = select(Persona.id).where(Persona.name == draft.name, Persona.id != (persona_id or 0))
    if "name" not in problems and session.scalar(same_name) is not None:
        problems["name"] = "已经有一个叫这个名字的人设"
    if problems:
        raise Invalid("人设没有保存，请看标红的地方", problems)
    if persona is None:
        persona = Persona(created_at=clock.now())
        session.add(persona)
    _fill(persona, draft)
    session.flush()
    audit.record(session, f"staff:{staff.id}", "persona.save", f"persona:{persona.id}", title=persona.name)
    return persona


def _fill(persona: Persona, draft: PersonaDraft) -> None:
    persona.name, persona.role = draft.name, draft.role
    persona.description, persona.tone = draft.description, draft.tone
    persona.say, persona.never_say, persona.samples = list(draft.say), list(draft.never_say), list(draft.samples)
    persona.mix, persona.type_mix = kept_mix(draft.mix, TRAITS), kept_mix(draft.type_mix, TYPES)


def archive_persona(session: Session, staff: Staff, persona_id: int) -> Persona:
    """Let nobody speak in it any more; who it was given to is kept for a return. Repeating changes nothing."""
    _allow_writing(staff)
    persona = get_persona(session, persona_id, lock=True)
    if persona.archived_at is None:
        persona.archived_at = clock.now()
        audit.record(session, f"staff:{staff.id}", "persona.archive", f"persona:{persona.id}", title=persona.name)
    return persona


def restore_persona(session: Session, staff: Staff, persona_id: int) -> Persona:
    """Bring an archived persona back, to those it was given to who were not given another meanwhile."""
    _allow_writing(staff)
    persona = get_persona(session, persona_id, lock=True)
    if persona.archived_at is not None:
        persona.archived_at = None
        audit.record(session, f"staff:{staff.id}", "persona.restore", f"persona:{persona.id}", title=persona.name)
    return persona


def assign(
    session: Session, staff: Staff, persona_id: int, kind: HolderKind, target_id: int, *, instead_of: int | None = None
) -> PersonaHolder:
    """Give a persona to a guide, a store (our ids) or a department's whole subtree.

    One that has another persona already is only moved when `instead_of` names that persona: else Conflict with its
    `persona_id` in the facts, so that the page can ask. Raises NotAllowed, NotFound (not of her subtree, archived persona).
    """
    if not may_assign(staff.role):
        raise NotAllowed("只有总部和大区经理可以分配人设")
    persona = get_persona(session, persona_id)
    if persona.archived_at is not None:
        raise Conflict("这个人设已停用，请先恢复再分配")
    values, which = _target(session, staff, kind, target_id)
    holder = find_holder(session, which)
    if holder is None:
        row = {**values, "persona_id": persona.id, "created_by": staff.id, "created_at": clock.now()}
        holder = session.scalar(insert(PersonaHolder).values(row).on_conflict_do_nothing().returning(PersonaHolder))
    elif holder.persona_id != persona.id:
        before = get_persona(session, holder.persona_id)
        if before.archived_at is None and instead_of != before.id:
            raise Conflict(f"现在的人设是「{before.name}」", persona_id=before.id)
        holder.persona_id, holder.created_by, holder.created_at = persona.id, staff.id, clock.now()
    if holder is None:
        raise Conflict("刚刚有同事也在分配，请再看一次")
    session.flush()
    audit.record(
        session,
        f"staff:{staff.id}",
        "persona.assign",
        f"persona:{persona.id}",
        kind=kind.value,
        about=f"{kind.value}:{target_id}",
    )
    return holder


def _target(session: Session, staff: Staff, kind: HolderKind, target_id: int) -> tuple[dict[str, object], ColumnElement[bool]]:
    """The column a holder of this sort fills, and how to find it. Raises NotFound for what is not of her subtree."""
    if kind == HolderKind.GUIDE:
        if session.scalar(select(Staff.id).where(Staff.id == target_id, inside(Staff.path, staff.path))) is None:
            raise NotFound("没有这位成员")
        return {"staff_id": target_id}, PersonaHolder.staff_id == target_id
    if kind == HolderKind.STORE:
        if session.scalar(select(Store.id).where(Store.id == target_id, inside(Store.path, staff.path))) is None:
            raise NotFound("没有这家门店")
        return {"store_id": target_id}, PersonaHolder.store_id == target_id
    department = get_department_in(session, staff, target_id)
    if department.kind == DepartmentKind.STORE:
        raise NotFound("门店请按门店分配")
    return {"path": department.path}, PersonaHolder.path == department.path


def unassign(session: Session, staff: Staff, holder_id: int) -> None:
    """Take a persona back from a holder of her subtree; what is assigned further up counts again. Raises NotFound, NotAllowed."""
    if not may_assign(staff.role):
        raise NotAllowed("只有总部和大区经理可以分配人设")
    holder = get_holder_in(session, staff, holder_id)
    audit.record(session, f"staff:{staff.id}", "persona.unassign", f"persona:{holder.persona_id}", about=f"holder:{holder.id}")
    session.delete(holder)
    session.flush()
