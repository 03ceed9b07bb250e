"""What is read of personas: who speaks in which. The nearest holder counts: guide, store, then the longest path."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Subquery, Text, and_, case, func, literal, or_, select, true
from sqlalchemy.orm import Session

from content_library.models import Persona
from content_library.persona_models import PersonaHolder
from foundation.errors import NotFound
from org.models import Department, Staff, StaffStatus, Store
from org.queries import AT_COUNTER, inside


def _live(held_by: ColumnElement[bool]) -> Select[int, int, int | None, int | None, str | None]:
    """Holders of one sort; a persona that was archived speaks through nobody."""
    columns = (PersonaHolder.id, PersonaHolder.persona_id, PersonaHolder.staff_id, PersonaHolder.store_id, PersonaHolder.path)
    return select(*columns).join(Persona, Persona.id == PersonaHolder.persona_id).where(Persona.archived_at.is_(None), held_by)


def voices(*which: ColumnElement[bool]) -> Subquery:
    """(staff_id, store_id, persona_id, holder_id) of the members chosen by `which`; the last two are None for who has none."""
    own = _live(PersonaHolder.staff_id.is_not(None)).subquery("own")
    shop = _live(PersonaHolder.store_id.is_not(None)).subquery("shop")
    below = func.starts_with(Staff.path, PersonaHolder.path)
    nearest = _live(and_(PersonaHolder.path.is_not(None), below)).order_by(func.length(PersonaHolder.path).desc()).limit(1)
    area = nearest.correlate(Staff).lateral("area")
    return (
        select(
            Staff.id.label("staff_id"),
            Staff.store_id.label("store_id"),
            func.coalesce(own.c.persona_id, shop.c.persona_id, area.c.persona_id).label("persona_id"),
            func.coalesce(own.c.id, shop.c.id, area.c.id).label("holder_id"),
        )
        .outerjoin(own, own.c.staff_id == Staff.id)
        .outerjoin(shop, shop.c.store_id == Staff.store_id)
        .outerjoin(area, true())
        .where(*which)
        .subquery("voice")
    )


def at_counter(scope: str) -> tuple[ColumnElement[bool], ...]:
    """Guides and store managers at work below a path."""
    return (inside(Staff.path, scope), Staff.status == StaffStatus.ACTIVE, Staff.role.in_(AT_COUNTER))


def persona_of(session: Session, staff: Staff) -> Persona | None:
    """The persona she speaks in; None when nobody gave her one."""
    voice = voices(Staff.id == staff.id)
    return session.scalar(select(Persona).join(voice, voice.c.persona_id == Persona.id))


def personas_of(session: Session, staff_ids: Sequence[int]) -> dict[int, Persona]:
    """Persona by staff id, in one statement; who has none is missing."""
    if not staff_ids:
        return {}
    voice = voices(Staff.id.in_(staff_ids))
    found = session.execute(select(voice.c.staff_id, Persona).join(voice, voice.c.persona_id == Persona.id))
    return {staff_id: persona for staff_id, persona in found}


def get_persona(session: Session, persona_id: int, *, lock: bool = False) -> Persona:
    """A persona, archived ones too; raises NotFound."""
    query = select(Persona).where(Persona.id == persona_id)
    persona = session.scalar(query.with_for_update() if lock else query)
    if persona is None:
        raise NotFound("没有这个人设")
    return persona


def list_all_personas(session: Session, limit: int = 200) -> list[Persona]:
    """Those in use first, then the archived ones."""
    return list(session.scalars(select(Persona).order_by(Persona.archived_at.is_not(None), Persona.id).limit(limit)))


def count_voices(session: Session, viewer: Staff) -> dict[int | None, int]:
    """How many guides of the viewer's subtree speak in each persona, by its id; None: those nobody gave one."""
    voice = voices(*at_counter(viewer.path))
    counted = select(voice.c.persona_id, func.count()).group_by(voice.c.persona_id)
    return {persona_id: count for persona_id, count in session.execute(counted)}


