"""Keeping items at hand (收藏): one tap, and one tap back. Repeating either changes nothing."""

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library.models import Favourite
from content_library.queries import get_item_for
from foundation import clock
from foundation.errors import Conflict
from org.models import Staff

MOST = 200


def favour(session: Session, staff: Staff, item_id: int) -> None:
    """Keep an item she may send. Raises NotFound, Conflict when she keeps 200 already."""
    get_item_for(session, staff.path, item_id)
    if (session.scalar(select(func.count()).where(Favourite.staff_id == staff.id)) or 0) >= MOST:
        raise Conflict(f"最多收藏 {MOST} 条，先取消几条再收藏")
    row = {"staff_id": staff.id, "item_id": item_id, "at": clock.now()}
    session.execute(insert(Favourite).values(row).on_conflict_do_nothing())


def unfavour(session: Session, staff: Staff, item_id: int) -> None:
    """No longer keep it; one taken down meanwhile can be let go, too."""
    session.execute(delete(Favourite).where(Favourite.staff_id == staff.id, Favourite.item_id == item_id))
