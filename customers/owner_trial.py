"""A dry run of owner rules: who would have another owner, worked out on a sample and told for all. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from customers.owner_sql import TRY
from customers.owning import asked_with, without_jit
from customers.tier_trial import sample
from foundation.db import Json

SHOWN = 5


@dataclass(frozen=True)
class OwnerTrial:
    """`moved` of `sampled` customers would have another owner; `examples`: (customer, owner now, owner then, why)."""

    total: int
    sampled: int
    moved: int
    examples: Sequence[tuple[int, int | None, int | None, str]]

    @property
    def exact(self) -> bool:
        """Whether everybody was tried."""
        return self.sampled == self.total

    def of_all(self, counted: int) -> int:
        """A count of the sample, told for all customers."""
        return round(counted * self.total / self.sampled) if self.sampled else 0


def try_owner_rules(session: Session, body: Json) -> OwnerTrial:
    """What a checked body would make of up to 5,000 customers, everybody when there are no more. Changes nothing."""
    total, ids = sample(session)
    without_jit(session, ids)
    rows = session.execute(TRY, asked_with(ids, body)).all() if ids else []
    moved = [(row.id, row.was_id, row.owner_id, row.why) for row in rows if row.was_id != row.owner_id]
    return OwnerTrial(total, len(rows), len(moved), moved[:SHOWN])
