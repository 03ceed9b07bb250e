"""A customer's closet (衣橱): what she owns and what she wishes for, put in and taken out by her guide in a tap or two."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.models import FollowStatus
from customers.profile_models import ClosetItem
from customers.queries import find_follow
from foundation import clock
from foundation.errors import Conflict, Invalid, NotFound
from foundation.text import clean
from org.models import Staff

LIVING = (FollowStatus.ACTIVE, FollowStatus.HALF)
MAX_NAME, MAX_SHORT, MAX_ITEMS = 100, 20, 300
LATELY = 500


def _follows(session: Session, staff: Staff, customer_id: int) -> None:
    follow = find_follow(session, customer_id, staff.id)
    if follow is None:
        raise NotFound("没有这位客户，或不在您的权限范围内")
    if follow.status not in LIVING:
        raise Conflict("您与这位客户已不是好友，只能查看")


def add_item(
    session: Session, staff: Staff, customer_id: int, name: str, *, wished: bool, once: str, colour: str = "", size: str = ""
) -> bool:
    """Put something in; False when this one is in already. Raises Invalid with the fields, NotFound, Conflict."""
    _follows(session, staff, customer_id)
    name, colour, size = (clean(text).strip() for text in (name, colour, size))
    problems = {} if 1 <= len(name) <= MAX_NAME else {"name": f"写一下是什么，最多 {MAX_NAME} 字"}
    problems |= {key: f"最多 {MAX_SHORT} 字" for key, text in (("colour", colour), ("size", size)) if len(text) > MAX_SHORT}
    held = (
        select(func.count()).select_from(ClosetItem).where(ClosetItem.customer_id == customer_id, ClosetItem.removed_at.is_(None))
    )
    if not problems and (session.scalar(held) or 0) >= MAX_ITEMS:
        problems["name"] = f"衣橱最多 {MAX_ITEMS} 件，先拿掉不要的"
    if problems:
        raise Invalid("还没有保存", problems)
    row = {
        "customer_id": customer_id, "wished": wished, "name": name, "colour": colour, "size": size, "source": "guide",
        "staff_id": staff.id, "at": clock.now(), "once": f"{staff.id}:{once}"[:120],
    }  # fmt: skip
    added = insert(ClosetItem).values(row).on_conflict_do_nothing(index_elements=["once"]).returning(ClosetItem.id)
    return session.scalar(added) is not None


def _item_of(session: Session, staff: Staff, item_id: int) -> ClosetItem:
    item = session.get(ClosetItem, item_id, with_for_update=True, populate_existing=True)
    if item is None:
        raise NotFound("衣橱里没有这一件")
    _follows(session, staff, item.customer_id)
    return item


def own_item(session: Session, staff: Staff, item_id: int) -> ClosetItem:
    """A wish came true: she has it now. Repeating it changes nothing."""
    item = _item_of(session, staff, item_id)
    item.wished = False
    session.flush()
    return item


def take_out(session: Session, staff: Staff, item_id: int, *, out: bool = True) -> ClosetItem:
    """Take something out, or put it back."""
    item = _item_of(session, staff, item_id)
    if out != (item.removed_at is not None):
        item.removed_at = clock.now() if out else None
        session.flush()
    return item


def list_closet(session: Session, customer_id: int, limit: int = 40) -> list[ClosetItem]:
    """What hangs there, wishes first, the newest first. Load the customer with permission first."""
    held = select(ClosetItem).where(ClosetItem.customer_id == customer_id, ClosetItem.removed_at.is_(None))
    return list(session.scalars(held.order_by(ClosetItem.wished.desc(), ClosetItem.at.desc(), ClosetItem.id.desc()).limit(limit)))


def popular_names(session: Session, limit: int = 8) -> Sequence[str]:
    """What guides and orders put in most lately, for a tap instead of typing: among the 500 newest things."""
    newest = select(ClosetItem.name).order_by(ClosetItem.id.desc()).limit(LATELY).subquery()
    counted = select(newest.c.name).group_by(newest.c.name).order_by(func.count().desc(), newest.c.name).limit(limit)
    return session.scalars(counted).all()
