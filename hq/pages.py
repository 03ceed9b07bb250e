"""What several pages of the console do alike: cutting a page, departments and content as choices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from content_library.models import Item, ItemKind
from content_library.queries import get_item, search_items
from content_library.rules import sees
from foundation.errors import NotFound
from org.models import DepartmentKind, Staff
from org.queries import list_departments_in

Row = TypeVar("Row")
DEPARTMENTS_OFFERED = 8000
WHOLE_TREE = 300
ITEMS_OFFERED = 100


def cut_page(found: Sequence[Row], size: int) -> tuple[Sequence[Row], Row | None]:
    """One page out of `size + 1` rows, and its last row when more follow: the place the next page begins after."""
    return found[:size], found[size - 1] if len(found) > size else None


@dataclass(frozen=True)
class Choice:
    """A department in a select: indented by how deep it lies below the viewer's own."""

    id: int
    name: str
    indent: int
    path: str
    kind: str


def _depth(path: str) -> int:
    return path.count(".")


def audience_choices(session: Session, staff: Staff) -> list[Choice]:
    """The departments of her subtree as a tree in reading order: each below its parent, by the platform's order."""
    departments = list_departments_in(session, staff, limit=DEPARTMENTS_OFFERED)
    rank = {department.path: (-department.order, department.id) for department in departments}

    def place(path: str) -> list[tuple[int, int]]:
        parts = path.split(".")[:-1]
        return [rank.get(".".join(parts[: depth + 1]) + ".", (0, int(parts[depth]))) for depth in range(len(parts))]

    ordered = sorted(departments, key=lambda department: place(department.path))
    top = min((_depth(department.path) for department in ordered), default=0)
    return [Choice(d.id, d.name, _depth(d.path) - top, d.path, d.kind) for d in ordered]


def folded(tree: Sequence[Choice], open_at: Choice) -> list[Choice]:
    """A tree as a page shows it: whole when small; else all but the stores, and the stores around the open department."""
    if len(tree) <= WHOLE_TREE:
        return list(tree)
    around = open_at.path.rsplit(".", 2)[0] + "." if open_at.kind == DepartmentKind.STORE else open_at.path
    stores_shown = open_at.kind != DepartmentKind.HEADQUARTERS
    return [one for one in tree if one.kind != DepartmentKind.STORE or (stores_shown and one.path.startswith(around))]


def may_see_item(staff: Staff, item: Item) -> bool:
    """Whether content is shown to everybody, above her, or inside her subtree."""
    return sees(staff.path, item.path)


def item_choices(
    session: Session, staff: Staff, chosen: int | None, kind: ItemKind | None = None, *, words: str = "",
    limit: int = ITEMS_OFFERED,
) -> list[Item]:  # fmt: skip
    """The newest content she may attach that holds the words; what is chosen already is among it, so that saving keeps it."""
    items = search_items(session, staff.path, words, kind=kind, limit=limit)
    if chosen is None or any(item.id == chosen for item in items):
        return items
    try:
        item = get_item(session, chosen)
    except NotFound:
        return items
    # A number typed into the form must not tell the title of another region's content.
    return [item, *items] if may_see_item(staff, item) else items
