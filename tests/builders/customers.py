"""Small builders for customers: tags, follows, and rows as the platform tells them."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from customers.models import Customer, Follow, FollowStatus, Tag, TagGroup
from foundation import clock
from foundation.db import Json
from org.models import Staff


def make_customer(session: Session, external_userid: str = "wm1", *, name: str = "") -> Customer:
    """A customer nobody follows yet."""
    customer = Customer(external_userid=external_userid, name=name, created_at=clock.now())
    session.add(customer)
    session.flush()
    return customer


def find_customer(session: Session, external_userid: str) -> Customer | None:
    """A customer by the platform's id, whoever follows her."""
    return session.query(Customer).filter(Customer.external_userid == external_userid).one_or_none()


def make_follow(
    session: Session,
    staff: Staff,
    external_userid: str = "wm1",
    *,
    name: str = "",
    at: datetime | None = None,
    status: FollowStatus = FollowStatus.ACTIVE,
    tag_ids: list[int] | None = None,
) -> Follow:
    """A guide follows a customer, pulled already; the customer is made when there is none of that id."""
    at = at or clock.now() - timedelta(days=10)
    found = session.query(Customer).filter(Customer.external_userid == external_userid).one_or_none()
    customer = found or make_customer(session, external_userid, name=name)
    tags = tag_ids or []
    follow = Follow(
        customer_id=customer.id, staff_id=staff.id, status=status, followed_at=at, changed_at=at, pulled_at=at,
        tag_ids=tags, platform_tag_ids=tags,
    )  # fmt: skip
    session.add(follow)
    session.flush()
    return follow


def make_tags(session: Session, *names: str, group: str = "消费属性") -> list[Tag]:
    """Tags the platform knows, in one group; the platform's id of 高客单 is et-高客单."""
    row = TagGroup(name=group, platform_id=f"etg-{group}")
    session.add(row)
    session.flush()
    tags = [Tag(group_id=row.id, name=name, platform_id=f"et-{name}") for name in names]
    session.add_all(tags)
    session.flush()
    return tags


def pulled_row(
    external_userid: str, userid: str, at: datetime, *, name: str = "陈女士", tags: list[str] | None = None, **info: object
) -> Json:
    """A row of batch/get_by_user."""
    return {
        "external_contact": {"external_userid": external_userid, "name": name, "type": 1, "gender": 2, "avatar": "https://a/0"},
        "follow_info": {"userid": userid, "createtime": int(at.timestamp()), "tag_id": tags or [], "add_way": 1, **info},
    }


def detail(external_userid: str, *follows: Json, name: str = "陈女士") -> Json:
    """An answer of externalcontact/get."""
    return {
        "external_contact": {"external_userid": external_userid, "name": name, "type": 1, "gender": 2},
        "follow_user": list(follows),
    }


def follow_user(userid: str, at: datetime, *, tags: list[str] | None = None, **more: object) -> Json:
    """One follower in an answer of externalcontact/get."""
    told = [{"group_name": "g", "tag_name": one, "tag_id": one, "type": 1} for one in tags or []]
    return {"userid": userid, "createtime": int(at.timestamp()), "tags": told, "add_way": 1, **more}
