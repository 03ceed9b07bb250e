"""Customer handovers (客户交接, 继承): choose a guide, look at the proposal, change it, confirm; then progress and the report."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.handover_actions import (
    cancel_handover,
    confirm_handover,
    keep_welcome,
    leave_out,
    move_customers,
    start_handover,
    try_again,
)
from customers.handover_models import Handover, HandoverStatus, HandoverStep
from customers.handover_proposing import list_receivers
from customers.handover_queries import (
    Taking,
    active_loads,
    get_handover,
    list_leavers,
    list_takings,
    page_handovers,
    page_of_handover,
    step_counts,
)
from customers.handover_rules import AGAIN, SETTLED, UNDER_WAY, WORDS, next_step
from customers.queries import tags_of
from foundation.db import transaction
from foundation.errors import Conflict, Invalid
from foundation.text import neutral
from foundation.wake import ring
from hq.forms import as_number, as_numbers, typed
from hq.labels import STATES
from hq.pages import cut_page
from hq.routes.door import MANAGERS, allow, bp, current_staff, is_fragment
from org.console_queries import staff_names, store_names
from org.finding import find_guides
from org.models import Staff

PAGE, HANDOVERS, PROBLEMS = 100, 30, 200
REPORT_PART = 1000
LEFT_OUT_TAB, PROBLEM_TAB = "out", "problems"


@bp.get("/handovers")
@allow(MANAGERS)
def list_handovers() -> ResponseReturnValue:
    """The newest first; who left and is waited for stands above them."""
    before = as_number(request.args.get("before"))
    with transaction() as session:
        rows, last = cut_page(page_handovers(session, current_staff(), before, HANDOVERS + 1), HANDOVERS)
        counts = step_counts(session, [handover.id for handover, _ in rows])
        names = staff_names(session, [handover.staff_id for handover, _ in rows])
        leavers = [] if before else [one for one in list_leavers(session, current_staff()) if one.handover_id is None]
    more = url_for("hq.list_handovers", before=last[0].id) if last else ""
    return render_template(
        "hq/handovers.html", rows=rows, counts=counts, names=names, next=more, leavers=leavers, steps=HandoverStep, again=AGAIN,
    )  # fmt: skip


@bp.get("/handovers/new")
@allow(MANAGERS)
def choose_guide() -> ResponseReturnValue:
    """Whose customers: leavers first, then anybody at work by name."""
    words = request.args.get("q", "").strip()
    with transaction() as session:
        found = find_guides(session, current_staff(), words) if words else []
        loads = active_loads(session, [one.id for one in found])
        if is_fragment():
            return render_template("hq/_handover_found.html", found=found, loads=loads, words=words)
        leavers = list_leavers(session, current_staff())
        stores = store_names(session, [one.staff.store_id for one in leavers])
    return render_template("hq/handover_new.html", leavers=leavers, stores=stores, found=found, loads=loads, words=words)


@bp.post("/handovers/unassigned")
@allow(MANAGERS)
def read_unassigned() -> ResponseReturnValue:
    """Ask the platform now who waits for somebody."""
    with transaction() as session:
        ring(session, "customers.pull_unassigned")
    flash("正在从企业微信读取离职待分配的客户，几秒后刷新本页", "info")
    return redirect(url_for("hq.choose_guide"))


@bp.post("/handovers")
@allow(MANAGERS)
def begin_handover() -> ResponseReturnValue:
    """A proposal for this guide's customers, or the one already open."""
    try:
        with transaction() as session:
            handover = start_handover(session, current_staff(), as_number(request.form.get("from_id")) or 0)
    except Conflict as problem:
        flash(problem.message, "warning")
        return redirect(url_for("hq.choose_guide"))
    return redirect(url_for("hq.show_handover", handover_id=handover.id))


@bp.get("/handovers/<int:handover_id>")
@allow(MANAGERS)
def show_handover(handover_id: int) -> ResponseReturnValue:
    """The proposal while it is being arranged; then how far it has come, which asks again by itself."""
    return _show(handover_id, {})


