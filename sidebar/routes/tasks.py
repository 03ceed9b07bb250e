"""Tasks (任务): what she owes and for how many minutes, the exact task, her answer and what became of it."""

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.models import ItemKind
from content_library.queries import get_item_for
from content_library.rules import fill
from foundation.db import transaction
from foundation.errors import NotFound
from sidebar.forms import photo_keys, task_answer
from sidebar.routes.door import bp, current_staff, store_name, variables
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


def _script_of(session: Session, task: Task) -> dict[str, object] | None:
    """The script or poster headquarters put beside the task, while it may still be sent."""
    if task.item_id is None:
        return None
    staff = current_staff()
    try:
        item, version = get_item_for(session, staff.path, task.item_id)
    except NotFound:
        return None
    filled = variables(staff, store_name(session, staff))
    bubbles = [fill(b, filled) for b in version.body["bubbles"]] if item.kind == ItemKind.SCRIPT else []
    return {"item": item, "bubbles": bubbles}


@bp.get("/tasks/<int:assignment_id>")
def show_task(assignment_id: int) -> ResponseReturnValue:
    """The exact task, with what is asked and how it stands."""
    with transaction() as session:
        assignment = open_assignment(session, current_staff(), assignment_id)
        script = _script_of(session, assignment.task)
    return render_template("sidebar/task.html", one=assignment, task=assignment.task, script=script)


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
