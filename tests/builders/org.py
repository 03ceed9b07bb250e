"""Small builders for the organisation: departments along a path, stores and members."""

from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import Json
from org.models import Department, DepartmentKind, Role, Staff, StaffStatus, Store
from org.rules import kind_of_department, path_ids


def make_department(session: Session, path: str, name: str = "") -> Department:
    """The department at the end of a path, and those above it; a store's entity when it is one (depth 4)."""
    number = path_ids(path)[-1]
    found = session.get(Department, number)
    if found is not None:
        return found
    above = path_ids(path)[:-1]
    if above:
        make_department(session, "".join(f"{one}." for one in above))
    depth = len(above) + 1
    kind = kind_of_department(depth, depth < 4, name)
    made = Department(id=number, parent_id=above[-1] if above else None, name=name or f"部门{number}", path=path, kind=kind)
    session.add(made)
    session.flush()
    if kind == DepartmentKind.STORE:
        session.add(Store(department_id=number, path=path, code=f"S{number}", name=made.name))
        session.flush()
    return made


def make_staff(
    session: Session,
    *,
    userid: str = "ai",
    name: str = "",
    role: Role = Role.GUIDE,
    path: str = "1.2.3.4.",
    status: StaffStatus = StaffStatus.ACTIVE,
) -> Staff:
    """A member standing in the department at the end of `path`."""
    department = make_department(session, path)
    store = session.query(Store).filter(Store.department_id == department.id).one_or_none()
    staff = Staff(
        userid=userid,
        name=name or userid.title(),
        role=role,
        path=path,
        status=status,
        department_id=department.id,
        store_id=store.id if store else None,
        created_at=clock.now(),
    )
    session.add(staff)
    session.flush()
    return staff


def department_row(number: int, parent: int, name: str, order: int = 0) -> Json:
    """A row of department/list."""
    return {"id": number, "parentid": parent, "name": name, "order": order}


def user_row(userid: str, *departments: int, leads: bool = False, status: int = 1, **more: object) -> Json:
    """A row of user/list; she leads all her departments or none."""
    return {
        "userid": userid,
        "name": userid.title(),
        "department": list(departments),
        "main_department": departments[0] if departments else 0,
        "is_leader_in_dept": [int(leads)] * len(departments),
        "status": status,
        **more,
    }


TREE = [
    department_row(1, 0, "雪岭羽绒"),
    department_row(2, 1, "华东大区"),
    department_row(3, 2, "上海分公司"),
    department_row(4, 3, "徐家汇店"),
    department_row(5, 3, "静安店"),
    department_row(6, 1, "运营部"),
]
