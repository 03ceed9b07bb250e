"""Jobs of owners and merges: owners after orders within a minute, everybody in the night, pairs found and merged one by one."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from customers.merge_finding import find_candidates, work_one
from customers.models import Customer
from customers.owner_rules import ORDER, SERVICE
from customers.owning import refresh_owners
from customers.policies import policy
from foundation import clock
from foundation.db import transaction

BATCH = 2_000
MOST_MERGES = 2_000
BEHIND = text("SELECT set_config('guidedesk.bulk', 'on', true)")
# In the order of their ids, as whoever else works on many does.
LOCK = text("SELECT id FROM customer WHERE id = ANY(:ids) ORDER BY external_userid FOR NO KEY UPDATE")


def follow_orders(customer_ids: Sequence[int]) -> None:
    """Something happened to these customers: their owners, where the brand's rules look at orders or contacts."""
    with transaction() as session:
        if {ORDER, SERVICE} & set(policy(session, "owner")["order"]):
            _refresh(session, customer_ids)


def _refresh(session: Session, ids: Sequence[int]) -> None:
    if len(ids) > 100:
        session.execute(BEHIND)
    session.execute(LOCK, {"ids": list(ids)})
    refresh_owners(session, ids)


def refresh_everybody() -> int:
    """Owners of everybody by tonight's rules: locks that ended, contacts and orders grown old. How many were looked at."""
    looked = after = 0
    while True:
        with transaction() as session:
            chosen = select(Customer.id).where(Customer.id > after, Customer.merged_into_id.is_(None))
            ids = session.scalars(chosen.order_by(Customer.id).limit(BATCH)).all()
            if not ids:
                return looked
            _refresh(session, ids)
        after, looked = ids[-1], looked + len(ids)


def work_owner_night() -> int:
    """Everybody's owner, then new pairs that may be one person."""
    looked = refresh_everybody()
    with transaction() as session:
        find_candidates(session)
    return looked


def merge_wanted() -> int:
    """Merge pairs somebody (or the rule of equal UnionIDs) wants merged, one a transaction; how many."""
    done, until = 0, clock.now() + clock.days(1) / 24 / 12
    while done < MOST_MERGES and clock.now() < until:
        with transaction() as session:
            if not work_one(session):
                break
        done += 1
    return done
