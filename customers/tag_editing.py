"""The corp's tags edited by headquarters: here at once, on the platform by the outbox (DOC 92117); what came of it."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from customers.models import Tag, TagGroup
from customers.tag_list import ADD_CORP_TAG
from foundation import audit, clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.text import clean
from org.actions import start_run
from org.models import Role, Staff
from outbox.actions import cancel_waiting, enqueue
from outbox.models import Lane, MessageStatus, OutgoingMessage
from outbox.queries import is_owed

EDIT_CORP_TAG, DEL_CORP_TAG = "externalcontact/edit_corp_tag", "externalcontact/del_corp_tag"
NAME_LENGTH, MOST_TAGS, MOST_NEW, MOST_ORDER = 30, 10_000, 100, 2**31
NOT_THERE = 40068


def _allowed(staff: Staff) -> None:
    if staff.role != Role.HEADQUARTERS:
        raise NotAllowed("只有总部可以管理标签")


def get_group(session: Session, group_id: int, *, lock: bool = False) -> TagGroup:
    """A living group. Raises NotFound."""
    found = session.get(TagGroup, group_id, with_for_update=lock or None, populate_existing=True)
    if found is None or found.removed_at is not None:
        raise NotFound("没有这个标签组，可能刚刚被删除了")
    return found


def get_tag(session: Session, tag_id: int, *, lock: bool = False) -> Tag:
    """A living tag. Raises NotFound."""
    found = session.get(Tag, tag_id, with_for_update=lock or None, populate_existing=True)
    if found is None or found.removed_at is not None:
        raise NotFound("没有这个标签，可能刚刚被删除了")
    return found


def name_problem(name: str) -> str:
    """What is wrong with the name of a tag or group; empty when nothing is."""
    return "" if 1 <= len(name) <= NAME_LENGTH else f"请填写名称，最多 {NAME_LENGTH} 个字"


def _new_names(session: Session, names: Sequence[str], taken: set[str]) -> list[str]:
    wanted = list(dict.fromkeys(clean(name).strip() for name in names if clean(name).strip()))
    if not wanted:
        raise Invalid("请填写标签，一行一个", {"tags": "请填写标签，一行一个"})
    if len(wanted) > MOST_NEW:
        raise Invalid("标签太多", {"tags": f"一次最多 {MOST_NEW} 个标签"})
    if wrong := [name for name in wanted if name_problem(name)]:
        raise Invalid("有的标签名太长", {"tags": f"标签名最多 {NAME_LENGTH} 个字：「{wrong[0][:40]}」"})
    if double := [name for name in wanted if name in taken]:
        raise Invalid("这一组里已有同名的标签", {"tags": f"这一组里已有「{double[0]}」"})
    living = session.scalar(select(func.count()).select_from(Tag).where(Tag.removed_at.is_(None))) or 0
    if living + len(wanted) > MOST_TAGS:
        raise Invalid("企业标签已满", {"tags": f"企业微信最多 {MOST_TAGS} 个标签，现在已有 {living} 个，请先删掉不用的"})
    return wanted


def create_group(session: Session, staff: Staff, name: str, tags: Sequence[str], *, exclusive: bool = False) -> TagGroup:
    """A new group with its first tags (the platform keeps no empty one). Raises NotAllowed, Invalid with the fields."""
    _allowed(staff)
    name = clean(name).strip()
    problems = {"name": problem} if (problem := name_problem(name)) else {}
    if not problems and session.scalar(select(TagGroup.id).where(TagGroup.name == name, TagGroup.removed_at.is_(None)).limit(1)):
        problems = {"name": "已有同名的标签组"}
    try:
        wanted = _new_names(session, tags, set())
    except Invalid as wrong:
        raise Invalid("标签组没有保存，请看标红的地方", problems | wrong.fields) from wrong
    if problems:
        raise Invalid("标签组没有保存，请看标红的地方", problems)
    group = TagGroup(name=name, order=0, exclusive=exclusive)
    session.add(group)
    session.flush()
    _make(session, group, wanted, {"group_name": name})
    audit.record(session, f"staff:{staff.id}", "tag_group.create", f"tag_group:{group.id}", name=name, tags=wanted)
    return group


def add_tags(session: Session, staff: Staff, group_id: int, names: Sequence[str]) -> list[Tag]:
    """More tags in a group the platform knows. Raises NotAllowed, NotFound, Conflict, Invalid with the field `tags`."""
    _allowed(staff)
    group = get_group(session, group_id, lock=True)
    if group.platform_id is None:
        raise Conflict("这个标签组还没有同步到企业微信，请稍后再试")
    taken = set(session.scalars(select(Tag.name).where(Tag.group_id == group.id, Tag.removed_at.is_(None))))
    made = _make(session, group, _new_names(session, names, taken), {"group_id": group.platform_id})
    added = [tag.name for tag in made]
    audit.record(session, f"staff:{staff.id}", "tag_group.add", f"tag_group:{group.id}", name=group.name, tags=added)
    return made


def _make(session: Session, group: TagGroup, names: Sequence[str], where: Json) -> list[Tag]:
    tags = [Tag(group_id=group.id, name=name, order=len(names) - place) for place, name in enumerate(names)]
    session.add_all(tags)
    session.flush()
    payload = {**where, "tag": [{"name": tag.name, "order": tag.order} for tag in tags]}
    key = f"add_corp_tag:{group.id}:{tags[0].id}"
    enqueue(session, Lane.INTERACTIVE, ADD_CORP_TAG, {key: payload}, about=f"tag_group:{group.id}", wants_result=True)
    group.news = ""
    session.flush()
    return tags


def edit_group(session: Session, staff: Staff, group_id: int, name: str, *, exclusive: bool) -> TagGroup:
    """A group's name, and whether only one of its tags may be had. Raises NotAllowed, NotFound, Conflict, Invalid."""
    _allowed(staff)
    group, name = get_group(session, group_id, lock=True), clean(name).strip()
    same = select(TagGroup.id).where(TagGroup.name == name, TagGroup.removed_at.is_(None), TagGroup.id != group.id)
    problem = name_problem(name) or ("已有同名的标签组" if session.scalar(same.limit(1)) else "")
    if problem:
        raise Invalid("标签组没有保存，请看标红的地方", {"name": problem})
    before, group.exclusive = (group.name, group.exclusive), exclusive
    if name != group.name:
        _write(session, group, {"name": name})
    audit.record(
        session, f"staff:{staff.id}", "tag_group.edit", f"tag_group:{group.id}", before=list(before), after=[name, exclusive]
    )
    return group


