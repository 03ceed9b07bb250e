"""Changes of members: what the platform tells of them, where they stand, and their leaving."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from foundation import audit, clock
from foundation.config import settings
from foundation.db import Json
from foundation.text import clean
from foundation.wake import ring
from org.models import Department, Role, Staff, StaffDepartment, StaffStatus, Store
from org.rules import NOWHERE, is_headquarters, is_older_than_leaving, path_ids, role_of, scope_path, status_of

PULL_JOB = "org.pull_staff"


def meet(session: Session, userid: str) -> Staff:
    """The member with this userid; one never heard of is created without a name, standing nowhere, to be pulled soon."""
    found = session.scalars(select(Staff).where(Staff.userid == userid)).one_or_none()
    if found is None:
        _insert_unknown(session, [userid], clock.now())
        found = session.scalars(select(Staff).where(Staff.userid == userid)).one()
    return found


def meet_all(session: Session, userids: Iterable[str]) -> dict[str, Staff]:
    """`meet` for many at once."""
    wanted = sorted(set(userids))
    _insert_unknown(session, wanted, clock.now())
    return {staff.userid: staff for staff in session.scalars(select(Staff).where(Staff.userid.in_(wanted)))}


def _insert_unknown(session: Session, userids: Sequence[str], wanted_at: datetime | None) -> None:
    if not userids:
        return
    session.execute(
        text("""
            INSERT INTO staff (userid, name, avatar_url, position, path, role, role_set_by_hand, status, epoch, created_at,
                               pull_wanted_at)
            SELECT userid, '', '', '', :nowhere, 'guide', false, 'active', 1, :now, CAST(:wanted_at AS timestamptz)
            FROM unnest(CAST(:userids AS text[])) AS told (userid)
            WHERE NOT EXISTS (SELECT FROM staff WHERE staff.userid = told.userid)
            ON CONFLICT (userid) DO NOTHING
        """),
        {"userids": list(userids), "nowhere": NOWHERE, "now": clock.now(), "wanted_at": wanted_at},
    )


def want_staff(session: Session, userid: str) -> Staff:
    """Ask for this member to be pulled (an event told of a change, without the facts)."""
    staff = meet(session, userid)
    staff.pull_wanted_at = clock.now()
    ring(session, PULL_JOB)
    return staff


def apply_users(session: Session, rows: Sequence[Json], *, fetched_at: datetime | None = None) -> list[Staff]:
    """Take over members as user/get and user/list tell them (DOC 90196); fields that are missing keep what is known.

    Who left after `fetched_at`, the moment before the platform was asked, stays departed and is pulled again.
    """
    fetched_at = fetched_at or clock.now()
    told = {str(row["userid"]): row for row in rows}
    _insert_unknown(session, sorted(told), None)
    members = list(
        session.scalars(select(Staff).where(Staff.userid.in_(told)).order_by(Staff.id).with_for_update(key_share=True)).unique()
    )
    current = [staff for staff in members if not _left_since(staff, fetched_at)]
    for staff in current:
        _take_over(staff, told[staff.userid], fetched_at)
    session.flush()
    _write_departments(session, {staff.id: told[staff.userid] for staff in current})
    place_staff(session, Staff.id.in_([staff.id for staff in current]))
    for staff in members:
        session.refresh(staff)
    return members


def apply_user(session: Session, row: Json, *, fetched_at: datetime | None = None) -> Staff:
    """`apply_users` for one."""
    return apply_users(session, [row], fetched_at=fetched_at)[0]


def _left_since(staff: Staff, fetched_at: datetime) -> bool:
    if staff.status != StaffStatus.DEPARTED or not is_older_than_leaving(fetched_at, staff.departed_at):
        return False
    staff.pull_wanted_at = clock.now()
    return True


def _take_over(staff: Staff, row: Json, fetched_at: datetime) -> None:
    staff.name = clean(str(row.get("name") or staff.name))[:200]
    staff.avatar_url = str(row.get("avatar") or staff.avatar_url)[:1024]
    staff.position = clean(str(row.get("position", staff.position) or ""))[:200]
    status = status_of(row.get("status"), staff.status)
    if staff.status == StaffStatus.ACTIVE and status != StaffStatus.ACTIVE:
        staff.epoch += 1
    if status == StaffStatus.DEPARTED:
        staff.departed_at = staff.departed_at or fetched_at
    else:
        staff.departed_at = None
    staff.status = status
    staff.pulled_at = fetched_at
    if staff.pull_wanted_at is not None and staff.pull_wanted_at <= fetched_at:
        staff.pull_wanted_at = None


def _write_departments(session: Session, told: dict[int, Json]) -> None:
    """Memberships, and the main department; rows without `department` and departments we may not see are passed over."""
    with_departments = {key: row for key, row in told.items() if row.get("department")}
    asked = {int(number) for row in with_departments.values() for number in row["department"]}
    visible = set(session.scalars(select(Department.id).where(Department.id.in_(asked), Department.removed_at.is_(None))))
    kept = _known_leaders(session, with_departments)
    session.execute(delete(StaffDepartment).where(StaffDepartment.staff_id.in_(with_departments)))
    memberships = [
        {"staff_id": key, "department_id": number, "is_leader": leads}
        for key, row in with_departments.items()
        for number, leads in _leadership(row, kept.get(key, set())).items()
        if number in visible
    ]
    if memberships:
        session.execute(upsert(StaffDepartment).values(memberships).on_conflict_do_nothing())
    mains = [{"id": key, "department_id": _main_department(row, visible)} for key, row in with_departments.items()]
    if mains:
        session.execute(update(Staff), mains)


def _known_leaders(session: Session, told: dict[int, Json]) -> dict[int, set[int]]:
    """What simplelist does not tell is kept: which departments she leads."""
    found: dict[int, set[int]] = {}
    silent = [key for key, row in told.items() if "is_leader_in_dept" not in row]
    query = select(StaffDepartment).where(StaffDepartment.staff_id.in_(silent), StaffDepartment.is_leader)
    for membership in session.scalars(query) if silent else ():
        found.setdefault(membership.staff_id, set()).add(membership.department_id)
    return found


def _leadership(row: Json, kept: set[int]) -> dict[int, bool]:
    numbers = [int(number) for number in row["department"]]
    flags = row.get("is_leader_in_dept")
    if flags is None:
        return {number: number in kept for number in numbers}
    return {number: bool(int(flag)) for number, flag in zip(numbers, [*flags, *[0] * len(numbers)], strict=False)}


def _main_department(row: Json, visible: set[int]) -> int | None:
    main = int(row.get("main_department") or 0)
    numbers = [int(number) for number in row["department"] if int(number) in visible]
    return main if main in numbers else (numbers[0] if numbers else None)


def place_staff(session: Session, where: ColumnElement[bool]) -> None:
    """Recompute role, scope and store of some members from where they stand; writes only what differs."""
    named = frozenset(word.strip() for word in settings().hq_userids.split(",") if word.strip())
    rows = session.execute(
        select(Staff, Department.path, Department.kind, StaffDepartment.is_leader)
        .outerjoin(Department, (Department.id == Staff.department_id) & Department.removed_at.is_(None))
        .outerjoin(
            StaffDepartment, (StaffDepartment.staff_id == Staff.id) & (StaffDepartment.department_id == Staff.department_id)
        )
        .where(where)
        .order_by(Staff.id)
    ).all()
    stores = _stores_on(session, {number for row in rows if row.path for number in path_ids(row.path)})
    for staff, path, kind, leads in rows:
        role = staff.role if staff.role_set_by_hand else role_of(kind, bool(leads), is_headquarters(staff.userid, kind, named))
        if staff.role == Role.HEADQUARTERS and role != Role.HEADQUARTERS:
            staff.epoch += 1
        staff.role = role
        staff.path = scope_path(role, path)
        staff.store_id = next((stores[number] for number in path_ids(path or "") if number in stores), None)
    session.flush()


def _stores_on(session: Session, department_ids: set[int]) -> dict[int, int]:
    chosen = select(Store.department_id, Store.id).where(Store.department_id.in_(department_ids), Store.closed_at.is_(None))
    return {row.department_id: row.id for row in session.execute(chosen)} if department_ids else {}


def depart(session: Session, userid: str, at: datetime) -> Staff | None:
    """A member left the corp: a state, never a deletion; her sessions end. None for one never heard of.

    A deletion older than our last sight of her on the platform is stale (she was hired again): it only asks for a pull.
    """
    staff = session.scalars(select(Staff).where(Staff.userid == userid).with_for_update(key_share=True)).one_or_none()
    if staff is None or staff.status == StaffStatus.DEPARTED:
        return staff
    if staff.pulled_at is not None and staff.pulled_at > at:
        staff.pull_wanted_at = clock.now()
        return staff
    staff.status, staff.departed_at = StaffStatus.DEPARTED, at
    if staff.pull_wanted_at is not None and staff.pull_wanted_at <= at:
        staff.pull_wanted_at = None
    end_sessions(session, staff)
    audit.record(session, "platform", "staff.departed", f"staff:{staff.id}", userid=userid)
    return staff


def end_sessions(session: Session, staff: Staff) -> None:
    """Sign her out everywhere."""
    staff.epoch += 1
    session.flush()


def move_userid(session: Session, old: str, new: str) -> Staff:
    """The platform renamed a member (NewUserID, once). Whoever was met under the new name before this event makes way."""
    staff, other = find_two(session, old, new)
    if staff is None:
        return want_staff(session, new)
    if other is not None and other.id != staff.id:
        other.userid, other.status, other.departed_at = f"~{other.id}"[:64], StaffStatus.DEPARTED, clock.now()
        session.flush()
    staff.userid, staff.pull_wanted_at = new, clock.now()
    session.flush()
    audit.record(session, "platform", "staff.renamed", f"staff:{staff.id}", old=old, new=new)
    return staff


def find_two(session: Session, old: str, new: str) -> tuple[Staff | None, Staff | None]:
    """The members under the old and the new userid."""
    found = {staff.userid: staff for staff in session.scalars(select(Staff).where(Staff.userid.in_([old, new])))}
    return found.get(old), found.get(new)
