"""Follow relations asked for many at a time, by customer and guide. For jobs, never for a person: no scope stands in it."""

from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from customers.models import Customer, Follow


def follows_of_pairs(session: Session, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[Customer, Follow]]:
    """(customer id, staff id) → the customer and the relation of the two, in whatever state; pairs without one are missing."""
    if not pairs:
        return {}
    rows = session.execute(
        select(Customer, Follow)
        .join(Follow, Follow.customer_id == Customer.id)
        .where(tuple_(Follow.customer_id, Follow.staff_id).in_(list(set(pairs))))
    )
    return {(follow.customer_id, follow.staff_id): (customer, follow) for customer, follow in rows}
