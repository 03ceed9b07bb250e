"""Tasks (任务): what she owes and for how many minutes, the exact task, her answer and what became of it."""

from dataclasses import dataclass

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.finding import Marks, marks_of
from content_library.models import Item, ItemKind
from content_library.queries import get_item_for
from foundation.db import transaction
from foundation.errors import NotFound
from sidebar.beside import beside
from sidebar.cards import Card, card_of
from sidebar.forms import photo_keys, task_answer
from sidebar.routes.door import bp, current_staff
from sop.actions import finish, open_assignment
from sop.models import AssignmentStatus, Task
from sop.queries import list_finished_of, list_open_of
from sop.rules import OUTCOME_WORDS, Outcome

GOOD = (Outcome.DONE, Outcome.LATE, Outcome.ALREADY)


@bp.get("/tasks")
def show_tasks() -> ResponseReturnValue:
    """Open ones with the minutes they take, then what was done this week."""
    staff = current_staff()
    with transaction() as session:
        owed = list_open_of(session, staff)
        done = list_finished_of(session, staff)
    minutes = sum(one.task.estimated_minutes for one in owed if one.status == AssignmentStatus.OPEN)
    return render_template("sidebar/tasks.html", owed=owed, done=done, minutes=minutes)


@dataclass(frozen=True)
class Attached:
    """What headquarters put beside a task: a poster has its own page, anything else is a card to send."""

    poster: Item | None = None
    card: Card | None = None


def _attached(session: Session, task: Task) -> Attached | None:
    """None when nothing is attached, or it may not be sent any more."""
    if task.item_id is None:
        return None
    staff = current_staff()
    try:
        item, version = get_item_for(session, staff.path, task.item_id)
    except NotFound:
        return None
    if item.kind == ItemKind.POSTER:
        return Attached(poster=item)
    chat = beside(session)
    marks = marks_of(session, staff, chat.customer_id, [item.id])
    known = marks[item.id][1] if item.id in marks else Marks(None)
    return Attached(card=card_of(item, version, chat.filled, (chat.persona_id, chat.stage), known))


@bp.get("/tasks/<int:assignment_id>")
def show_task(assignment_id: int) -> ResponseReturnValue:
    """The exact task, with what is asked and how it stands."""
    with transaction() as session:
        assignment = open_assignment(session, current_staff(), assignment_id)
        attached = _attached(session, assignment.task)
        return render_template("sidebar/task.html", one=assignment, task=assignment.task, attached=attached)


@bp.post("/tasks/<int:assignment_id>")
def finish_task(assignment_id: int) -> ResponseReturnValue:
    """Hand in her answer; a second tap or a lost answer changes nothing twice."""
    staff = current_staff()
    text, tokens = task_answer(request.get_json(silent=True))
    photos = photo_keys(tokens, staff.id)
    with transaction() as session:
        result = finish(session, staff, assignment_id, via="sidebar", text=text, photos=photos)
    if result.outcome == Outcome.NOT_HERS:
        raise NotFound("没有这个任务")
    return jsonify({"outcome": result.outcome, "message": OUTCOME_WORDS[result.outcome], "good": result.outcome in GOOD})
