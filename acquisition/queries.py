"""What is read of acquisition: codes by their state or guide, and the welcome that goes with one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from acquisition.models import ChannelCode, Welcome
from foundation.blobs import read_blob
from foundation.errors import NotFound
from org.models import Staff
from outbox.models import PlatformMedia


def find_code(session: Session, state: str) -> ChannelCode | None:
    """The channel code an add event came through; None for no state and for states made by hand in the admin console."""
    if not state or len(state) > 30:
        return None
    return session.scalars(select(ChannelCode).where(ChannelCode.state == state)).one_or_none()


def list_codes_of(session: Session, staff: Staff) -> list[ChannelCode]:
    """Her codes, by channel."""
    return list(session.scalars(select(ChannelCode).where(ChannelCode.staff_id == staff.id).order_by(ChannelCode.channel)))


def find_default_welcome(session: Session) -> Welcome | None:
    """The brand's default, when there is one."""
    return session.scalars(select(Welcome).where(Welcome.is_default).order_by(Welcome.id).limit(1)).one_or_none()


def welcome_picture(session: Session, welcome: Welcome) -> bytes:
    """The picture that goes out with a welcome. Raises NotFound when it has none."""
    kept = session.get(PlatformMedia, welcome.picture_key) if welcome.picture_key else None
    if kept is None:
        raise NotFound("欢迎语没有图片")
    return read_blob(kept.blob_key)
