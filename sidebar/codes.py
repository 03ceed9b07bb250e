"""The guide's own code (个人活码) as the sidebar uses it: the first ready one, else the one on its way."""

from sqlalchemy.orm import Session

from acquisition.models import ChannelCode
from acquisition.queries import list_codes_of
from acquisition.rules import own_code
from org.models import Staff


def my_code(session: Session, staff: Staff) -> ChannelCode | None:
    """Her code for posters and her own page; None when none was asked for."""
    return own_code(list_codes_of(session, staff))
