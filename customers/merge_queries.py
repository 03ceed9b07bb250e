"""What the console reads of merges: pairs side by side, what became of them, and whose she was. For headquarters alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from customers.models import Customer
from customers.owner_models import CandidateStatus, CustomerMerge, MergeCandidate, OwnerChange


@dataclass(frozen=True)
class Pair:
    """A candidate with both rows and what is counted of each: guides, orders, the first adding."""

    candidate: MergeCandidate
    first: Customer
    second: Customer


# Of one page of customers: living guides with their names, orders with what was paid, since when we know them.
SIDES = text("""
SELECT customer.id, friends.names, friends.added_at, sales.orders, sales.fen
FROM customer
LEFT JOIN LATERAL (
    SELECT array_agg(COALESCE(NULLIF(staff.name, ''), staff.userid) ORDER BY follow.followed_at)
               FILTER (WHERE follow.status = 'active') AS names,
           min(follow.followed_at) FILTER (WHERE follow.followed_at > 'epoch') AS added_at
    FROM follow JOIN staff ON staff.id = follow.staff_id WHERE follow.customer_id = customer.id
) AS friends ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS orders, COALESCE(sum(paid_fen - refunded_fen), 0) AS fen
    FROM purchase WHERE purchase.customer_id = customer.id
) AS sales ON true
WHERE customer.id = ANY(:ids)
""")


def page_pairs(session: Session, *, after: int = 0, limit: int = 20) -> list[Pair]:
    """Open pairs in the order they were found, beyond candidate `after`."""
    chosen = select(MergeCandidate).where(MergeCandidate.status == CandidateStatus.OPEN, MergeCandidate.id > after)
    rows = session.scalars(chosen.order_by(MergeCandidate.id).limit(limit)).all()
    ids = {id_ for row in rows for id_ in (row.first_id, row.second_id)}
    found = {one.id: one for one in session.scalars(select(Customer).where(Customer.id.in_(ids)))} if ids else {}
    return [Pair(row, found[row.first_id], found[row.second_id]) for row in rows]


def sides_of(session: Session, pairs: Sequence[Pair]) -> dict[int, Row[tuple[object, ...]]]:
    """What is counted of both rows of each pair, by customer id, in one statement."""
    ids = [one.id for pair in pairs for one in (pair.first, pair.second)]
    return {row.id: row for row in session.execute(SIDES, {"ids": ids})} if ids else {}


def count_pairs(session: Session) -> dict[tuple[CandidateStatus, str], int]:
    """How many pairs are open or wanted, by status and reason."""
    wanted = MergeCandidate.status.in_([CandidateStatus.OPEN, CandidateStatus.WANTED])
    rows = select(MergeCandidate.status, MergeCandidate.because, func.count()).where(wanted)
    grouped = session.execute(rows.group_by(MergeCandidate.status, MergeCandidate.because))
    return {(CandidateStatus(status), because): count for status, because, count in grouped}


def page_merges(
    session: Session, *, before: int | None = None, limit: int = 20
) -> list[tuple[CustomerMerge, Customer, Customer]]:
    """(merge, kept, gone), the newest first, before merge `before`."""
    gone = select(CustomerMerge)
    if before is not None:
        gone = gone.where(CustomerMerge.id < before)
    rows = session.scalars(gone.order_by(CustomerMerge.id.desc()).limit(limit)).all()
    ids = {id_ for row in rows for id_ in (row.kept_id, row.gone_id)}
    found = {one.id: one for one in session.scalars(select(Customer).where(Customer.id.in_(ids)))} if ids else {}
    return [(row, found[row.kept_id], found[row.gone_id]) for row in rows]


def merges_into(session: Session, customer_id: int, limit: int = 20) -> list[tuple[CustomerMerge, Customer]]:
    """Merges that stand of rows into hers, the newest first. Load her with permission first."""
    chosen = select(CustomerMerge, Customer).join(Customer, Customer.id == CustomerMerge.gone_id)
    chosen = chosen.where(CustomerMerge.kept_id == customer_id, CustomerMerge.undone_at.is_(None))
    return [(row[0], row[1]) for row in session.execute(chosen.order_by(CustomerMerge.id.desc()).limit(limit))]


def owner_history(session: Session, customer_id: int, limit: int = 50) -> list[OwnerChange]:
    """Her moves from owner to owner, the newest first. Load her with permission first."""
    chosen = select(OwnerChange).where(OwnerChange.customer_id == customer_id)
    return list(session.scalars(chosen.order_by(OwnerChange.at.desc(), OwnerChange.id.desc()).limit(limit)))
