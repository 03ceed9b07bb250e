"""How the whole network stands with today's tasks, one row for each department below the viewer's own. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from org.models import Department, Staff, Store
from org.queries import inside
from sop.models import Assignment, AssignmentStatus, Task, TaskStatus

BRANCHES_SHOWN = 60


@dataclass(frozen=True)
class Health:
    """One branch of the network: copies of tasks given, opened (or done), done, late."""

    id: int | None
    name: str
    total: int
    opened: int
    done: int
    late: int


def _branch(path: ColumnElement[str], depth: int) -> ColumnElement[str]:
    """SQL: the first `depth` steps of a path, "1.2.31." → "1.2." for 2."""
    steps: ColumnElement[str] = func.array_to_string(func.trim_array(func.string_to_array(path, "."), _beyond(path, depth)), ".")
    return steps + "."


def _beyond(path: ColumnElement[str], depth: int) -> ColumnElement[int]:
    length: ColumnElement[int] = func.cardinality(func.string_to_array(path, "."))
    return func.greatest(length - depth, 1)


def list_network_health(session: Session, viewer: Staff, since: datetime) -> Sequence[Health]:
    """Tasks that end at or after `since`, by the departments one step below the viewer's; who stands higher counts as her own."""
    standing = func.coalesce(Store.path, Staff.path)
    depth = viewer.path.count(".") + 1
    done = Assignment.status == AssignmentStatus.DONE
    query = (
        select(
            Department.id,
            func.coalesce(Department.name, "未分组"),
            func.count(),
            func.count().filter(or_(Assignment.opened_at.is_not(None), done)),
            func.count().filter(done),
            func.count().filter(Assignment.status == AssignmentStatus.LATE),
        )
        .select_from(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .join(Staff, Staff.id == Assignment.guide_id)
        .outerjoin(Store, Store.id == Assignment.store_id)
        .outerjoin(Department, Department.path == _branch(standing, depth))
        .where(Task.deadline_at >= since, Task.status != TaskStatus.WITHDRAWN, Assignment.status != AssignmentStatus.DROPPED)
        .where(inside(standing, viewer.path))
        .group_by(Department.id, Department.name)
        .order_by(func.count().desc(), Department.id)
        .limit(BRANCHES_SHOWN)
    )
    return [Health(*row) for row in session.execute(query)]
