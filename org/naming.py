"""Our ids for what other systems call stores and guides by, and back; one statement each."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from org.models import Staff, StaffStatus, Store


def ids_by_code(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """Stores by their code."""
    rows = session.execute(select(Store.code, Store.id).where(Store.code.in_(set(codes)))) if codes else ()
    return {code: store_id for code, store_id in rows}


def ids_by_userid(session: Session, userids: Sequence[str]) -> dict[str, int]:
    """Members who have not left, by userid."""
    chosen = select(Staff.userid, Staff.id).where(Staff.userid.in_(set(userids)), Staff.status != StaffStatus.DEPARTED)
    return {userid: staff_id for userid, staff_id in (session.execute(chosen) if userids else ())}


def userids_of(session: Session, ids: Sequence[int | None]) -> dict[int, str]:
    """Userids by our id, departed ones too."""
    wanted = {one for one in ids if one is not None}
    rows = session.execute(select(Staff.id, Staff.userid).where(Staff.id.in_(wanted))) if wanted else ()
    return {staff_id: userid for staff_id, userid in rows}
