"""The guide's own code (个人活码) as the sidebar uses it: the first ready one, else the one on its way."""

from sqlalchemy.orm import Session

from acquisition.models import ChannelCode, CodeStatus
from acquisition.queries import list_codes_of
from org.models import Staff

CHANNEL = "个人名片"


def my_code(session: Session, staff: Staff) -> ChannelCode | None:
    """Her code for posters and her own page: ready before wanted before failed; None when none was asked for."""
    codes = list_codes_of(session, staff)
    order = (CodeStatus.READY, CodeStatus.WANTED, CodeStatus.FAILED)
    ranked = sorted(codes, key=lambda code: (order.index(CodeStatus(code.status)), code.channel != CHANNEL, code.id))
    return ranked[0] if ranked else None
