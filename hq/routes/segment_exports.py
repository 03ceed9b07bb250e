"""People of a segment taken out as a file (导出): asked for with a purpose, written behind, fetched by the asker."""

from uuid import uuid4

from flask import Response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from foundation.db import transaction
from foundation.errors import Invalid
from hq.forms import as_number, typed
from hq.routes.door import REGIONAL, allow, bp, current_staff
from org.console_queries import staff_names
from segments.exporting import (
    KEEP_DAYS,
    MOST_CSV,
    MOST_XLSX,
    UNFINISHED,
    ask_export,
    list_exports,
    name_of_export,
    take_export,
)
from segments.lists import get_segment, list_runs
from segments.models import RunStatus

FIELDS = ("form", "why", "run_id", "once")


@bp.get("/segments/<int:segment_id>/export")
@allow(REGIONAL)
def export_group(segment_id: int) -> ResponseReturnValue:
    """The form, and the files asked for so far with how far they are."""
    return _show(segment_id, dict.fromkeys(FIELDS, "") | {"form": "xlsx", "run_id": request.args.get("run", "")}, {})


@bp.post("/segments/<int:segment_id>/export")
@allow(REGIONAL)
def start_export(segment_id: int) -> ResponseReturnValue:
    """Ask for a file; a second press of the same button asks for no second one."""
    values = typed(request.form, *FIELDS)
    once = f"{current_staff().id}:{values['once'][:40] or uuid4().hex}"
    try:
        with transaction() as session:
            ask_export(session, current_staff(), segment_id, values["form"], values["why"], once, as_number(values["run_id"]))
    except Invalid as problem:
        return _show(segment_id, values, problem.fields), 422
    return redirect(url_for("hq.export_group", segment_id=segment_id))


def _show(segment_id: int, values: dict[str, str], fields: dict[str, str]) -> str:
    staff = current_staff()
    with transaction() as session:
        segment = get_segment(session, staff, segment_id)
        exports = list_exports(session, segment_id, staff.path)
        runs = [run for run in list_runs(session, segment_id) if run.status == RunStatus.DONE]
        names = staff_names(session, [one.staff_id for one in exports])
    return render_template(
        "hq/segment_export.html", segment=segment, exports=exports, runs=runs, names=names, values=values, fields=fields,
        live=any(one.status in UNFINISHED for one in exports), once=uuid4().hex, days=KEEP_DAYS, most=(MOST_XLSX, MOST_CSV),
    )  # fmt: skip


@bp.get("/segments/exports/<int:export_id>")
@allow(REGIONAL)
def fetch_export(export_id: int) -> Response:
    """The file, to the one who asked for it; each time is audited."""
    with transaction() as session:
        export, path = take_export(session, current_staff(), export_id)
        name = name_of_export(session, export)
    return send_file(path, as_attachment=True, download_name=name)
