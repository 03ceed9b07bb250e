"""The shelves (分类): a tree of at most three levels, kept by headquarters. A shelf with anything on it is not taken away."""

from collections.abc import Mapping

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from content_library.categories import MAX_LEVELS, MOST, depth_of, levels_below, subtree
from content_library.models import Category, Item, ItemVersion
from foundation import audit
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Role, Staff

LONGEST = 40


def _held(session: Session, staff: Staff) -> dict[int, Category]:
    """All shelves, held for this transaction: two people must not build a ring or two shelves of one name."""
    if staff.role != Role.HEADQUARTERS:
        raise NotAllowed("分类由总部维护")
    found = session.scalars(
        select(Category).order_by(Category.id).with_for_update(), execution_options={"populate_existing": True}
    )
    return {category.id: category for category in found}


def _one(held: Mapping[int, Category], category_id: int) -> Category:
    if category_id not in held:
        raise NotFound("这个分类已经不在了")
    return held[category_id]


def _checked_name(held: Mapping[int, Category], name: str, parent_id: int | None, but: int | None = None) -> str:
    name = name.strip()
    wrong = ""
    if not name or len(name) > LONGEST:
        wrong = f"名称最多 {LONGEST} 个字，现在 {len(name)} 个字" if name else "请写分类名称"
    elif "/" in name:
        wrong = "名称里不能有“/”，它用来分隔上级和下级"
    elif any(one.name == name and one.parent_id == parent_id and one.id != but for one in held.values()):
        wrong = f"这一层已经有「{name}」了"
    if wrong:
        raise Invalid(wrong, {"name": wrong})
    return name


def _last_place(held: Mapping[int, Category], parent_id: int | None) -> int:
    return max((one.order for one in held.values() if one.parent_id == parent_id), default=0) + 1


def create_category(session: Session, staff: Staff, name: str, parent_id: int | None = None) -> Category:
    """A new shelf at the end of its level. Raises Invalid with the field `name` or `parent_id`, NotFound, NotAllowed."""
    held = _held(session, staff)
    if parent_id is not None and depth_of(held, _one(held, parent_id).id) >= MAX_LEVELS:
        raise Invalid(f"分类最多 {MAX_LEVELS} 层", {"parent_id": f"分类最多 {MAX_LEVELS} 层"})
    if len(held) >= MOST:
        raise Invalid(f"最多 {MOST} 个分类", {"name": f"最多 {MOST} 个分类"})
    name = _checked_name(held, name, parent_id)
    category = Category(name=name, parent_id=parent_id, order=_last_place(held, parent_id))
    session.add(category)
    session.flush()
    audit.record(session, f"staff:{staff.id}", "category.create", f"category:{category.id}", title=name)
    return category


def rename_category(session: Session, staff: Staff, category_id: int, name: str) -> Category:
    """Raises Invalid with the field `name`, NotFound, NotAllowed."""
    held = _held(session, staff)
    category = _one(held, category_id)
    name, before = _checked_name(held, name, category.parent_id, but=category_id), category.name
    category.name = name
    audit.record(session, f"staff:{staff.id}", "category.rename", f"category:{category_id}", before=before, after=name)
    session.flush()
    return category


def move_category(session: Session, staff: Staff, category_id: int, parent_id: int | None) -> Category:
    """Hang a shelf, with all below it, under another one (None: at the top). Raises Invalid with the field `parent_id`."""
    held = _held(session, staff)
    category = _one(held, category_id)
    if category.parent_id == parent_id:
        return category
    wrong = ""
    if parent_id is not None and _one(held, parent_id).id in subtree(held, category_id):
        wrong = "不能移到它自己或它的下级里面"
    elif (depth_of(held, parent_id) if parent_id else 0) + levels_below(held, category_id) > MAX_LEVELS:
        wrong = f"移过去就超过 {MAX_LEVELS} 层了"
    if wrong:
        raise Invalid(wrong, {"parent_id": wrong})
    _checked_name(held, category.name, parent_id, but=category_id)
    category.order, category.parent_id = _last_place(held, parent_id), parent_id
    audit.record(session, f"staff:{staff.id}", "category.move", f"category:{category_id}", title=category.name)
    session.flush()
    return category


def shift_category(session: Session, staff: Staff, category_id: int, by: int) -> None:
    """Move a shelf up (-1) or down (+1) among its neighbours; at the end it stays. Raises NotFound, NotAllowed."""
    held = _held(session, staff)
    category = _one(held, category_id)
    level = sorted((one for one in held.values() if one.parent_id == category.parent_id), key=lambda one: (one.order, one.id))
    place = level.index(category)
    level.insert(max(0, min(len(level) - 1, place + by)), level.pop(place))
    for order, one in enumerate(level, start=1):
        one.order = order
    session.flush()


def delete_category(session: Session, staff: Staff, category_id: int) -> None:
    """Take away an empty shelf. Raises Conflict when anything stands on or below it, NotFound, NotAllowed."""
    held = _held(session, staff)
    category = _one(held, category_id)
    if len(subtree(held, category_id)) > 1:
        raise Conflict("它下面还有分类，请先移走或删除")
    newest = select(func.max(ItemVersion.id)).group_by(ItemVersion.item_id)
    planned = select(ItemVersion.item_id).where(ItemVersion.category_id == category_id, ItemVersion.id.in_(newest))
    count = session.scalar(select(func.count()).select_from(Item).where((Item.category_id == category_id) | Item.id.in_(planned)))
    if count:
        raise Conflict(f"里面还有 {count} 条内容（含已下架和草稿），请先改到别的分类")
    # Only versions long replaced still name it: their words stay as they were, the shelf they stood on is gone.
    session.execute(update(ItemVersion).where(ItemVersion.category_id == category_id).values(category_id=None))
    session.delete(category)
    audit.record(session, f"staff:{staff.id}", "category.delete", f"category:{category_id}", title=category.name)
    session.flush()
