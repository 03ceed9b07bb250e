"""What other systems may read of customers. They see the whole brand: the key's scopes stand at the door (api)."""

from collections.abc import Sequence

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from customers.models import Customer, Follow, FollowStatus
from customers.tier_models import CustomerTier
from foundation.errors import NotFound


def get_by_external_userid(session: Session, external_userid: str) -> Customer:
    """The customer, or the one she was merged into. Raises NotFound, also for who was erased."""
    home = aliased(Customer)
    chosen = select(home).join(Customer, home.id == func.coalesce(Customer.merged_into_id, Customer.id))
    chosen = chosen.where(Customer.external_userid == external_userid, home.merged_into_id.is_(None))
    found = session.scalars(chosen).one_or_none()
    if found is None:
        raise NotFound("没有这位客户")
    return found


def list_after(session: Session, after_id: int, limit: int) -> list[Customer]:
    """Customers by id beyond `after_id`, without those merged into another."""
    chosen = select(Customer).where(Customer.id > after_id, Customer.merged_into_id.is_(None))
    return list(session.scalars(chosen.order_by(Customer.id).limit(limit)))


def standings(session: Session, customer_ids: Sequence[int]) -> dict[int, CustomerTier]:
    """Their tiers, where worked out."""
    rows = session.scalars(select(CustomerTier).where(CustomerTier.customer_id.in_(customer_ids)))
    return {row.customer_id: row for row in rows}


def lock_in_order(session: Session, external_userids: Sequence[str]) -> None:
    """Lock these customers for writing, always in one order, so that two batches wait for each other instead of failing."""
    chosen = select(Customer.id).where(Customer.external_userid.in_(external_userids)).order_by(Customer.external_userid)
    session.execute(chosen.with_for_update(key_share=True))


def find_home_pairs(session: Session, external_userids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """(customer, member) of the living relation that stands for each: the owner's, or the oldest; who has none is left out."""
    own_first = case((Follow.staff_id == Customer.owner_id, 0), else_=1)
    chosen = (
        select(Customer.external_userid, Follow.customer_id, Follow.staff_id)
        .join(Follow, Follow.customer_id == Customer.id)
        .where(Customer.external_userid.in_(external_userids), Follow.status == FollowStatus.ACTIVE)
        .ext(distinct_on(Customer.external_userid))
        .order_by(Customer.external_userid, own_first, Follow.followed_at, Follow.id)
    )
    return {account: (customer_id, staff_id) for account, customer_id, staff_id in session.execute(chosen)}
