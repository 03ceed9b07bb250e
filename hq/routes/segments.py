"""Segments (人群) in the console: built, saved, frozen, compared, put away. Decides nothing: the room says what may be."""

from collections.abc import Mapping
from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.db import transaction
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from hq.editing import fingerprint, overtaken
from hq.forms import as_number, typed
from hq.pages import cut_page
from hq.routes.door import MANAGERS, allow, bp, current_staff
from hq.routes.rule_answers import said
from hq.rule_form import builder, plain_rule, read_rule
from hq.segment_forms import HOURS, SEGMENT_FIELDS, new_segment_values, segment_draft, segment_typed, segment_values
from org.console_queries import department_names, staff_names
from segments.actions import Draft, archive_segment, freeze, save_segment
from segments.lists import get_run, get_segment, list_runs, list_segments, page_members, used_by
from segments.models import RunStatus, Segment, SegmentKind, SegmentRun
from segments.nodes import Within
from segments.people import people
from segments.queries import overlap
from segments.rules import parse

PAGE, RUNS, MEMBERS, LONGEST_SEARCH, CHOICES = 30, 20, 50, 40, 200
UNFINISHED = (RunStatus.WAITING, RunStatus.RUNNING)


@bp.get("/segments")
@allow(MANAGERS)
def list_groups() -> ResponseReturnValue:
    """Segments she may use, the newest first."""
    words, after = request.args.get("q", "").strip()[:LONGEST_SEARCH], as_number(request.args.get("after"))
    with transaction() as session:
        rows, last = cut_page(list_segments(session, current_staff(), after=after, limit=PAGE + 1, q=words), PAGE)
        names = staff_names(session, [row.staff_id for row in rows])
        places = department_names(session, [_place(row) for row in rows])
    more = url_for("hq.list_groups", after=last.id, q=words) if last else ""
    return render_template(
        "hq/segments.html",
        rows=rows,
        names=names,
        places={row.id: places.get(_place(row), "") for row in rows},
        wider={row.id: _counted_of(row, places) for row in rows if not row.path.startswith(current_staff().path)},
        q=words,
        next=more,
    )


def _place(segment: Segment) -> int:
    return int(segment.path.rstrip(".").rpartition(".")[2] or 0)


def _counted_of(segment: Segment, places: Mapping[int, str]) -> str:
    """Of whom the number is, where she sees fewer: it was counted for the place that made the segment."""
    return "全品牌" if segment.path.count(".") == 1 else f"{places.get(_place(segment), '')}全部"


@bp.get("/segments/new")
@allow(MANAGERS)
def write_group() -> ResponseReturnValue:
    """An empty form; `?rule=` begins with a rule made elsewhere."""
    values = new_segment_values() | {"rule": request.args.get("rule", "")}
    try:
        read_rule(values["rule"])
    except Invalid:
        values["rule"] = ""
    return _show_form(values, {}, None)


@bp.post("/segments/new")
@allow(MANAGERS)
def create_group() -> ResponseReturnValue:
    """Keep a new segment, or show the form again with what is wrong."""
    return _save(None)


@bp.get("/segments/<int:segment_id>/edit")
@allow(MANAGERS)
def edit_group(segment_id: int) -> ResponseReturnValue:
    """The form of a segment of her own subtree."""
    with transaction() as session:
        segment = get_segment(session, current_staff(), segment_id)
    if not segment.path.startswith(current_staff().path):
        raise NotAllowed("这个人群由上级部门维护，您可以使用，不能修改")
    values = segment_values(segment)
    return _show_form(values, {}, segment, seen=fingerprint(values))


@bp.post("/segments/<int:segment_id>/edit")
@allow(MANAGERS)
def change_group(segment_id: int) -> ResponseReturnValue:
    """Change it; what somebody else changed meanwhile is shown first."""
    return _save(segment_id)


def _save(segment_id: int | None) -> ResponseReturnValue:
    values, seen, kept = segment_typed(request.form), request.form.get("seen", ""), None
    try:
        with transaction() as session:
            if segment_id is not None:
                kept = get_segment(session, current_staff(), segment_id)
                before = segment_values(kept)
                if changed := overtaken(seen, before, values | {"rule": plain_rule(values["rule"])}):
                    return _show_form(values, changed, kept, seen=fingerprint(before), overtaken=True), 409
            segment = save_segment(session, current_staff(), _draft(values, kept), segment_id)
    except Invalid as problem:
        return _show_form(values, problem.fields, kept, seen=seen), 422
    flash("人群已保存", "success")
    return redirect(url_for("hq.show_group", segment_id=segment.id))


def _draft(values: Mapping[str, str], kept: Segment | None) -> Draft:
    if kept is not None and kept.kind == SegmentKind.STATIC:
        return Draft(name=values["name"], note=values["note"], kind=SegmentKind.STATIC)
    return segment_draft(values)


