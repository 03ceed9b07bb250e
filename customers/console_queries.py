"""What only the console asks of customers: how many came and went in the viewer's subtree. Changes nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.models import Customer, Follow, TimelineEntry
from org.models import Staff
from org.queries import inside


def count_added(session: Session, viewer: Staff, since: datetime, until: datetime) -> int:
    """Follow relations begun in [since, until) with guides of the viewer's subtree."""
    return _count(session, viewer, since, until, added=True)


def count_lost(session: Session, viewer: Staff, since: datetime, until: datetime) -> int:
    """Follow relations ended in [since, until) with guides of the viewer's subtree."""
    return _count(session, viewer, since, until, added=False)


def _count(session: Session, viewer: Staff, since: datetime, until: datetime, *, added: bool) -> int:
    moment = Follow.followed_at if added else Follow.ended_at
    query = (
        select(func.count())
        .select_from(Follow)
        .join(Staff, Staff.id == Follow.staff_id)
        .where(moment >= since, moment < until, inside(Staff.path, viewer.path))
    )
    return session.scalar(query) or 0


def find_last_consent(session: Session, customer_id: int) -> TimelineEntry | None:
    """The last time her consent was changed, with who and where in it; None when it never was. Load her with permission first."""
    changed = select(TimelineEntry).where(TimelineEntry.customer_id == customer_id, TimelineEntry.kind == "consent")
    return session.scalars(changed.order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc()).limit(1)).first()


def list_follows_in(session: Session, viewer: Staff, customer: Customer, limit: int = 50) -> list[tuple[Follow, Staff]]:
    """Who of the viewer's subtree follows or followed a customer, the newest relation first."""
    query = (
        select(Follow, Staff)
        .join(Staff, Staff.id == Follow.staff_id)
        .where(Follow.customer_id == customer.id, inside(Staff.path, viewer.path))
        .order_by(Follow.followed_at.desc())
        .limit(limit)
    )
    return [(follow, staff) for follow, staff in session.execute(query)]


def names_of(session: Session, customer_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """(external_userid, nickname) by our id, in one statement. For headquarters, who may see every customer."""
    if not customer_ids:
        return {}
    rows = session.execute(select(Customer.id, Customer.external_userid, Customer.name).where(Customer.id.in_(customer_ids)))
    return {id_: (external_userid, name or "微信客户") for id_, external_userid, name in rows}
