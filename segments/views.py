"""Saved views (常用视图) of the customer list: one's own, and those shared by the departments above."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotFound
from org.models import Staff
from segments.models import SavedView
from segments.resolving import resolve
from segments.rules import parse, written
from segments.splitting import upwards

LONGEST_NAME, MOST_VIEWS = 40, 50


def list_views(session: Session, viewer: Staff) -> list[SavedView]:
    """Hers first, then those shared from her place or above, by name."""
    shared = SavedView.shared & SavedView.path.in_(upwards(viewer.path))
    chosen = select(SavedView).where(or_(SavedView.staff_id == viewer.id, shared))
    return list(session.scalars(chosen.order_by(SavedView.staff_id != viewer.id, SavedView.name).limit(2 * MOST_VIEWS)))


def get_view(session: Session, viewer: Staff, view_id: int) -> SavedView:
    """A view she may open. Raises NotFound."""
    shared = SavedView.shared & SavedView.path.in_(upwards(viewer.path))
    chosen = select(SavedView).where(SavedView.id == view_id, or_(SavedView.staff_id == viewer.id, shared))
    found = session.scalars(chosen).one_or_none()
    if found is None:
        raise NotFound("没有这个视图，可能已被删除")
    return found


def save_view(
    session: Session, staff: Staff, name: str, rule: Json, columns: Sequence[str], sort: str = "", *, shared: bool
) -> SavedView:
    """Keep a view; one of hers with the same name is replaced. Raises Invalid with what is wrong at the name or the rule."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or "\x00" in name:
        raise Invalid("没有保存", {"name": f"名称要填 1 到 {LONGEST_NAME} 个字"})
    parsed = parse(rule)
    resolve(session, parsed, staff)
    mine = select(SavedView).where(SavedView.staff_id == staff.id).order_by(SavedView.id).with_for_update()
    kept = {view.name: view for view in session.scalars(mine)}
    if name not in kept and len(kept) >= MOST_VIEWS:
        raise Invalid("没有保存", {"name": f"最多保存 {MOST_VIEWS} 个视图，先删掉不用的"})
    view = kept.get(name)
    if view is None:
        view = SavedView(staff_id=staff.id, name=name, created_at=clock.now())
        session.add(view)
    view.rule, view.columns, view.sort = written(parsed), list(columns), sort
    view.shared, view.path = shared, staff.path
    session.flush()
    return view


def drop_view(session: Session, staff: Staff, view_id: int) -> None:
    """Delete a view of one's own. Raises NotFound, Conflict for somebody else's."""
    view = get_view(session, staff, view_id)
    if view.staff_id != staff.id:
        raise Conflict("这是别人共享的视图，只有她能删除")
    session.delete(view)
    session.flush()
