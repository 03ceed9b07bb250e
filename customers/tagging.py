"""Tagging: at once here, then on the platform, one call at a time for each follow relation so that order is kept."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.following import lock_customer, note_timeline, refresh_unions
from customers.models import Customer, Follow, FollowStatus, Tag
from customers.rules import MAX_TAGS_AT_ONCE, tag_delta, tag_entry
from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotFound
from org.models import Staff
from outbox.actions import enqueue
from outbox.models import Lane, MessageStatus, OutgoingMessage

MARK_TAG = "externalcontact/mark_tag"


def tag_customer(
    session: Session,
    staff: Staff,
    customer_id: int,
    *,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    by: str,
    why: str = "",
) -> Follow:
    """Change the tags (our ids) of a customer this member follows: here at once, on the platform by the outbox (DOC 92118).

    `by` says who: "guide", or "channel", "rule:…", "job:…" for automatic tagging, which boards do not count.
    Raises NotFound when she does not follow her, Conflict when the relation has ended, Invalid for tags that do not exist.
    """
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFound("没有这位客户")
    lock_customer(session, customer.external_userid)
    follow = _lock_follow(session, customer_id, staff.id)
    names = _names(session, [*add, *remove], set(add))
    fresh = sorted(set(add) - set(follow.tag_ids))
    lost = sorted((set(remove) - set(add)) & set(follow.tag_ids))
    if not fresh and not lost:
        return follow
    follow.tag_ids = sorted((set(follow.tag_ids) | set(fresh)) - set(lost))
    follow.tag_revision += 1
    session.flush()
    refresh_unions(session, [customer_id])
    facts = {"add": [names[key] for key in fresh], "remove": [names[key] for key in lost], "by": by, "why": why}
    note_tagged(session, follow, tag_entry(by, bool(fresh)), facts)
    write_tags(session, follow)
    return follow


def _lock_follow(session: Session, customer_id: int, staff_id: int) -> Follow:
    follow = session.scalars(
        select(Follow)
        .where(Follow.customer_id == customer_id, Follow.staff_id == staff_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if follow is None:
        raise NotFound("没有这位客户，或不在您的权限范围内")
    if follow.status not in (FollowStatus.ACTIVE, FollowStatus.HALF):
        raise Conflict("您与这位客户已不是好友，不能打标签")
    return follow


def _names(session: Session, tag_ids: Sequence[int], to_add: set[int]) -> dict[int, str]:
    if len(tag_ids) > MAX_TAGS_AT_ONCE:
        raise Invalid(f"一次最多更改 {MAX_TAGS_AT_ONCE} 个标签", {"tags": "太多了"})
    found = {tag.id: tag for tag in session.scalars(select(Tag).where(Tag.id.in_(tag_ids)))}
    for key in tag_ids:
        if key not in found or (key in to_add and found[key].removed_at is not None):
            raise Invalid("标签已不存在，请刷新后再试", {"tags": "标签已不存在"})
        if key in to_add and found[key].platform_id is None:
            raise Invalid("这个标签还没有同步到企业微信，请稍后再试", {"tags": "还没有同步到企业微信"})
    return {key: tag.name for key, tag in found.items()}


def note_tagged(session: Session, follow: Follow, kind: str, facts: Json) -> None:
    """The timeline's word of a change of tags; the revision makes it single."""
    once = f"tags:{follow.id}:{follow.tag_revision}"
    note_timeline(session, follow.customer_id, kind, staff_id=follow.staff_id, at=clock.now(), once=once, **facts)


def write_tags(session: Session, follow: Follow) -> bool:
    """Owe the platform what differs, unless a call for this relation is under way: its answer starts the next one."""
    add, remove = tag_delta(follow.tag_ids, follow.platform_tag_ids)
    if follow.tags_writing or follow.status != FollowStatus.ACTIVE or not (add or remove):
        return False
    living = select(Tag.id, Tag.platform_id).where(Tag.platform_id.is_not(None), Tag.removed_at.is_(None))
    platform_ids = {row.id: row.platform_id for row in session.execute(living.where(Tag.id.in_([*add, *remove])))}
    lists = {
        "add_tag": [platform_ids[key] for key in add if key in platform_ids],
        "remove_tag": [platform_ids[key] for key in remove if key in platform_ids],
    }
    told = {name: ids for name, ids in lists.items() if ids}
    if not told:
        return False
    guide, customer = session.get_one(Staff, follow.staff_id), session.get_one(Customer, follow.customer_id)
    follow.tag_revision += 1
    follow.tags_writing = True
    payload = {"userid": guide.userid, "external_userid": customer.external_userid, **told}
    key = f"mark_tag:{follow.id}:{follow.tag_revision}"
    enqueue(session, Lane.INTERACTIVE, MARK_TAG, {key: payload}, about=f"follow:{follow.id}", wants_result=True)
    session.flush()
    return True


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
