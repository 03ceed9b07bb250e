"""What only the console asks of the organisation: names for ids, people of one department. Scoped like org.queries."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.errors import NotFound
from org.models import Department, DepartmentKind, Staff, StaffStatus, Store
from org.queries import inside
from org.rules import like_words


def department_names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Names by department id, removed ones too, in one statement."""
    return {id_: name for id_, name in session.execute(select(Department.id, Department.name).where(Department.id.in_(set(ids))))}


def staff_names(session: Session, ids: Sequence[int | None]) -> dict[int | None, str]:
    """Names by our staff id, departed ones too, in one statement; a nameless member goes by her userid."""
    wanted = {id_ for id_ in ids if id_ is not None}
    name = func.coalesce(func.nullif(Staff.name, ""), Staff.userid)
    query = select(Staff.id, name).where(Staff.id.in_(wanted))
    return {id_: found for id_, found in session.execute(query)} if wanted else {}


def store_names(session: Session, ids: Sequence[int | None]) -> dict[int | None, str]:
    """Names by store id, in one statement."""
    wanted = {id_ for id_ in ids if id_ is not None}
    query = select(Store.id, Store.name).where(Store.id.in_(wanted))
    return {id_: name for id_, name in session.execute(query)} if wanted else {}


def get_staff_in(session: Session, viewer: Staff, staff_id: int) -> Staff:
    """A member of the viewer's subtree, departed ones too, locked for this transaction. Raises NotFound for any other."""
    query = select(Staff).where(Staff.id == staff_id, inside(Staff.path, viewer.path)).with_for_update()
    staff = session.scalars(query).one_or_none()
    if staff is None:
        raise NotFound("没有这位成员")
    return staff


def page_staff_of(
    session: Session,
    viewer: Staff,
    department: Department,
    *,
    after_id: int = 0,
    limit: int = 50,
    q: str = "",
    departed: bool = False,
) -> list[Staff]:
    """Members below a department of the viewer's subtree, by id; `q` is part of a name or userid."""
    left = Staff.status == StaffStatus.DEPARTED
    below = [inside(Staff.path, viewer.path), inside(Staff.path, department.path)]
    wanted = [*below, left if departed else ~left, Staff.id > after_id]
    if q:
        wanted.append(Staff.name.ilike(like_words(q)) | Staff.userid.ilike(like_words(q)))
    return list(session.scalars(select(Staff).where(*wanted).order_by(Staff.id).limit(limit)))


def list_areas_in(session: Session, viewer: Staff, limit: int = 400) -> list[tuple[int, str, int]]:
    """(id, name, depth below the viewer's own) of living departments of her subtree that are no stores, as a tree is read."""
    chosen = select(Department.id, Department.name, Department.path).where(
        Department.removed_at.is_(None), Department.kind != DepartmentKind.STORE, inside(Department.path, viewer.path)
    )
    rows = session.execute(chosen.order_by(Department.path).limit(limit)).all()
    return [(id_, name, path.count(".") - viewer.path.count(".")) for id_, name, path in rows]
