"""Small builders for loss and handover: a leaver, customers with tags and notes, losses."""

from datetime import timedelta

from sqlalchemy.orm import Session

from customers.following import end_following
from customers.handover_models import HandoverCustomer
from customers.models import Customer, Follow
from foundation import clock
from org.models import Staff, StaffStatus
from tests.builders.sop import make_follow


def make_leaver(session: Session, guide: Staff, *, days_ago: int = 2) -> Staff:
    """She left some days ago; her customers wait."""
    staff = session.get_one(Staff, guide.id)
    staff.status, staff.departed_at = StaffStatus.DEPARTED, clock.now() - timedelta(days=days_ago)
    session.flush()
    return staff


def make_customers(session: Session, guide: Staff, count: int, *, tag_ids: list[int] | None = None, start: int = 0) -> list[int]:
    """So many customers of a guide, hers by the owner too; their ids."""
    ids = []
    for number in range(start, start + count):
        follow = make_follow(session, guide, f"wm-{guide.userid}-{number:04}", days_ago=60)
        follow.tag_ids = list(tag_ids or [])
        session.get_one(Customer, follow.customer_id).owner_id = guide.id
        ids.append(follow.customer_id)
    session.flush()
    return ids


def lose(session: Session, guide: Staff, external_userid: str, *, by: str = "customer", hours_ago: float = 1) -> Follow:
    """A customer of a guide is lost some hours ago, as an event tells it."""
    return end_following(session, guide.userid, external_userid, by=by, at=clock.now() - timedelta(hours=hours_ago))


def steps_of(session: Session, handover_id: int) -> dict[int, HandoverCustomer]:
    """The rows of a handover by customer, fresh from the table."""
    session.expire_all()
    return {row.customer_id: row for row in session.query(HandoverCustomer).filter_by(handover_id=handover_id)}
