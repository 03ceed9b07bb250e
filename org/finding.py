"""Finding people and places by a part of their name, for pickers over many thousands. Scoped like org.queries."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from org.models import Department, DepartmentKind, Staff, StaffStatus, Store
from org.queries import AT_COUNTER, inside
from org.rules import like_words


@dataclass(frozen=True)
class Found:
    """A guide, store or department; `place` says where it stands, so that two of one name are told apart."""

    id: int
    name: str
    place: str


def find_guides(session: Session, viewer: Staff, words: str, limit: int = 8) -> list[Found]:
    """Guides and store managers at work in the viewer's subtree whose name or userid holds the words."""
    name = func.coalesce(func.nullif(Staff.name, ""), Staff.userid)
    query = (
        select(Staff.id, name, func.coalesce(Store.name, ""))
        .outerjoin(Store, Store.id == Staff.store_id)
        .where(inside(Staff.path, viewer.path), Staff.status == StaffStatus.ACTIVE, Staff.role.in_(AT_COUNTER))
        .where(Staff.name.ilike(like_words(words)) | Staff.userid.ilike(like_words(words)))
    )
    return [Found(*row) for row in session.execute(query.order_by(Staff.id).limit(limit))]


def find_stores(session: Session, viewer: Staff, words: str, limit: int = 8) -> list[Found]:
    """Open stores of the viewer's subtree whose name, code or city holds the words."""
    held = Store.name.ilike(like_words(words)) | Store.code.ilike(like_words(words)) | Store.city.ilike(like_words(words))
    mine = select(Store.id, Store.name, Store.city).where(Store.closed_at.is_(None), inside(Store.path, viewer.path), held)
    return [Found(*row) for row in session.execute(mine.order_by(Store.name).limit(limit))]


def find_departments(session: Session, viewer: Staff, words: str, limit: int = 8) -> list[Found]:
    """Living departments of the viewer's subtree above the stores whose name holds the words, the highest first."""
    living = select(Department.id, Department.name, Department.kind).where(
        Department.removed_at.is_(None), inside(Department.path, viewer.path), Department.kind != DepartmentKind.STORE
    )
    held = living.where(Department.name.ilike(like_words(words)))
    return [Found(*row) for row in session.execute(held.order_by(func.length(Department.path), Department.id).limit(limit))]
