"""What of customers waits for a person, for the front page of the console. Changes nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, literal, or_, select
from sqlalchemy.orm import Session

from customers.handover_models import Handover, HandoverStatus, Loss
from customers.import_models import CustomerImport, ImportStatus
from customers.loss_queries import since_days
from customers.owner_models import CandidateStatus, MergeCandidate
from customers.respect_models import DataRequest
from org.models import Role, Staff
from org.queries import inside

MOST = 100
LOSS_DAYS = 90


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of each, counted up to MOST: handovers to confirm, losses not looked at; and what only headquarters decides:
    requests about a person's data (the first is due on `due_on`), pairs that look like one person, imports to go on with.
    """

    handovers: int = 0
    losses: int = 0
    requests: int = 0
    due_on: date | None = None
    pairs: int = 0
    imports: int = 0


def count_waiting(session: Session, viewer: Staff) -> Waiting:
    """What waits within the viewer's subtree, in one statement."""
    handovers = select(literal(1)).select_from(Handover).join(Staff, Staff.id == Handover.from_id)
    losses = select(literal(1)).select_from(Loss).join(Staff, Staff.id == Loss.staff_id)
    parts = [
        _count(handovers.where(Handover.status == HandoverStatus.READY, inside(Staff.path, viewer.path))),
        _count(losses.where(Loss.seen_at.is_(None), Loss.at >= since_days(LOSS_DAYS), inside(Staff.path, viewer.path))),
    ]
    if viewer.role == Role.HEADQUARTERS:
        parts += _of_headquarters()
    found: tuple[Any, ...] = tuple(session.execute(select(*parts)).one())
    return Waiting(*found)


def _of_headquarters() -> list[ScalarSelect[Any]]:
    # One that is confirmed to be erased waits for the job, not for a person.
    asked = DataRequest.done_at.is_(None), ~DataRequest.proof.has_key("confirmed_at")
    columns_to_confirm = (CustomerImport.status == ImportStatus.CHECKING) & (CustomerImport.columns == {})
    return [
        _count(select(literal(1)).select_from(DataRequest).where(*asked)),
        select(func.min(DataRequest.due_on)).where(*asked).scalar_subquery(),
        _count(select(literal(1)).select_from(MergeCandidate).where(MergeCandidate.status == CandidateStatus.OPEN)),
        _count(
            select(literal(1))
            .select_from(CustomerImport)
            .where(or_(CustomerImport.status == ImportStatus.CHECKED, columns_to_confirm))
        ),
    ]


def _count(rows: Select[int]) -> ScalarSelect[Any]:
    return select(func.count()).select_from(rows.limit(MOST).subquery()).scalar_subquery()