def page_without(session: Session, viewer: Staff, *, after_id: int = 0, limit: int = 50) -> list[Staff]:
    """Guides of the viewer's subtree nobody gave a persona, by id."""
    voice = voices(*at_counter(viewer.path), Staff.id > after_id)
    none = select(Staff).join(voice, voice.c.staff_id == Staff.id).where(voice.c.persona_id.is_(None))
    return list(session.scalars(none.order_by(Staff.id).limit(limit)))


@dataclass(frozen=True)
class Held:
    """A holder with its name; `covers` guides stand in it, `speaks` of them by it: the others are given another nearer by."""

    holder: PersonaHolder
    name: str
    covers: int
    speaks: int


def _place() -> ColumnElement[str]:
    return func.coalesce(PersonaHolder.path, Store.path, Staff.path)


def _joined_holders() -> Select[PersonaHolder, str, str]:
    area = func.coalesce(Department.name, PersonaHolder.path)
    name = func.coalesce(func.nullif(Staff.name, ""), Staff.userid, Store.name, area)
    return (
        select(PersonaHolder, name, _place())
        .outerjoin(Staff, Staff.id == PersonaHolder.staff_id)
        .outerjoin(Store, Store.id == PersonaHolder.store_id)
        .outerjoin(Department, Department.path == PersonaHolder.path)
    )


def page_holders(session: Session, viewer: Staff, persona_id: int, *, after_id: int = 0, limit: int = 50) -> list[Held]:
    """Who a persona was given to, by id: inside the viewer's subtree, or above it (it reaches hers then)."""
    reaches = or_(inside(_place(), viewer.path), func.starts_with(literal(viewer.path, Text), _place()))
    mine = _joined_holders().where(PersonaHolder.persona_id == persona_id, PersonaHolder.id > after_id, reaches)
    rows = session.execute(mine.order_by(PersonaHolder.id).limit(limit)).all()
    covers, speaks = (
        _covered(session, viewer, [row[0].id for row in rows]),
        _speaking(session, viewer, [row[0].id for row in rows]),
    )
    return [Held(row[0], row[1], covers.get(row[0].id, 0), speaks.get(row[0].id, 0)) for row in rows]


def _covered(session: Session, viewer: Staff, ids: Sequence[int]) -> dict[int, int]:
    stands = case(
        (PersonaHolder.staff_id.is_not(None), Staff.id == PersonaHolder.staff_id),
        (PersonaHolder.store_id.is_not(None), Staff.store_id == PersonaHolder.store_id),
        else_=func.starts_with(Staff.path, PersonaHolder.path),
    )
    counted = (
        select(PersonaHolder.id, func.count()).join(Staff, stands).where(PersonaHolder.id.in_(ids), *at_counter(viewer.path))
    )
    return {row[0]: row[1] for row in session.execute(counted.group_by(PersonaHolder.id))}


def _speaking(session: Session, viewer: Staff, ids: Sequence[int]) -> dict[int, int]:
    voice = voices(*at_counter(viewer.path))
    counted = select(voice.c.holder_id, func.count()).where(voice.c.holder_id.in_(ids)).group_by(voice.c.holder_id)
    return {row[0]: row[1] for row in session.execute(counted)}


def get_holder_in(session: Session, viewer: Staff, holder_id: int) -> PersonaHolder:
    """A holder that stands inside the viewer's subtree; raises NotFound for any other."""
    mine = _joined_holders().where(PersonaHolder.id == holder_id, inside(_place(), viewer.path))
    found = session.execute(mine).first()
    if found is None:
        raise NotFound("没有这条分配")
    return found[0]


def find_holder(session: Session, which: ColumnElement[bool]) -> PersonaHolder | None:
    """The one holder for a guide, a store or a path, locked."""
    return session.scalar(select(PersonaHolder).where(which).with_for_update())