def _show(
    handover_id: int, fields: Mapping[str, str], *, welcome: str | None = None, ticked: Sequence[int] = (), notice: str = ""
) -> str:
    with transaction() as session:
        handover, guide = get_handover(session, current_staff(), handover_id)
        takings = list_takings(session, handover.id)
        facts = {
            "handover": handover, "guide": guide, "takings": takings, "fields": fields, "ticked": set(ticked),
            "steps": HandoverStep,            "store": store_names(session, [guide.store_id]).get(guide.store_id, ""),
            "notice": notice,
            "total": {step: sum(one.count(step) for one in takings) for step in HandoverStep},
            "receivers": _receivers(session, guide, takings), "maker": staff_names(session, [handover.staff_id]),
        }  # fmt: skip
        if handover.status == HandoverStatus.READY:
            words = handover.welcome if welcome is None else welcome
            return render_template("hq/handover_plan.html", **facts, **_plan(session, handover), welcome=words, why=WORDS)
        return render_template("hq/handover_run.html", **facts, **_run(session, handover))


def _receivers(session: Session, guide: Staff, takings: Sequence[Taking]) -> list[tuple[Staff, int]]:
    """Who may be chosen, with how many customers they have: those of the proposal, then colleagues nearby."""
    known = {one.staff.id: one.staff for one in takings if one.staff is not None}
    people = [*known.values(), *(one for one in list_receivers(session, current_staff(), guide) if one.id not in known)]
    loads = active_loads(session, [one.id for one in people])
    return [(one, loads.get(one.id, 0)) for one in people]


def _plan(session: Session, handover: Handover) -> dict[str, Any]:
    tab, after = request.args.get("to", ""), as_number(request.args.get("after")) or 0
    steps = [HandoverStep.LEFT_OUT] if tab == LEFT_OUT_TAB else [HandoverStep.PROPOSED]
    to_id = as_number(tab)
    found = page_of_handover(session, handover, to_id=to_id, steps=steps, after=after, limit=PAGE + 1)
    rows, last = cut_page(found, PAGE)
    tags = {tag.id: tag.name for tag in tags_of(session, sorted({id_ for _, one, _ in rows for id_ in one.tag_ids}))}
    more = url_for("hq.show_handover", handover_id=handover.id, to=tab, after=last[0].customer_id) if last else ""
    return {"rows": rows, "next": more, "tab": tab, "to_id": to_id, "tags": tags}


def _run(session: Session, handover: Handover) -> dict[str, Any]:
    problems = page_of_handover(session, handover, steps=AGAIN, limit=PROBLEMS)
    advice = {row.customer_id: next_step(row.step, row.fit.get("errcode"), handover.departed) for row, _, _ in problems}
    return {
        "problems": problems, "advice": advice, "live": handover.status == HandoverStatus.RUNNING, "settled": SETTLED,
        "under_way": UNDER_WAY, "again": AGAIN, "most": PROBLEMS,
    }  # fmt: skip


@bp.get("/handovers/<int:handover_id>/receivers")
@allow(MANAGERS)
def find_receivers(handover_id: int) -> ResponseReturnValue:
    """Options for the select: colleagues of the subtree by a part of their name."""
    words = request.args.get("q", "").strip()
    with transaction() as session:
        handover, _ = get_handover(session, current_staff(), handover_id)
        found = [one for one in find_guides(session, current_staff(), words) if one.id != handover.from_id] if words else []
    return render_template("hq/_handover_receivers.html", found=found, words=words)


@bp.post("/handovers/<int:handover_id>/move")
@allow(MANAGERS)
def move_handover(handover_id: int) -> ResponseReturnValue:
    """Chosen customers to another colleague."""
    return _change(handover_id, lambda session, ids, all_of, revision: move_customers(
        session, current_staff(), handover_id, as_number(request.form.get("to_id")), ids, everyone_of=all_of, revision=revision,
    ), "已换人 {} 位")  # fmt: skip


@bp.post("/handovers/<int:handover_id>/leave-out")
@allow(MANAGERS)
def leave_out_of_handover(handover_id: int) -> ResponseReturnValue:
    """Chosen customers stay where they are."""
    reason = typed(request.form, "reason")["reason"]
    return _change(handover_id, lambda session, ids, all_of, revision: leave_out(
        session, current_staff(), handover_id, ids, reason, everyone_of=all_of, revision=revision,
    ), "{} 位不交接")  # fmt: skip


