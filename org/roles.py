"""Roles given by hand: they outlast every sync until they are taken back. Never commits."""

from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import Conflict, Invalid
from org.models import Role, Staff, StaffStatus
from org.staffing import end_sessions, place_staff


def set_role(session: Session, staff: Staff, role: str, *, by: Staff) -> Staff:
    """Give a role by hand, or with "" let it follow from where she stands again; her sessions end, so it holds at once.

    Raises Invalid for an unknown role, Conflict for a departed member or for the giver herself (nobody locks herself out).
    """
    if staff.id == by.id:
        raise Conflict("不能修改自己的角色，请另一位总部同事来改")
    if staff.status == StaffStatus.DEPARTED:
        raise Conflict("这位成员已离职，不能再设角色")
    if role and role not in set(Role):
        raise Invalid("没有这个角色", {"role": "请从列表里选择角色"})
    before = staff.role
    staff.role_set_by_hand = bool(role)
    staff.role = Role(role) if role else staff.role
    session.flush()
    place_staff(session, Staff.id == staff.id)
    end_sessions(session, staff)
    who, what = f"staff:{by.id}", f"staff:{staff.id}"
    audit.record(session, who, "staff.set_role", what, before=before, after=staff.role, by_hand=bool(role))
    return staff
