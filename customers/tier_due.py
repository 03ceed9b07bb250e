"""Whose standing is to be worked out anew: asked for in the transaction that changed something about them."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

AT_ONCE = date(2000, 1, 1)
# Locked in the order of ids, as the working out does: two that touch the same customers never wait for each other in a circle.
_LOCKED = """locked AS (
    SELECT customer_id FROM customer_tier WHERE customer_id = ANY({ids}) AND due_on IS DISTINCT FROM :at_once
    ORDER BY customer_id FOR UPDATE
)"""
_UPDATE = "UPDATE customer_tier SET due_on = :at_once FROM locked WHERE customer_tier.customer_id = locked.customer_id"
WANT = text(f"WITH {_LOCKED.format(ids=':ids')} {_UPDATE}")
# The same as parts of a larger statement's WITH; `ids` is a SELECT of theirs.
WANTED = f"{_LOCKED.replace('{ids}', 'ARRAY({ids})')}, due AS ({_UPDATE})"


def want_retier(session: Session, customer_ids: Iterable[int]) -> None:
    """Have these customers' tiers worked out within a minute. Who has none yet is found by herself: she is new."""
    ids = sorted(set(customer_ids))
    if ids:
        session.execute(WANT, {"at_once": AT_ONCE, "ids": ids})