def rename_tag(session: Session, staff: Staff, tag_id: int, name: str) -> Tag:
    """A tag's name. Raises NotAllowed, NotFound, Conflict while it is being made on the platform, Invalid."""
    _allowed(staff)
    tag, name = get_tag(session, tag_id, lock=True), clean(name).strip()
    same = select(Tag.id).where(Tag.group_id == tag.group_id, Tag.name == name, Tag.removed_at.is_(None), Tag.id != tag.id)
    problem = name_problem(name) or ("这一组里已有同名的标签" if session.scalar(same.limit(1)) else "")
    if problem:
        raise Invalid("标签没有保存，请看标红的地方", {"name": problem})
    if name != tag.name:
        audit.record(session, f"staff:{staff.id}", "tag.rename", f"tag:{tag.id}", before=tag.name, after=name)
        _write(session, tag, {"name": name})
    return tag


def put_first(session: Session, staff: Staff, target: Tag | TagGroup) -> None:
    """Show a tag first in its group, or a group before all others (larger `order` is earlier). Raises NotAllowed, Conflict."""
    _allowed(staff)
    if isinstance(target, Tag):
        highest = select(func.max(Tag.order)).where(Tag.group_id == target.group_id, Tag.id != target.id)
    else:
        highest = select(func.max(TagGroup.order)).where(TagGroup.id != target.id, TagGroup.removed_at.is_(None))
    top = session.scalar(highest)
    if top is not None and target.order <= top:
        _write(session, target, {"order": min(top + 1, MOST_ORDER)})


def _about(target: Tag | TagGroup) -> str:
    return f"tag_edit:{target.id}" if isinstance(target, Tag) else f"tag_group_edit:{target.id}"


