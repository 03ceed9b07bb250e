"""After a task was withdrawn: the buttons of cards that had already arrived become a grey 已撤回, chunk by chunk."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from org.models import Staff
from outbox.actions import enqueue
from outbox.models import Lane
from outbox.queries import is_owed, list_sent_about
from sop.models import Assignment, AssignmentStatus, Task, TaskStatus
from wecom.cards import replaced_button

WORDS = "已撤回"


def list_to_grey(session: Session, limit: int = 100) -> list[int]:
    """Withdrawn tasks some of whose cards may still show buttons."""
    query = select(Task.id).where(Task.status == TaskStatus.WITHDRAWN, Task.greyed_at.is_(None))
    return list(session.scalars(query.order_by(Task.id).limit(limit)))


def grey_withdrawn(session: Session, task_id: int, limit: int = 500) -> int:
    """Owe the change of the next cards of one withdrawn task; how many were looked at, 0 when there is nothing to do now.

    Begins once none of its cards is on the way any more, so that one walk by id finds them all. Who had finished keeps her card.
    """
    query = select(Task).where(Task.id == task_id, Task.status == TaskStatus.WITHDRAWN, Task.greyed_at.is_(None))
    task = session.scalar(query.with_for_update(skip_locked=True))
    if task is None or is_owed(session, f"task:{task.id}"):
        return 0
    sent = list_sent_about(session, f"task:{task.id}", "message/send", after_id=task.greyed_to, limit=limit)
    if not sent:
        task.greyed_at = clock.now()
        return 0
    # The platform gives one code a card, good for 72 hours (DOC 94888); a reminder has no buttons and no code.
    codes = {message.payload["touser"]: str((message.answer or {}).get("response_code", "")) for message in sent}
    dropped = _dropped(session, task.id, [userid for userid, code in codes.items() if code])
    calls = {f"task:{task.id}:grey:{userid}": replaced_button([userid], codes[userid], WORDS) for userid in dropped}
    enqueue(session, Lane.TASK, "message/update_template_card", calls, about=f"withdrawn:{task.id}")
    task.greyed_to = sent[-1].id
    return len(sent)


def _dropped(session: Session, task_id: int, userids: list[str]) -> list[str]:
    """Those among them who never finished it."""
    hers = select(Staff.userid).join(Assignment, Assignment.guide_id == Staff.id)
    undone = hers.where(Assignment.task_id == task_id, Assignment.status == AssignmentStatus.DROPPED)
    return list(session.scalars(undone.where(Staff.userid.in_(userids))))