def _change(handover_id: int, deed: Any, done: str) -> ResponseReturnValue:
    ids, all_of = as_numbers(request.form.getlist("customer")), as_number(request.form.get("everyone_of"))
    welcome, revision = typed(request.form, "welcome")["welcome"], as_number(request.form.get("revision"))
    try:
        with transaction() as session:
            keep_welcome(session, current_staff(), handover_id, welcome)
            count = deed(session, ids, all_of, revision)
    except Invalid as problem:
        return _show(handover_id, problem.fields, welcome=welcome, ticked=ids), 422
    except Conflict as problem:
        return _show(handover_id, {}, welcome=welcome, ticked=ids, notice=problem.message), 409
    flash(done.format(count), "success")
    return redirect(url_for("hq.show_handover", handover_id=handover_id, to=request.args.get("to") or None))


@bp.post("/handovers/<int:handover_id>/confirm")
@allow(MANAGERS)
def confirm_customer_handover(handover_id: int) -> ResponseReturnValue:
    """The yes: the platform is asked from now on."""
    welcome, revision = typed(request.form, "welcome")["welcome"], as_number(request.form.get("revision"))
    try:
        with transaction() as session:
            confirm_handover(session, current_staff(), handover_id, welcome, revision)
    except Invalid as problem:
        return _show(handover_id, problem.fields, welcome=welcome), 422
    except Conflict as problem:
        return _show(handover_id, {}, welcome=welcome, notice=problem.message), 409
    return redirect(url_for("hq.show_handover", handover_id=handover_id))


@bp.post("/handovers/<int:handover_id>/cancel")
@allow(MANAGERS)
def call_off_handover(handover_id: int) -> ResponseReturnValue:
    """Called off before it began."""
    with transaction() as session:
        cancel_handover(session, current_staff(), handover_id)
    flash("这次交接已取消，客户都没有动", "success")
    return redirect(url_for("hq.list_handovers"))


@bp.post("/handovers/<int:handover_id>/again")
@allow(MANAGERS)
def hand_over_again(handover_id: int) -> ResponseReturnValue:
    """Customers who were not taken over, to another colleague."""
    ids = as_numbers(request.form.getlist("customer"))
    try:
        with transaction() as session:
            count = try_again(session, current_staff(), handover_id, ids, as_number(request.form.get("to_id")))
    except Invalid as problem:
        return _show(handover_id, problem.fields, ticked=ids), 422
    flash(f"{count} 位正在换人重试", "success")
    return redirect(url_for("hq.show_handover", handover_id=handover_id))


@bp.get("/handovers/<int:handover_id>/report.csv")
@allow(MANAGERS)
def get_handover_report(handover_id: int) -> Response:
    """Everybody of a handover and what became of her, in UTF-8 with the mark Excel wants."""
    with transaction() as session:
        handover, guide = get_handover(session, current_staff(), handover_id)
        body = "\ufeff" + "".join(_lines(session, handover, guide))
    name = {"Content-Disposition": f"attachment; filename=handover-{handover_id}.csv"}
    return Response(body, mimetype="text/csv", headers=name)


def _lines(session: Session, handover: Handover, guide: Staff) -> Iterator[str]:
    yield _line(["客户", "备注", "原导购", "接替导购", "结果", "原因", "下一步"])
    names = staff_names(session, [one.staff.id for one in list_takings(session, handover.id) if one.staff])
    after = 0
    while rows := page_of_handover(session, handover, after=after, limit=REPORT_PART):
        for row, customer, follow in rows:
            state = STATES["handover_step"][row.step][0]
            advice = next_step(row.step, row.fit.get("errcode"), handover.departed)
            told = [customer.name or "微信客户", follow.remark if follow else "", guide.name or guide.userid]
            yield _line([*told, names.get(row.to_id, ""), state, row.reason, advice])
        after = rows[-1][0].customer_id


def _line(cells: Sequence[str]) -> str:
    """One line; a name that begins like a formula is text all the same."""
    out = io.StringIO()
    csv.writer(out).writerow([neutral(cell) for cell in cells])
    return out.getvalue()
