"""What SOP asks of a guide while she is in one customer's chat: her nearest tasks and the care due today. One statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from customers.models import Follow
from foundation import clock
from org.models import Staff
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


# Written out, as it stands on a page opened all day: building it anew from pieces takes longer than asking it.
ASKED = text("""
(SELECT 'care', newest.id, newest.title, newest.estimated_minutes, newest.item_id, NULL::timestamptz
 FROM (SELECT id, title, estimated_minutes, item_id FROM care_node
       WHERE :hers AND enabled AND day BETWEEN :known - :overdue AND :known ORDER BY day DESC LIMIT 1) AS newest
 WHERE NOT EXISTS (
   SELECT FROM care_done
   WHERE care_done.follow_id = :follow_id AND care_done.node_id = newest.id AND care_done.since = :since))
UNION ALL
(SELECT 'task', assignment.id, task.title, task.estimated_minutes, task.item_id, task.deadline_at
 FROM assignment JOIN task ON task.id = assignment.task_id
 WHERE assignment.guide_id = :staff_id AND assignment.status = 'open' AND task.deadline_at > :now
 ORDER BY task.deadline_at LIMIT :shown)
""")


def list_asked(session: Session, staff: Staff, follow: Follow) -> Sequence[Asked]:
    """The newest care node due for this relation of hers, as it overtakes older ones; then her open tasks, nearest first."""
    since = clock.day_of(follow.followed_at)
    facts = {
        "hers": follow.staff_id == staff.id, "known": (clock.today() - since).days, "overdue": CARE_OVERDUE_DAYS, "since": since,
        "follow_id": follow.id, "staff_id": staff.id, "now": clock.now(), "shown": TASKS_SHOWN,
    }  # fmt: skip
    return [Asked(*row) for row in session.execute(ASKED, facts)]
