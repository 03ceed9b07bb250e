"""Losses noted as they happen, and seen by who looks after them. Telling of them is loss_telling's."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from customers.handover_models import Loss
from customers.loss_rules import BY_NAMES, days_kept
from customers.models import Follow
from foundation import audit, clock
from foundation.wake import ring
from org.models import Staff
from org.queries import inside

TELL_JOB = "customers.tell_losses"
MOST_AT_ONCE = 200
NOTE = text("""
INSERT INTO loss (customer_id, staff_id, by, at, days, state, told, once)
SELECT :customer_id, staff.id, CAST(:by AS text), CAST(:at AS timestamptz), :days, :state, '{}', :once FROM staff
WHERE staff.id = :staff_id AND staff.status <> 'departed'
ON CONFLICT (once) DO NOTHING
""")
# A pull may find a relation gone before the event of its takeover is worked; of a leaver's no event tells at all.
HANDED = text("""
SELECT follow.id FROM follow JOIN staff ON staff.id = follow.staff_id
WHERE follow.id = ANY(CAST(:ids AS bigint[])) AND (staff.status = 'departed' OR EXISTS (
    SELECT FROM handover_customer JOIN handover ON handover.id = handover_customer.handover_id
    WHERE handover_customer.customer_id = follow.customer_id AND handover.from_id = follow.staff_id
      AND handover_customer.step IN ('asked', 'waiting', 'taken')
      AND handover_customer.asked_at > CAST(:at AS timestamptz) - interval '3 days'))
""")


def handed_over(session: Session, follows: Sequence[Follow], at: datetime) -> set[int]:
    """Of relations found gone at `at`, those (by id) that ended because somebody took over, not because the guide deleted her."""
    if not follows:
        return set()
    return set(session.scalars(HANDED, {"ids": [follow.id for follow in follows], "at": at}))


def note_loss(session: Session, follow: Follow, by: str, at: datetime) -> None:
    """A follow relation ended at `at`: `by` customer or guide is a loss, once; handed over she is not lost."""
    if by not in BY_NAMES:
        return
    session.execute(
        NOTE,
        {
            "customer_id": follow.customer_id, "staff_id": follow.staff_id, "by": by, "at": at,
            "days": days_kept(follow.followed_at, at), "state": follow.state,
            "once": f"loss:{follow.id}:{by}:{int(at.timestamp())}",
        },
    )  # fmt: skip
    ring(session, TELL_JOB)


def mark_seen(session: Session, viewer: Staff, loss_ids: Sequence[int]) -> int:
    """A manager has looked at these losses of her subtree (at most 200); others' numbers do nothing. How many were new to her."""
    hers = select(Staff.id).where(inside(Staff.path, viewer.path))
    seen = (
        update(Loss)
        .where(Loss.id.in_(list(loss_ids)[:MOST_AT_ONCE]), Loss.seen_at.is_(None), Loss.staff_id.in_(hers))
        .values(seen_at=clock.now())
        .returning(Loss.id)
    )
    ids = sorted(session.scalars(seen))
    if ids:
        audit.record(session, f"staff:{viewer.id}", "loss.see", "losses", rows=len(ids))
    return len(ids)
