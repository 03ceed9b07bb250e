"""What several pages of the console do alike: cutting a page, and the tree of departments as choices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from org.models import Staff
from org.queries import list_departments_in

Row = TypeVar("Row")
DEPARTMENTS_OFFERED = 2000


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
