"""Bulk tagging: one tag to or from thousands of customers, some thousands in one go; the platform is told bit by bit later."""

from collections.abc import Sequence

from sqlalchemy import TextClause, select
from sqlalchemy.orm import Session

from customers.batch_kinds import Deed
from customers.models import Tag, TagGroup
from customers.tag_bulk_sql import GIVE, LOCK, TAG_UNIONS, TAKE, UNDO
from customers.tag_models import CustomerBatch
from customers.tier_due import want_retier
from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid
from org.models import Staff


def _tag(session: Session, deed: Json) -> Tag:
    wanted = deed.get("tag")
    tag = session.get(Tag, wanted, populate_existing=True) if isinstance(wanted, int) else None
    if tag is None:
        raise Invalid("请选择标签", {"tag": "请选择标签"})
    return tag


def _check_tag(session: Session, _staff: Staff, deed: Json) -> Json:
    tag = _tag(session, deed)
    if tag.removed_at is not None:
        raise Invalid("这个标签已经删除了", {"tag": "这个标签已经删除了，请换一个"})
    if tag.platform_id is None:
        raise Invalid("这个标签还没有同步到企业微信，请稍后再试", {"tag": "还没有同步到企业微信，请稍后再试"})
    return {"tag": tag.id, "name": tag.name}


def _check_untag(session: Session, _staff: Staff, deed: Json) -> Json:
    tag = _tag(session, deed)
    return {"tag": tag.id, "name": tag.name}


def _give(session: Session, batch: CustomerBatch, ids: Sequence[int]) -> int:
    tag = _tag(session, batch.deed)
    if tag.removed_at is not None:
        raise Conflict("这个标签在操作途中被删除了")
    exclusive = session.scalar(select(TagGroup.exclusive).where(TagGroup.id == tag.group_id))
    same_group = select(Tag.id).where(Tag.group_id == tag.group_id, Tag.id != tag.id)
    rivals = list(session.scalars(same_group)) if exclusive else []
    return _work(session, GIVE, batch, ids, f"批量打上「{tag.name}」", tag_id=tag.id, rivals=rivals)


def _take(session: Session, batch: CustomerBatch, ids: Sequence[int]) -> int:
    tag = _tag(session, batch.deed)
    return _work(session, TAKE, batch, ids, f"批量去掉「{tag.name}」", tag_id=tag.id)


def _undo(session: Session, done: CustomerBatch, undo: CustomerBatch, ids: Sequence[int]) -> int:
    before = select(CustomerBatch.id).where(CustomerBatch.undo_of == done.id, CustomerBatch.id != undo.id)
    undos = _written(session.scalars(before).all())
    return _work(session, UNDO, undo, ids, "撤销批量操作", undone=done.id, undos=undos)


def _work(session: Session, statement: TextClause, batch: CustomerBatch, ids: Sequence[int], why: str, **told: object) -> int:
    """The customers' rows are locked first: nobody else changes their tags meanwhile."""
    if not ids:
        return 0
    asked = _written(ids)
    session.execute(LOCK, {"ids": asked})
    facts = {"ids": asked, "now": clock.now(), "by": f"console:batch:{batch.id}", "why": why[:200], "batch_id": batch.id}
    if statement is not UNDO:
        told["path"] = session.get_one(Staff, batch.staff_id).path
    changed = session.scalar(statement, facts | told) or []
    session.execute(TAG_UNIONS, {"ids": _written(changed)})
    want_retier(session, changed)
    session.expire_all()
    return len(changed)


def _written(ids: Sequence[int]) -> str:
    """As the database reads a list: thousands of numbers one by one through the driver take longer than their locks."""
    return "{" + ",".join(map(str, ids)) + "}"


tag_deed = Deed("打标签", _check_tag, _give, _undo, in_lanes=True)
untag_deed = Deed("去掉标签", _check_untag, _take, _undo, in_lanes=True)
