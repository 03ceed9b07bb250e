"""What only the console asks of acquisition: the codes of many guides at once. Changes nothing."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from acquisition.models import ChannelCode


def channels_of(session: Session, states: Sequence[str]) -> dict[str, str]:
    """The channel of each code by its state, in one statement; unknown states are absent."""
    wanted = [state for state in states if state]
    chosen = select(ChannelCode.state, ChannelCode.channel).where(ChannelCode.state.in_(wanted))
    return {state: channel for state, channel in session.execute(chosen)} if wanted else {}


def codes_by_guide(session: Session, staff_ids: Sequence[int]) -> dict[int, list[ChannelCode]]:
    """All codes of these guides, also failed ones, by guide, in one statement; a guide without codes is absent. Which of them
    stands for her: rules.own_code.
    """
    query = select(ChannelCode).where(ChannelCode.staff_id.in_(staff_ids))
    found: dict[int, list[ChannelCode]] = {}
    for code in session.scalars(query.order_by(ChannelCode.id)):
        found.setdefault(code.staff_id, []).append(code)
    return found
