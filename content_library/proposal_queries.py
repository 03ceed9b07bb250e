"""What is read of contributions. A guide sees her own, a reviewer those of her subtree; lists are paged by key."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content_library.proposal_models import Proposal, ProposalStatus
from foundation.errors import NotFound
from org.models import Staff
from org.queries import inside


def page_of_hers(session: Session, staff: Staff, before: int | None = None, limit: int = 20) -> list[Proposal]:
    """Her own contributions, newest first; `before` is the id of the last one shown."""
    chosen = select(Proposal).where(Proposal.staff_id == staff.id)
    if before is not None:
        chosen = chosen.where(Proposal.id < before)
    return list(session.scalars(chosen.order_by(Proposal.id.desc()).limit(limit)))


def page_proposals(
    session: Session, viewer: Staff, status: ProposalStatus, before: int | None = None, limit: int = 40
) -> list[tuple[Proposal, Staff]]:
    """Contributions of guides in the viewer's subtree, newest first, each with the guide."""
    chosen = (
        select(Proposal, Staff)
        .join(Staff, Staff.id == Proposal.staff_id)
        .where(Proposal.status == status, inside(Staff.path, viewer.path))
    )
    if before is not None:
        chosen = chosen.where(Proposal.id < before)
    return [(row[0], row[1]) for row in session.execute(chosen.order_by(Proposal.id.desc()).limit(limit))]


def count_open(session: Session, viewer: Staff) -> int:
    """How many wait for a decision in the viewer's subtree."""
    waiting = select(func.count()).select_from(Proposal).join(Staff, Staff.id == Proposal.staff_id)
    return session.scalar(waiting.where(Proposal.status == ProposalStatus.OPEN, inside(Staff.path, viewer.path))) or 0


def get_proposal_in(session: Session, viewer: Staff, proposal_id: int) -> tuple[Proposal, Staff]:
    """One contribution of the viewer's subtree with its guide. Raises NotFound."""
    row = session.execute(
        select(Proposal, Staff)
        .join(Staff, Staff.id == Proposal.staff_id)
        .where(Proposal.id == proposal_id, inside(Staff.path, viewer.path))
    ).one_or_none()
    if row is None:
        raise NotFound("没有这条投稿")
    return row[0], row[1]


def count_adopted(session: Session, staff_ids: Sequence[int], since: datetime, until: datetime) -> dict[int, int]:
    """How many contributions of each guide were adopted in [since, until); guides without one are missing."""
    if not staff_ids:
        return {}
    counted = (
        select(Proposal.staff_id, func.count())
        .where(
            Proposal.staff_id.in_(list(staff_ids)),
            Proposal.status == ProposalStatus.ADOPTED,
            Proposal.decided_at >= since,
            Proposal.decided_at < until,
        )
        .group_by(Proposal.staff_id)
    )
    return {row[0]: row[1] for row in session.execute(counted)}
