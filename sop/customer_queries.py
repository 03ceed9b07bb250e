"""What SOP asks of a guide while she is in one customer's chat: her nearest tasks and the care due today. One statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, and_, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from customers.models import Follow
from foundation import clock
from org.models import Staff
from sop.models import Assignment, AssignmentStatus, CareDone, CareNode, Task
from sop.rules import CARE_OVERDUE_DAYS

TASKS_SHOWN = 2


@dataclass(frozen=True)
class Asked:
    """`kind` is "task" (id of her assignment) or "care" (id of the node); `item_id` is the content that belongs to it."""

    kind: str
    id: int
    title: str
    minutes: int
    item_id: int | None
    deadline_at: datetime | None


def list_asked(session: Session, staff: Staff, follow: Follow) -> Sequence[Asked]:
    """Her open tasks, the nearest deadline first (at most 2), and the newest care node due for this relation of hers."""
    tasks = (
        select(
            literal("task").label("kind"), Assignment.id.label("id"), Task.title, Task.estimated_minutes, Task.item_id,
            Task.deadline_at,
        )
        .join(Task, Task.id == Assignment.task_id)
        .where(Assignment.guide_id == staff.id, Assignment.status == AssignmentStatus.OPEN, Task.deadline_at > clock.now())
        .order_by(Task.deadline_at)
        .limit(TASKS_SHOWN)
    )  # fmt: skip
    since = clock.day_of(follow.followed_at)
    known = (clock.today() - since).days
    done = select(CareDone.id).where(CareDone.follow_id == follow.id, CareDone.node_id == CareNode.id, CareDone.since == since)
    due = and_(CareNode.enabled, CareNode.day <= known, CareNode.day >= known - CARE_OVERDUE_DAYS, ~done.exists())
    care = (
        select(
            literal("care").label("kind"), CareNode.id.label("id"), CareNode.title, CareNode.estimated_minutes, CareNode.item_id,
            cast(null(), DateTime(timezone=True)),
        )
        .where(due, literal(follow.staff_id == staff.id))
        .order_by(CareNode.day.desc())
        .limit(1)
    )  # fmt: skip
    both = union_all(*(select(part.subquery()) for part in (care, tasks)))
    return [Asked(*row) for row in session.execute(both)]
