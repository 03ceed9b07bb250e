"""Small builders for boards: sends, tag moments and ready facts of days."""

from datetime import date, datetime
from itertools import count

from sqlalchemy.orm import Session

from content_library.models import Item, ItemKind, ItemSend, ItemStatus, ItemVersion
from customers.models import Follow, TimelineEntry
from foundation import clock
from leaderboard.models import GuideDay
from org.models import Staff
from tests.builders.sop import make_follow

_once = count(1)


def make_version(session: Session) -> ItemVersion:
    """Something to send."""
    item = Item(kind=ItemKind.SCRIPT, status=ItemStatus.PUBLISHED, title="羽绒服", created_at=clock.now())
    session.add(item)
    session.flush()
    version = ItemVersion(item_id=item.id, number=1, title="羽绒服", body={"bubbles": ["在吗"]}, created_at=clock.now())
    session.add(version)
    session.flush()
    return version


def make_send(session: Session, version: ItemVersion, guide: Staff, customer_id: int, at: datetime) -> None:
    """One send of it to a customer."""
    once = f"test-{next(_once)}"
    session.add(
        ItemSend(
            item_id=version.item_id, version_id=version.id, staff_id=guide.id, customer_id=customer_id, sent_at=at, once=once
        )
    )
    session.flush()


def make_tagged(session: Session, guide: Staff, customer_id: int, at: datetime) -> None:
    """The moment a guide tagged a customer."""
    once = f"test-{next(_once)}"
    session.add(TimelineEntry(customer_id=customer_id, staff_id=guide.id, kind="tagged", at=at, facts={}, once=once))
    session.flush()


def make_moment(session: Session, follow: Follow, kind: str, at: datetime, **facts: str) -> None:
    """A moment of a relation on the timeline: "added", or "ended" with by="customer", "guide" or "transfer"."""
    once = f"test-{next(_once)}"
    entry = TimelineEntry(customer_id=follow.customer_id, staff_id=follow.staff_id, kind=kind, at=at, facts=facts, once=once)
    session.add(entry)
    session.flush()


def make_known(session: Session, guide: Staff, external_userid: str, *, days_ago: int = 0) -> Follow:
    """A relation whose adding stands on the timeline, as every event and pull notes it."""
    follow = make_follow(session, guide, external_userid, days_ago=days_ago)
    make_moment(session, follow, "added", follow.followed_at)
    return follow


def make_day(session: Session, guide: Staff, on: date, points: int, **facts: int) -> GuideDay:
    """Ready facts of a day with that many points."""
    row = GuideDay(
        on=on, guide_id=guide.id, store_id=guide.store_id, path=guide.path, points=points, recounted_at=clock.now(), **facts
    )
    session.add(row)
    session.flush()
    return row