def _show_form(
    values: Mapping[str, str], fields: Mapping[str, str], segment: Segment | None, *, seen: str = "", overtaken: bool = False
) -> str:
    try:
        body = read_rule(values["rule"])
    except Invalid:
        body = {}
    own = {name: why for name, why in fields.items() if name in SEGMENT_FIELDS and name != "rule"}
    with transaction() as session:
        shape = builder(session, current_staff(), body, {place: why for place, why in fields.items() if place not in own})
        theirs = said(session, current_staff(), segment.rule, parse(segment.rule)) if overtaken and segment else ""
    shape["offers"] = url_for("hq.offer_rule_choices", own=segment.id if segment else None)
    shown = own | ({"rule": "; ".join(dict.fromkeys(shape["problems"].values()))} if shape["problems"] else {})
    return render_template(
        "hq/segment_form.html", values=values, fields=shown, segment=segment, shape=shape, hours=HOURS, seen=seen,
        overtaken=overtaken, theirs=theirs,
    )  # fmt: skip


@bp.get("/segments/<int:segment_id>")
@allow(MANAGERS)
def show_group(segment_id: int) -> ResponseReturnValue:
    """What it means in words, how many now, who uses it, its newest runs."""
    staff = current_staff()
    with transaction() as session:
        segment = get_segment(session, staff, segment_id)
        runs = list_runs(session, segment.id, 5)
        facts = {
            "words": "" if segment.kind == SegmentKind.STATIC else said(session, staff, segment.rule, parse(segment.rule)),
            "users": used_by(session, segment.id, 5, staff),
            "names": staff_names(session, [segment.staff_id, *(run.staff_id for run in runs)]),
            "place": department_names(session, [_place(segment)]).get(_place(segment), ""),
        }
    mine = segment.path.startswith(staff.path)
    return render_template(
        "hq/segment.html", segment=segment, runs=runs, mine=mine, once=uuid4().hex, live=_live(runs),
        shape={"counts": url_for("hq.count_rule")}, **facts,
    )  # fmt: skip


def _live(runs: list[SegmentRun]) -> bool:
    return any(run.status in UNFINISHED for run in runs)


@bp.post("/segments/<int:segment_id>/archive")
@allow(MANAGERS)
def archive_group(segment_id: int) -> ResponseReturnValue:
    """Put it away, unless others name it."""
    try:
        with transaction() as session:
            archive_segment(session, current_staff(), segment_id)
    except Conflict as problem:
        flash(problem.message, "danger")
        return redirect(url_for("hq.show_group", segment_id=segment_id))
    flash("人群已停用，生成过的名单还在", "success")
    return redirect(url_for("hq.list_groups"))


@bp.get("/segments/<int:segment_id>/runs")
@allow(MANAGERS)
def list_group_runs(segment_id: int) -> ResponseReturnValue:
    """Its frozen lists, the newest first; asks again by itself while one is being made."""
    with transaction() as session:
        segment = get_segment(session, current_staff(), segment_id)
        runs = list_runs(session, segment_id, RUNS)
        names = staff_names(session, [run.staff_id for run in runs])
    return render_template(
        "hq/segment_runs.html", segment=segment, runs=runs, names=names, once=uuid4().hex, live=_live(runs), most=RUNS
    )


@bp.post("/segments/<int:segment_id>/runs")
@allow(MANAGERS)
def freeze_group(segment_id: int) -> ResponseReturnValue:
    """Freeze its people as they are now; a second press of the same button makes no second list."""
    once = typed(request.form, "once")["once"][:40] or uuid4().hex
    try:
        with transaction() as session:
            freeze(session, current_staff(), segment_id, f"hand:{segment_id}:{once}")
    except (Conflict, NotAllowed) as problem:
        flash(problem.message, "danger")
    return redirect(url_for("hq.list_group_runs", segment_id=segment_id))


@bp.get("/segments/<int:segment_id>/runs/<int:run_id>")
@allow(MANAGERS)
def show_group_run(segment_id: int, run_id: int) -> ResponseReturnValue:
    """Who is in a frozen list, as far as she may see them."""
    staff, after = current_staff(), as_number(request.args.get("after")) or 0
    with transaction() as session:
        segment, run = get_segment(session, staff, segment_id), get_run(session, staff, run_id)
        if run.segment_id != segment.id:
            raise NotFound("没有这一批名单")
        members, last = cut_page(page_members(session, staff, run_id, after, MEMBERS + 1), MEMBERS)
        found = people(session, staff, [member.customer_id for member in members])
    more = url_for("hq.show_group_run", segment_id=segment_id, run_id=run_id, after=last.customer_id) if last else ""
    return render_template("hq/segment_run.html", segment=segment, run=run, people=found, next=more)


@bp.get("/segments/overlap")
@allow(MANAGERS)
def compare_groups() -> ResponseReturnValue:
    """How far two segments mean the same people."""
    staff = current_staff()
    chosen = [as_number(request.args.get(name)) for name in ("one", "other")]
    fields: dict[str, str] = {}
    with transaction() as session:
        choices = list_segments(session, staff, limit=CHOICES)
        two = [get_segment(session, staff, id_) if id_ else None for id_ in chosen]
        found = None
        if two[0] and two[1] and two[0].id == two[1].id:
            fields["other"] = "请选两个不同的人群"
        elif two[0] and two[1]:
            try:
                found = overlap(session, staff, Within(two[0].id), Within(two[1].id))
            except Invalid as problem:
                fields["other"] = problem.message
    offered = {one.id: one for one in [*(one for one in two if one), *choices]}
    return render_template(
        "hq/segment_overlap.html", choices=offered.values(), one=two[0], other=two[1], found=found, fields=fields
    )
