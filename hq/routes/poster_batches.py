"""Posters drawn ahead for a whole audience (批量预生成) before a campaign: asked for, watched, ended by hand."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.library_queries import get_item_in
from content_library.models import Item, ItemKind, ItemVersion
from content_library.queries import list_history
from foundation.db import transaction
from foundation.errors import Conflict, Invalid, NotFound
from foundation.web import actor
from hq.forms import as_number
from hq.pages import audience_choices
from hq.routes.door import REGIONAL, allow, bp, current_staff, deed
from org.batches import LIVE, cancel_batch, start_batch
from org.models import SyncRun
from org.queries import count_active_guides, find_latest_run, get_department_in

JOB = "content_library.draw_posters"


def _version(session: Session, item_id: int) -> tuple[Item, ItemVersion]:
    """The version guides use; of a poster never published the newest."""
    item = get_item_in(session, current_staff(), item_id)
    if item.kind != ItemKind.POSTER:
        raise NotFound("这不是海报")
    history = list_history(session, item_id)
    return item, next((one for one in history if one.id == item.version_id), history[0])


def _kind(version: ItemVersion) -> str:
    """Each department has batches of its own: another region's neither stops hers nor is shown to her."""
    return f"posters:{version.id}:{current_staff().department_id}"


@bp.get("/posters/<int:item_id>/ahead")
@allow(REGIONAL)
def show_ahead(item_id: int) -> ResponseReturnValue:
    """For whom to draw it, and how far the last batch came."""
    return _show(item_id, "")


def _show(item_id: int, problem: str) -> str:
    staff = current_staff()
    with transaction() as session:
        item, version = _version(session, item_id)
        run = find_latest_run(session, _kind(version))
        departments, guides = audience_choices(session, staff), count_active_guides(session, staff.path)
    return render_template(
        "hq/poster_ahead.html", item=item, version=version, run=run, live=_live(run), departments=departments, guides=guides,
        fields={"department_id": problem} if problem else {}, chosen=request.form.get("department_id", ""),
    )  # fmt: skip


def _live(run: SyncRun | None) -> bool:
    return run is not None and run.status in LIVE


@bp.get("/posters/<int:item_id>/ahead/progress")
@allow(REGIONAL)
def show_ahead_progress(item_id: int) -> ResponseReturnValue:
    """The live part."""
    with transaction() as session:
        item, version = _version(session, item_id)
        run = find_latest_run(session, _kind(version))
    return render_template("hq/_poster_ahead.html", item=item, run=run, live=_live(run), polled=True)


@bp.post("/posters/<int:item_id>/ahead")
@allow(REGIONAL)
def start_ahead(item_id: int) -> ResponseReturnValue:
    """Ask for the batch; the jobs take it up within seconds. What is drawn already is passed over."""
    staff = current_staff()
    try:
        with transaction() as session:
            _, version = _version(session, item_id)
            chosen = as_number(request.form.get("department_id"))
            if chosen is None:
                raise Invalid("请选择给谁生成")
            path = get_department_in(session, staff, chosen).path
            total = count_active_guides(session, path)
            if not total:
                raise Invalid("这个范围里还没有在岗的导购")
            cursor = {"version_id": version.id, "path": path}
            run = start_batch(session, _kind(version), cursor, total=total, asked_by=actor(), job=JOB)
            deed(session, "posters.draw_ahead", f"item:{item_id}", version=version.number, path=path, guides=total, run=run.id)
    except (Invalid, Conflict) as problem:
        return _show(item_id, problem.message), problem.status
    flash(f"开始为 {total} 位导购生成，几秒内就会动起来。可以离开这个页面", "success")
    return redirect(url_for("hq.show_ahead", item_id=item_id))


@bp.post("/posters/<int:item_id>/ahead/cancel")
@allow(REGIONAL)
def cancel_ahead(item_id: int) -> ResponseReturnValue:
    """End the batch; what is drawn stays."""
    with transaction() as session:
        _, version = _version(session, item_id)
        run = find_latest_run(session, _kind(version))
        ended = run is not None and cancel_batch(session, run.id)
        if ended:
            deed(session, "posters.cancel_ahead", f"item:{item_id}", version=version.number)
    flash("已取消，已经生成好的会保留" if ended else "它已经结束了", "success" if ended else "warning")
    return redirect(url_for("hq.show_ahead", item_id=item_id))
