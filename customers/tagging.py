"""Tagging: at once here, then on the platform, one call at a time for each follow relation so that order is kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.following import lock_customer, note_timeline
from customers.models import Customer, Follow, FollowStatus, Tag
from customers.rules import tag_delta
from customers.tag_changes import MARK_TAG, TagChange, Tagged, tag_customers
from customers.tag_marks import Origin
from foundation import clock
from foundation.errors import AppError
from org.models import Staff
from outbox.actions import enqueue, hurry
from outbox.models import Lane, MessageStatus, OutgoingMessage


def tag_customer(
    session: Session,
    staff: Staff,
    customer_id: int,
    *,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    by: str,
    why: str = "",
    expires_at: datetime | None = None,
    rule_id: int | None = None,
    batch_id: int | None = None,
) -> Tagged:
    """Change the tags (our ids) of a customer this member follows: here at once, on the platform by the outbox (DOC 92118).

    `by` says who: "guide", or "channel", "rule:…", "job:…" for automatic tagging, which boards do not count; each tag given keeps
    it as a mark, with the rule or batch behind it and when it expires. Of an exclusive group a new tag takes the old one's place.
    Raises NotFound when she does not follow her, Conflict when the relation has ended, Invalid for tags that do not exist.
    """
    origin = Origin(by, why, rule_id, batch_id, expires_at)
    (done,) = tag_customers(session, [TagChange(customer_id, staff.id, origin, add, remove)])
    if isinstance(done, AppError):
        raise done
    return done


def write_tags(session: Session, follow: Follow, lane: Lane = Lane.INTERACTIVE) -> bool:
    """Owe the platform what differs, unless a call for this relation is under way: its answer starts the next one.

    A call that still waits behind others is moved up when a person is waiting now.
    """
    add, remove = tag_delta(follow.tag_ids, follow.platform_tag_ids)
    if follow.status != FollowStatus.ACTIVE or not (add or remove):
        return False
    if follow.tags_writing:
        if lane == Lane.INTERACTIVE:
            hurry(session, [f"follow:{follow.id}"], lane)
        return False
    told = _told(session, add, remove)
    if not told:
        return False
    guide, customer = session.get_one(Staff, follow.staff_id), session.get_one(Customer, follow.customer_id)
    follow.tag_revision += 1
    follow.tags_writing = True
    payload = {"userid": guide.userid, "external_userid": follow.external_userid or customer.external_userid, **told}
    key = f"mark_tag:{follow.id}:{follow.tag_revision}"
    enqueue(session, lane, MARK_TAG, {key: payload}, about=f"follow:{follow.id}", wants_result=True)
    session.flush()
    return True


def _told(session: Session, add: Sequence[int], remove: Sequence[int]) -> dict[str, list[str]]:
    living = select(Tag.id, Tag.platform_id).where(Tag.platform_id.is_not(None), Tag.removed_at.is_(None))
    platform_ids = {row.id: row.platform_id for row in session.execute(living.where(Tag.id.in_([*add, *remove])))}
    lists = {
        "add_tag": [platform_ids[key] for key in add if key in platform_ids],
        "remove_tag": [platform_ids[key] for key in remove if key in platform_ids],
    }
    return {name: ids for name, ids in lists.items() if ids}


def tags_written(session: Session, message: OutgoingMessage) -> None:
    """The answer of a mark_tag: what the platform has now is known, and the next change may go out.

    After a final refusal ours stay as wanted; the profile is pulled, which tells whether she is still followed.
    """
    follow = session.get(Follow, int(message.about.removeprefix("follow:")))
    if follow is None:
        return
    customer = session.get_one(Customer, follow.customer_id)
    lock_customer(session, customer.external_userid)
    session.refresh(follow, with_for_update={"key_share": True})
    follow.tags_writing, follow.tags_settled_at = False, clock.now()
    if message.status == MessageStatus.SENT:
        add = _ids(session, message.payload.get("add_tag", []))
        remove = _ids(session, message.payload.get("remove_tag", []))
        follow.platform_tag_ids = sorted((set(follow.platform_tag_ids) | add) - remove)
        write_tags(session, follow)
    else:
        once = f"tag_failed:{message.id}:{message.attempts}"
        note_timeline(
            session, customer.id, "tag_failed", staff_id=follow.staff_id, at=clock.now(), once=once, reason=message.reason
        )
        customer.pull_wanted_at = clock.now()
    session.flush()


def tags_unanswered(session: Session, message: OutgoingMessage) -> None:
    """The answer of a mark_tag could not be used, again and again: the next change may go out, and the profile is pulled,
    which tells what the platform has.
    """
    follow = session.get(Follow, int(message.about.removeprefix("follow:")))
    if follow is None:
        return
    customer = session.get_one(Customer, follow.customer_id)
    lock_customer(session, customer.external_userid)
    session.refresh(follow, with_for_update={"key_share": True})
    follow.tags_writing, follow.tags_settled_at = False, clock.now()
    customer.pull_wanted_at = clock.now()
    session.flush()


def _ids(session: Session, platform_ids: Sequence[str]) -> set[int]:
    return set(session.scalars(select(Tag.id).where(Tag.platform_id.in_(platform_ids))))
