"""Small builders for acquisition: a channel code that is ready."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from acquisition.models import ChannelCode, CodeStatus
from foundation import clock
from org.models import Staff


def make_code(
    session: Session, staff: Staff, channel: str = "门店海报", *, state: str = "gdteststate", tag_ids: Sequence[int] = ()
) -> ChannelCode:
    """A guide's code, made and ready."""
    code = ChannelCode(
        state=state, staff_id=staff.id, channel=channel, config_id=f"config-{state}", qr_code=f"https://qr/{state}",
        tag_ids=list(tag_ids), status=CodeStatus.READY, created_at=clock.now(),
    )  # fmt: skip
    session.add(code)
    session.flush()
    return code