def _write(session: Session, target: Tag | TagGroup, change: Json) -> None:
    """Ours at once; a change that still waits is called off, for this one says it all."""
    if target.platform_id is None:
        raise Conflict("还没有同步到企业微信，请稍后再试")
    target.name, target.order = change.get("name", target.name), change.get("order", target.order)
    target.editing, target.edited_at, target.news = True, clock.now(), ""
    cancel_waiting(session, _about(target))
    payload = {"id": target.platform_id, "name": target.name, "order": target.order}
    key = f"edit:{_about(target)}:{target.edited_at.timestamp()}"
    enqueue(session, Lane.INTERACTIVE, EDIT_CORP_TAG, {key: payload}, about=_about(target), wants_result=True)
    session.flush()


def delete_tag(session: Session, staff: Staff, tag_id: int) -> Tag:
    """A tag is gone here at once and on the platform soon, from every customer. Raises NotAllowed, NotFound."""
    _allowed(staff)
    tag = get_tag(session, tag_id, lock=True)
    _delete(session, tag, "tag_id")
    audit.record(session, f"staff:{staff.id}", "tag.delete", f"tag:{tag.id}", name=tag.name, customers=tag.customers)
    return tag


def delete_group(session: Session, staff: Staff, group_id: int) -> TagGroup:
    """A group with all its tags. Raises NotAllowed, NotFound."""
    _allowed(staff)
    group = get_group(session, group_id, lock=True)
    _delete(session, group, "group_id")
    living = update(Tag).where(Tag.group_id == group.id, Tag.removed_at.is_(None))
    session.execute(living.values(removed_at=clock.now(), editing=True, edited_at=clock.now()))
    audit.record(session, f"staff:{staff.id}", "tag_group.delete", f"tag_group:{group.id}", name=group.name)
    return group


def _delete(session: Session, target: Tag | TagGroup, field: str) -> None:
    cancel_waiting(session, _about(target))
    target.removed_at = target.edited_at = clock.now()
    if target.platform_id is not None:
        target.editing = True
        key = f"del:{_about(target)}:{target.edited_at.timestamp()}"
        payload = {field: [target.platform_id]}
        enqueue(session, Lane.INTERACTIVE, DEL_CORP_TAG, {key: payload}, about=_about(target), wants_result=True)
    session.flush()


def _target(session: Session, message: OutgoingMessage) -> Tag | TagGroup | None:
    kind, _, number = message.about.partition(":")
    if kind == "tag_edit":
        return session.get(Tag, int(number), with_for_update=True, populate_existing=True)
    return session.get(TagGroup, int(number), with_for_update=True, populate_existing=True)


def tags_edited(session: Session, message: OutgoingMessage) -> None:
    """The answer of edit_corp_tag or del_corp_tag. A refusal takes the platform's word back by a pull, and says why.

    A change somebody made there meanwhile was kept out while ours was on its way: asked for again, the newer one stays.
    """
    target = _target(session, message)
    if target is None or is_owed(session, message.about):
        return
    crossed = bool(target.news)
    _settle(session, target)
    if message.status == MessageStatus.SENT:
        if crossed:
            start_run(session, "tags", "platform")
    elif message.errcode == NOT_THERE:
        target.removed_at = target.removed_at or clock.now()
    else:
        target.news, target.edited_at = f"企业微信没有接受这次修改：{message.reason}"[:200], None
        if isinstance(target, TagGroup):
            session.execute(update(Tag).where(Tag.group_id == target.id).values(edited_at=None))
        start_run(session, "tags", "platform")
    session.flush()


def _settle(session: Session, target: Tag | TagGroup) -> None:
    target.editing, target.edited_at = False, clock.now()
    if isinstance(target, TagGroup):
        settled = update(Tag).where(Tag.group_id == target.id, Tag.removed_at.is_not(None), Tag.editing)
        session.execute(settled.values(editing=False, edited_at=clock.now()))


def edit_unanswered(session: Session, message: OutgoingMessage) -> None:
    """The answer could not be used, again and again: the platform's word is asked for."""
    target = _target(session, message)
    if target is not None:
        target.editing, target.edited_at = False, None
        start_run(session, "tags", "platform")
        session.flush()
