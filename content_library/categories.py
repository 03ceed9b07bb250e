"""The shelves as a tree: reading order, depth, what lies below. Pure: works on the rows it is given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from content_library.models import Category

MAX_LEVELS, MOST = 3, 500


@dataclass(frozen=True)
class Shelf:
    """A category in its place: `depth` 0 at the top, `name` alone, `path` with those above it ("欢迎与破冰/加好友问候")."""

    id: int
    name: str
    path: str
    depth: int
    parent_id: int | None
    first: bool
    last: bool


def shelves(categories: Iterable[Category]) -> list[Shelf]:
    """All of them in reading order: each below its parent, by order."""
    children: dict[int | None, list[Category]] = {}
    for one in categories:
        children.setdefault(one.parent_id, []).append(one)

    def walk(parent_id: int | None, above: str, depth: int) -> list[Shelf]:
        found: list[Shelf] = []
        level = sorted(children.get(parent_id, []), key=lambda one: (one.order, one.id))
        for one in level:
            path = f"{above}/{one.name}" if above else one.name
            found.append(Shelf(one.id, one.name, path, depth, parent_id, one is level[0], one is level[-1]))
            found += walk(one.id, path, depth + 1)
        return found

    return walk(None, "", 0)


def depth_of(held: Mapping[int, Category], category_id: int) -> int:
    """On which level a shelf stands, from 1."""
    depth, at = 0, held.get(category_id)
    while at is not None and depth <= MOST:
        depth, at = depth + 1, held.get(at.parent_id) if at.parent_id else None
    return depth


def subtree(held: Mapping[int, Category], category_id: int) -> set[int]:
    """The shelf and everything below it."""
    found = {category_id}
    while more := {one.id for one in held.values() if one.parent_id in found} - found:
        found |= more
    return found


def totals(found: Sequence[Shelf], counts: Mapping[int, int]) -> dict[int, int]:
    """How many stand on each shelf together with all below it, from how many stand on each itself."""
    sums, above = dict.fromkeys((shelf.id for shelf in found), 0), {shelf.id: shelf.parent_id for shelf in found}
    for shelf in found:
        at: int | None = shelf.id
        while at is not None:
            sums[at] += counts.get(shelf.id, 0)
            at = above[at]
    return sums


def levels_below(held: Mapping[int, Category], category_id: int) -> int:
    """How many levels a shelf with all below it takes, at least 1."""
    return max(depth_of(held, one) for one in subtree(held, category_id)) - depth_of(held, category_id) + 1


def names_of(found: Sequence[Shelf]) -> dict[int, str]:
    """Full names by id."""
    return {shelf.id: shelf.path for shelf in found}
