"""Headquarters' tasks: written, published, watched live, withdrawn. Decides nothing: sop says what may be and what is wrong."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.models import Item
from content_library.queries import get_item, get_item_for
from foundation import clock
from foundation.db import transaction
from foundation.errors import Invalid, NotFound
from hq.editing import fingerprint, overtaken
from hq.forms import TASK_FIELDS, as_number, deadline_choices, new_task_values, task_draft, task_values, typed
from hq.pages import audience_choices, cut_page, item_choices
from hq.routes.door import MANAGERS, REGIONAL, allow, bp, current_staff
from org.console_queries import department_names
from org.queries import count_active_guides, get_department_in
from sop.actions import publish_task, save_task, withdraw_task
from sop.models import AssignmentStatus, Task, TaskStatus
from sop.queries import Counts, Progress, count_by_task, get_task_in, list_answers, page_assignments, page_tasks, progress
from sop.rules import TaskDraft, may_write_tasks

PAGE = 30
PEOPLE = 50
ANSWERS = 24
LIVE = {TaskStatus.PUBLISHED, TaskStatus.RUNNING}


def _is_live(task: Task, counted: Progress) -> bool:
    """Whether the numbers can still change: while it is handed out, and until the last copy is done."""
    return task.status in LIVE and (task.status == TaskStatus.PUBLISHED or counted.done < counted.total)


SHOWN = (AssignmentStatus.LATE, AssignmentStatus.OPEN, AssignmentStatus.DONE)


@bp.get("/tasks")
@allow(MANAGERS)
def list_tasks() -> ResponseReturnValue:
    """Tasks that touch her subtree, newest first, each with how far her own guides have come."""
    staff = current_staff()
    with transaction() as session:
        found = page_tasks(session, staff, before_id=as_number(request.args.get("before")), limit=PAGE + 1)
        tasks, last = cut_page(found, PAGE)
        counts = count_by_task(session, [task.id for task in tasks], within=staff.path)
        names = department_names(session, [task.department_id for task in tasks])
    rows = [
        {"task": task, "audience": names.get(task.department_id, ""), "counts": counts.get(task.id, Counts())} for task in tasks
    ]
    return render_template("hq/tasks.html", rows=rows, next=url_for("hq.list_tasks", before=last.id) if last else "")


@bp.get("/tasks/new")
@allow(REGIONAL)
def write_task() -> ResponseReturnValue:
    """An empty form."""
    return _show_form(new_task_values(clock.now()), {}, None)


@bp.post("/tasks/new")
@allow(REGIONAL)
def create_task() -> ResponseReturnValue:
    """Keep a new draft, or show the form again with what was typed and what is wrong."""
    return _save(None)


@bp.get("/tasks/<int:task_id>/edit")
@allow(REGIONAL)
def edit_task(task_id: int) -> ResponseReturnValue:
    """The form of a draft."""
    with transaction() as session:
        task = get_task_in(session, current_staff(), task_id)
    values = task_values(task)
    return _show_form(values, {}, task_id, seen=fingerprint(values))


@bp.post("/tasks/<int:task_id>/edit")
@allow(REGIONAL)
def change_task(task_id: int) -> ResponseReturnValue:
    """Change a draft."""
    return _save(task_id)


def _save(task_id: int | None) -> ResponseReturnValue:
    values, seen = typed(request.form, *TASK_FIELDS), request.form.get("seen", "")
    try:
        with transaction() as session:
            if task_id is not None:
                kept = task_values(get_task_in(session, current_staff(), task_id))
                if changed := overtaken(seen, kept, values):
                    return _show_form(values, changed, task_id, seen=fingerprint(kept), overtaken=True), 409
            task = _write(session, task_draft(values), task_id)
    except Invalid as problem:
        return _show_form(values, problem.fields, task_id, seen=seen), 422
    flash("草稿已保存，确认无误后点“下发”。", "success")
    return redirect(url_for("hq.show_task", task_id=task.id))


def _write(session: Session, draft: TaskDraft, task_id: int | None) -> Task:
    """sop does not know content, so the attached item is checked here; all problems are told at once."""
    fields = {}
    if draft.item_id is not None:
        try:
            get_item_for(session, current_staff().path, draft.item_id)
        except NotFound as problem:
            fields["item_id"] = problem.message
    try:
        task = save_task(session, current_staff(), draft, task_id)
    except Invalid as problem:
        raise Invalid(problem.message, problem.fields | fields) from problem
    if fields:
        raise Invalid("任务没有保存，请看标红的地方", fields)
    return task


def _show_form(
    values: Mapping[str, str], fields: Mapping[str, str], task_id: int | None, *, seen: str = "", overtaken: bool = False
) -> str:
    staff = current_staff()
    with transaction() as session:
        departments = audience_choices(session, staff)
        items = item_choices(session, staff, as_number(values["item_id"]))
    return render_template(
        "hq/task_form.html", values=values, fields=fields, task_id=task_id, departments=departments, items=items,
        choices=deadline_choices(clock.now()), seen=seen, overtaken=overtaken,
    )  # fmt: skip


@bp.get("/tasks/audience")
@allow(REGIONAL)
def show_audience() -> ResponseReturnValue:
    """How many guides a choice reaches, and how much of their time it takes."""
    chosen, minutes = as_number(request.args.get("department_id")), as_number(request.args.get("estimated_minutes"))
    if chosen is None:
        return "选好范围后，这里显示有多少位导购会收到"
    with transaction() as session:
        guides = count_active_guides(session, get_department_in(session, current_staff(), chosen).path)
    spent = f"，合计约 {guides * minutes / 60:.1f} 小时" if minutes and guides else ""
    return f"会发给 {guides} 位导购{spent}" if guides else "这个范围内还没有在职导购"


@bp.get("/tasks/<int:task_id>")
@allow(MANAGERS)
def show_task(task_id: int) -> ResponseReturnValue:
    """One task with its progress, people and answers."""
    staff = current_staff()
    with transaction() as session:
        task = get_task_in(session, staff, task_id)
        facts = {
            "task": task,
            "audience": department_names(session, [task.department_id]).get(task.department_id, ""),
            "guides": count_active_guides(session, task.path) if task.status == TaskStatus.DRAFT else 0,
            "progress": (counted := progress(session, task_id, within=staff.path)),
            "item": _item_of(session, task),
        }
    may_change = may_write_tasks(staff.role, staff.path) and task.path.startswith(staff.path)
    return render_template("hq/task.html", may_change=may_change, live=_is_live(task, counted), shown=_shown(), **facts)


def _item_of(session: Session, task: Task) -> Item | None:
    return get_item(session, task.item_id) if task.item_id else None


def _shown() -> str:
    wanted = request.args.get("status", "")
    return wanted if wanted in set(SHOWN) else AssignmentStatus.OPEN


@bp.get("/tasks/<int:task_id>/progress")
@allow(MANAGERS)
def show_progress(task_id: int) -> ResponseReturnValue:
    """The live part: asks again every few seconds while somebody looks and it can still change."""
    staff = current_staff()
    with transaction() as session:
        task = get_task_in(session, staff, task_id)
        counted = progress(session, task_id, within=staff.path)
    return render_template("hq/_task_progress.html", task=task, progress=counted, live=_is_live(task, counted))


@bp.get("/tasks/<int:task_id>/people")
@allow(MANAGERS)
def list_people(task_id: int) -> ResponseReturnValue:
    """Who is late, who still owes, who is done."""
    staff, shown, after = current_staff(), _shown(), as_number(request.args.get("after")) or 0
    with transaction() as session:
        task = get_task_in(session, staff, task_id)
        found = page_assignments(session, task_id, AssignmentStatus(shown), after, PEOPLE + 1, within=staff.path)
    rows, last = cut_page(found, PEOPLE)
    more = url_for("hq.list_people", task_id=task_id, status=shown, after=last.id) if last else ""
    live = task.status in LIVE and not after
    again = url_for("hq.list_people", task_id=task_id, status=shown) if live else ""
    return render_template("hq/_task_people.html", rows=rows, next=more, shown=shown, further=bool(after), again=again)


@bp.get("/tasks/<int:task_id>/answers")
@allow(MANAGERS)
def list_task_answers(task_id: int) -> ResponseReturnValue:
    """What guides wrote and photographed."""
    staff, before = current_staff(), as_number(request.args.get("before"))
    with transaction() as session:
        task = get_task_in(session, staff, task_id)
        answers, last = cut_page(list_answers(session, staff, task_id, before_id=before, limit=ANSWERS + 1), ANSWERS)
    more = url_for("hq.list_task_answers", task_id=task_id, before=last.id) if last else ""
    return render_template(
        "hq/_task_answers.html", task=task, answers=answers, next=more, further=before is not None, live=task.status in LIVE
    )


@bp.post("/tasks/<int:task_id>/publish")
@allow(REGIONAL)
def publish(task_id: int) -> ResponseReturnValue:
    """Send a draft on its way; the fan-out itself happens behind."""
    try:
        with transaction() as session:
            task = publish_task(session, current_staff(), task_id)
        flash(f"《{task.title}》正在下发", "success")
    except Invalid as problem:
        flash("还不能下发：" + "；".join(problem.fields.values()), "danger")
    return redirect(url_for("hq.show_task", task_id=task_id))


@bp.post("/tasks/<int:task_id>/withdraw")
@allow(REGIONAL)
def withdraw(task_id: int) -> ResponseReturnValue:
    """Take a task back from those who have not done it."""
    with transaction() as session:
        task = withdraw_task(session, current_staff(), task_id)
    flash(f"《{task.title}》已撤回", "success")
    return redirect(url_for("hq.show_task", task_id=task_id))
