"""The corp's tag groups and tags: taken over from the platform, and the first two seeded there."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ARRAY, String, all_, cast, select, update
from sqlalchemy.orm import Session

from customers.models import Tag, TagGroup
from foundation import clock
from foundation.db import Json
from foundation.text import clean
from outbox.actions import enqueue
from outbox.models import Lane, MessageStatus, OutgoingMessage

ADD_CORP_TAG = "externalcontact/add_corp_tag"
STARTERS = {
    "消费属性": ("高客单", "中客单", "价格敏感", "会员", "送礼", "给家人买"),
    "行为偏好": ("羽绒服", "户外运动", "通勤穿搭", "亲子", "爱逛门店", "爱看直播"),
}


def apply_tags(session: Session, groups: Sequence[Json], *, complete: bool = True, fetched_at: datetime | None = None) -> int:
    """Take over `tag_group` of get_corp_tag_list (DOC 92117); how many groups and tags live.

    Groups and tags of ours the platform did not know yet are matched by name. `complete`: what is missing was deleted. What we
    changed after the platform was asked (`fetched_at`), or are changing right now, is newer than its answer and stays.
    """
    known_groups = {one.platform_id or one.name: one for one in session.scalars(select(TagGroup))}
    known_tags = {one.platform_id or (one.group_id, one.name): one for one in session.scalars(select(Tag))}
    told: set[str] = set()
    for row in groups:
        group = _take_group(session, known_groups, row, fetched_at)
        told.add(row["group_id"])
        for one in row.get("tag") or []:
            _take_tag(session, known_tags, group, one, fetched_at)
            told.add(one["id"])
    session.flush()
    if complete:
        for kind in (TagGroup, Tag):
            gone = kind.platform_id.is_not(None) & (kind.platform_id != all_(cast(list(told), ARRAY(String))))
            gone &= kind.removed_at.is_(None)
            session.execute(update(kind).where(gone).values(removed_at=clock.now()))
    return len(told)


def _take_group(session: Session, known: Mapping[str, TagGroup], row: Json, fetched_at: datetime | None) -> TagGroup:
    name = clean(str(row.get("group_name") or ""))[:100]
    found = known.get(row["group_id"]) or known.get(name)
    if found is None:
        found = TagGroup(name=name, platform_id=row["group_id"])
        session.add(found)
        session.flush()
    found.platform_id = row["group_id"]
    _take_words(found, name, row, fetched_at)
    return found


def _take_words(found: TagGroup | Tag, name: str, row: Json, fetched_at: datetime | None) -> None:
    """Name, place and end as the platform has them, unless ours are newer; who edits is told of the other name."""
    ours_newer = found.editing or bool(fetched_at and found.edited_at and found.edited_at >= fetched_at)
    if ours_newer:
        if name != found.name and found.removed_at is None:
            found.news = f"企业微信上也有人改名为「{name}」，以这里较新的「{found.name}」为准"[:200]
        return
    if name != found.name and found.edited_at is not None and found.edited_at > clock.now() - clock.days(1):
        found.news = f"这里改成「{found.name}」之后，又在企业微信上被改成「{name}」，以较新的为准"[:200]
    found.name, found.order = name, int(row.get("order") or 0)
    found.removed_at = clock.now() if row.get("deleted") else None


def _take_tag(
    session: Session, known: Mapping[str | tuple[int, str], Tag], group: TagGroup, row: Json, fetched_at: datetime | None
) -> Tag:
    name = clean(str(row.get("name") or ""))[:100]
    found = known.get(row["id"]) or known.get((group.id, name))
    if found is None:
        found = Tag(name=name, platform_id=row["id"], group_id=group.id)
        session.add(found)
    found.platform_id, found.group_id = row["id"], group.id
    _take_words(found, name, row, fetched_at)
    return found


def remove_tag(session: Session, platform_id: str, tag_type: str) -> None:
    """A tag, or a group with all its tags (only the group's event is sent; DOC 92130), was deleted on the platform."""
    now = clock.now()
    if tag_type == "tag_group":
        group = session.scalars(select(TagGroup).where(TagGroup.platform_id == platform_id)).one_or_none()
        if group is not None:
            group.removed_at = now
            session.execute(update(Tag).where(Tag.group_id == group.id, Tag.removed_at.is_(None)).values(removed_at=now))
    else:
        session.execute(update(Tag).where(Tag.platform_id == platform_id, Tag.removed_at.is_(None)).values(removed_at=now))
    session.flush()


def seed_tag_groups(session: Session) -> int:
    """消费属性 and 行为偏好, here and on the platform, where no living group of that name exists (pull tags first). How many."""
    living = set(session.scalars(select(TagGroup.name).where(TagGroup.removed_at.is_(None))))
    wanted = {name: tags for name, tags in STARTERS.items() if name not in living}
    for name, tags in wanted.items():
        group = TagGroup(name=name, order=0)
        session.add(group)
        session.flush()
        session.add_all(Tag(group_id=group.id, name=tag, order=len(tags) - place) for place, tag in enumerate(tags))
        payload = {"group_name": name, "tag": [{"name": tag, "order": len(tags) - place} for place, tag in enumerate(tags)]}
        about = f"tag_group:{group.id}"
        enqueue(session, Lane.INTERACTIVE, ADD_CORP_TAG, {f"add_corp_tag:{group.id}": payload}, about=about, wants_result=True)
    session.flush()
    return len(wanted)


def tags_created(session: Session, message: OutgoingMessage) -> None:
    """The answer of add_corp_tag: the new group and its tags get the platform's ids. A refusal takes the group back."""
    if message.status == MessageStatus.SENT and message.answer:
        apply_tags(session, [message.answer["tag_group"]], complete=False)
        return
    take_back(session, message)


def take_back(session: Session, message: OutgoingMessage) -> None:
    """End what an add_corp_tag that came to nothing was to make; the next pull of tags brings what the platform has."""
    group = session.get(TagGroup, int(message.about.removeprefix("tag_group:")))
    if group is None:
        return
    unknown = update(Tag).where(Tag.group_id == group.id, Tag.platform_id.is_(None), Tag.removed_at.is_(None))
    names = [str(one.get("name")) for one in message.payload.get("tag") or []]
    session.execute(unknown.where(Tag.name.in_(names)).values(removed_at=clock.now()))
    group.news = f"没有在企业微信建成：{message.reason}"[:200]
    if group.platform_id is None:
        group.removed_at = clock.now()
