"""Tagging: at once here, then on the platform, one call at a time for each follow relation so that order is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.following import lock_customer, note_timeline
from customers.models import Customer, Follow, FollowStatus, Tag, TagGroup
from customers.rules import MAX_TAGS_AT_ONCE, tag_delta, tag_entry
from customers.tag_bulk_sql import TAG_UNIONS
from customers.tag_marks import Origin, mark, prolong, source_of
from customers.tag_models import TagSource
from customers.tier_due import want_retier
from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotFound
from org.models import Staff
from outbox.actions import enqueue, hurry
from outbox.models import Lane, MessageStatus, OutgoingMessage

MARK_TAG = "externalcontact/mark_tag"
# A person's tap first, then what came of a rule or a channel; batches and imports are handed on bit by bit (tag_writing).
LANES = {TagSource.GUIDE: Lane.INTERACTIVE, TagSource.CONSOLE: Lane.INTERACTIVE}


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
) -> Follow:
    """Change the tags (our ids) of a customer this member follows: here at once, on the platform by the outbox (DOC 92118).

    `by` says who: "guide", or "channel", "rule:…", "job:…" for automatic tagging, which boards do not count; each tag given keeps
    it as a mark, with the rule or batch behind it and when it expires. Of an exclusive group a new tag takes the old one's place.
    Raises NotFound when she does not follow her, Conflict when the relation has ended, Invalid for tags that do not exist.
    """
    origin = Origin(by, why, rule_id, batch_id, expires_at)
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFound("没有这位客户")
    home = session.get_one(Customer, customer.merged_into_id or customer.id)
    lock_customer(session, home.external_userid)
    follow = _lock_follow(session, customer_id, staff.id)
    names, rivals = _names(session, [*add, *remove], set(add))
    fresh = sorted(set(add) - set(follow.tag_ids))
    lost = sorted((set(remove) - set(add)) & set(follow.tag_ids))
    if rivals:
        ousted = _rivals_of(session, follow, {key: rivals[key] for key in fresh if key in rivals})
        names, lost = names | ousted, sorted({*lost, *ousted})
    if len(fresh) < len(set(add)):
        prolong(session, follow, set(add) - set(fresh), origin)
    if fresh or lost:
        _change(session, follow, fresh, lost, names, origin)
    return follow


def _change(
    session: Session, follow: Follow, fresh: Sequence[int], lost: Sequence[int], names: Mapping[int, str], origin: Origin
) -> None:
    """Marked, written here, told to the timeline, owed to the platform."""
    mark(session, follow, fresh, lost, origin)
    follow.tag_ids = sorted((set(follow.tag_ids) | set(fresh)) - set(lost))
    follow.tag_revision += 1
    session.flush()
    row = session.get_one(Customer, follow.customer_id)
    home = session.get_one(Customer, row.merged_into_id or row.id)
    session.execute(TAG_UNIONS, {"ids": [home.id]})
    session.expire(home, ["tag_ids"])
    want_retier(session, [home.id])
    facts = {"add": [names[key] for key in fresh], "remove": [names[key] for key in lost], "by": origin.by, "why": origin.why}
    note_tagged(session, follow, tag_entry(origin.by, bool(fresh)), facts)
    write_tags(session, follow, LANES.get(source_of(origin.by), Lane.TASK))


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


def _names(session: Session, tag_ids: Sequence[int], to_add: set[int]) -> tuple[dict[int, str], dict[int, int]]:
    """The names of these tags, and the group of each tag to add whose group is exclusive."""
    if len(tag_ids) > MAX_TAGS_AT_ONCE:
        raise Invalid(f"一次最多更改 {MAX_TAGS_AT_ONCE} 个标签", {"tags": "太多了"})
    chosen = select(Tag, TagGroup.exclusive).join(TagGroup, TagGroup.id == Tag.group_id).where(Tag.id.in_(tag_ids))
    found = {tag.id: (tag, exclusive) for tag, exclusive in session.execute(chosen)}
    for key in tag_ids:
        if key not in found or (key in to_add and found[key][0].removed_at is not None):
            raise Invalid("标签已不存在，请刷新后再试", {"tags": "标签已不存在"})
        if key in to_add and found[key][0].platform_id is None:
            raise Invalid("这个标签还没有同步到企业微信，请稍后再试", {"tags": "还没有同步到企业微信"})
    rivals = {key: found[key][0].group_id for key in sorted(to_add) if found[key][1]}
    if len(set(rivals.values())) < len(rivals):
        raise Invalid("这一组标签只能选一个", {"tags": "这一组标签只能选一个"})
    return {key: tag.name for key, (tag, _) in found.items()}, rivals


def _rivals_of(session: Session, follow: Follow, fresh: Mapping[int, int]) -> dict[int, str]:
    """The tags she has of the exclusive groups of the new ones, which take their place."""
    chosen = select(Tag.id, Tag.name).where(Tag.group_id.in_(set(fresh.values())), Tag.id.in_(follow.tag_ids))
    return {key: name for key, name in session.execute(chosen) if key not in fresh} if fresh else {}


def note_tagged(session: Session, follow: Follow, kind: str, facts: Json) -> None:
    """The timeline's word of a change of tags; the revision makes it single."""
    once = f"tags:{follow.id}:{follow.tag_revision}"
    note_timeline(session, follow.customer_id, kind, staff_id=follow.staff_id, at=clock.now(), once=once, **facts)


def write_tags(session: Session, follow: Follow, lane: Lane = Lane.INTERACTIVE) -> bool:
    """Owe the platform what differs, unless a call for this relation is under way: its answer starts the next one.

    A call that still waits behind others is moved up when a person is waiting now.
    """
    add, remove = tag_delta(follow.tag_ids, follow.platform_tag_ids)
    if follow.status != FollowStatus.ACTIVE or not (add or remove):
        return False
    if follow.tags_writing:
        if lane == Lane.INTERACTIVE:
            hurry(session, f"follow:{follow.id}", lane)
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
