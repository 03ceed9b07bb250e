"""One person, several accounts: after a merge the platform still speaks of each by its own external_userid (DOC 92114).

Relations live on the row she lives on and remember their account. Two accounts with the same guide cannot share one row:
the second one's relation stays on its own, merged row, with its moments.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, or_, select, text, update
from sqlalchemy.orm import Session

from customers.models import Customer, Follow


class Place(NamedTuple):
    """Where a new relation belongs; `external_userid` is None when it is the row's own account."""

    customer_id: int
    external_userid: str | None


# The relation goes back to the row of its own account with the marks of its tags, and leaves its place to another account's.
STEP_ASIDE = text("""
WITH aside AS (
    UPDATE follow SET customer_id = own.id, external_userid = NULL FROM customer AS own
    WHERE own.external_userid = follow.external_userid AND follow.customer_id = :customer_id AND follow.staff_id = :staff_id
    RETURNING own.id AS own_id, follow.staff_id
)
UPDATE tag_mark SET customer_id = aside.own_id FROM aside
WHERE tag_mark.customer_id = :customer_id AND tag_mark.staff_id = aside.staff_id
""")


def is_of_account(account: Customer) -> ColumnElement[bool]:
    """The relations of this account alone, wherever they live."""
    own = and_(Follow.external_userid.is_(None), Follow.customer_id == account.id)
    places = {account.id, account.merged_into_id or account.id}
    return and_(or_(Follow.external_userid == account.external_userid, own), Follow.customer_id.in_(places))


def find_relation(session: Session, account: Customer, staff_id: int) -> tuple[Follow | None, Place]:
    """The relation of a (locked) account with a guide, locked, and where a new one would belong."""
    chosen = select(Follow).where(Follow.staff_id == staff_id, is_of_account(account)).with_for_update(key_share=True)
    follow = session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()
    own = Place(account.id, None)
    if follow is not None:
        return follow, own
    home = account.merged_into_id or account.id
    taken = session.scalar(select(Follow.id).where(Follow.customer_id == home, Follow.staff_id == staff_id))
    if home != account.id:
        return None, own if taken else Place(home, account.external_userid)
    if taken:
        session.flush()
        session.execute(STEP_ASIDE, {"customer_id": home, "staff_id": staff_id})
        session.expire_all()
    return None, own


def place_relations(
    session: Session, asked: Sequence[tuple[str, int, int]], merged: Mapping[str, int]
) -> dict[tuple[str, int], tuple[int, int]]:
    """(external_userid, staff id) → (customer id, staff id) for (external_userid, own customer id, staff id); `merged`: home."""
    pairs = {(account, staff_id): (own_id, staff_id) for account, own_id, staff_id in asked}
    for account, own_id, staff_id in asked if merged else ():
        home = merged.get(account)
        if home is None:
            continue
        both = select(Follow.customer_id, Follow.external_userid)
        both = both.where(Follow.staff_id == staff_id, Follow.customer_id.in_([own_id, home]))
        known = {customer_id: name for customer_id, name in session.execute(both)}
        if own_id not in known and known.get(home, account) == account:
            pairs[account, staff_id] = (home, staff_id)
    return pairs


def make_room(
    session: Session, pairs: Mapping[tuple[str, int], tuple[int, int]], known: Mapping[tuple[int, int], Row[Any]]
) -> bool:
    """Move aside relations of other accounts that stand where these belong; whether there were any."""
    told = [(account, pair) for (account, _), pair in pairs.items() if pair in known]
    taken = [pair for account, pair in told if known[pair].external_userid not in (None, account)]
    for customer_id, staff_id in taken:
        session.execute(STEP_ASIDE, {"customer_id": customer_id, "staff_id": staff_id})
    return bool(taken)


def name_accounts(session: Session, pairs: Mapping[tuple[str, int], tuple[int, int]], merged: Mapping[str, int]) -> None:
    """Relations just written on another row than their account's remember the account."""
    for (account, _), (customer_id, staff_id) in pairs.items() if merged else ():
        if merged.get(account) == customer_id:
            hers = (Follow.customer_id == customer_id, Follow.staff_id == staff_id)
            session.execute(update(Follow).where(*hers).values(external_userid=account))
