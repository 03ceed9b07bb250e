"""What is read of acquisition: codes by their state or guide, and the welcome that goes with one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from acquisition.models import ChannelCode, CodeStatus, Welcome
from foundation.errors import NotFound
from org.models import Staff
from org.queries import inside


def find_code(session: Session, state: str) -> ChannelCode | None:
    """The channel code an add event came through; None for no state and for states made by hand in the admin console."""
    if not state or len(state) > 30:
        return None
    return session.scalars(select(ChannelCode).where(ChannelCode.state == state)).one_or_none()


def list_codes_of(session: Session, staff: Staff) -> list[ChannelCode]:
    """Her codes that are not retired, by channel."""
    return list(
        session.scalars(
            select(ChannelCode)
            .where(ChannelCode.staff_id == staff.id, ChannelCode.status != CodeStatus.RETIRED)
            .order_by(ChannelCode.channel)
        )
    )


def find_code_of(session: Session, staff: Staff, channel: str) -> ChannelCode | None:
    """Her living code for one channel."""
    return next((code for code in list_codes_of(session, staff) if code.channel == channel), None)


def page_codes(session: Session, viewer: Staff, *, after_id: int = 0, limit: int = 50) -> list[tuple[ChannelCode, Staff]]:
    """Codes of guides in her subtree, by id."""
    rows = session.execute(
        select(ChannelCode, Staff)
        .join(Staff, Staff.id == ChannelCode.staff_id)
        .where(inside(Staff.path, viewer.path), ChannelCode.id > after_id)
        .order_by(ChannelCode.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def get_welcome(session: Session, welcome_id: int) -> Welcome:
    """A welcome; raises NotFound."""
    found = session.get(Welcome, welcome_id)
    if found is None:
        raise NotFound("没有这条欢迎语")
    return found


def find_default_welcome(session: Session) -> Welcome | None:
    """The brand's default, when there is one."""
    return session.scalars(select(Welcome).where(Welcome.is_default).order_by(Welcome.id).limit(1)).one_or_none()
