"""Files of customers brought in (导入): sent up with progress, columns confirmed, checked, run behind, problems handed back."""

import csv
import io
from collections.abc import Iterator
from urllib.parse import unquote
from uuid import uuid4

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from customers.import_changes import MOST, headings, old_values, shown_changes
from customers.import_models import CustomerImport, ImportStatus
from customers.import_queries import page_imports, page_problems, problem_rows
from customers.import_rules import FIELDS, KINDS
from customers.import_sheets import MOST_BYTES
from customers.importing import (
    cancel_import,
    choose_columns,
    get_import,
    head_of,
    run_import,
    start_import,
)
from foundation.blobs import keep_stream
from foundation.db import transaction
from foundation.errors import Conflict, Invalid, NotAllowed, TooLarge
from foundation.text import clean
from foundation.web import take_large
from hq.forms import as_number
from hq.import_words import HINTS, NEWS, SAMPLES
from hq.pages import cut_page
from hq.routes.door import HEADQUARTERS, allow, bp, current_staff, deed, lock

PAGE, PROBLEMS = 20, 50
LIVE = (ImportStatus.CHECKING, ImportStatus.RUNNING)
take_large("hq.keep_import_file", MOST_BYTES, lock)


@bp.get("/imports")
@allow(HEADQUARTERS)
def list_imports() -> ResponseReturnValue:
    """Where a file is chosen, and what was brought in so far."""
    before = as_number(request.args.get("before"))
    with transaction() as session:
        rows, last = cut_page(page_imports(session, current_staff(), before, PAGE + 1), PAGE)
    more = url_for("hq.list_imports", before=last.id) if last else ""
    chosen = request.args.get("kind", "")
    return render_template(
        "hq/imports.html", rows=rows, next=more, kinds=KINDS, hints=HINTS, chosen=chosen if chosen in KINDS else "members",
        most=MOST_BYTES,
    )  # fmt: skip


@bp.get("/imports/template/<kind>.csv")
@allow(HEADQUARTERS)
def get_customer_template(kind: str) -> Response:
    """An empty file with one example, in UTF-8 with the mark Excel wants."""
    kind = kind if kind in KINDS else "members"
    rows = [[field.label for field in FIELDS[kind]], [SAMPLES.get(field.name, "") for field in FIELDS[kind]]]
    return Response(_csv(iter(rows)), mimetype="text/csv", headers=_as_file(f"template-{kind}.csv"))


def _csv(rows: Iterator[list[str]]) -> Iterator[str]:
    yield "\ufeff"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename={name}"}


@bp.post("/imports/file")
@allow(HEADQUARTERS)
def keep_import_file() -> ResponseReturnValue:
    """One file as the request's body, its name in `X-File-Name` (percent-coded); answers where its columns are chosen."""
    name, once = clean(unquote(request.headers.get("X-File-Name", ""))), request.args.get("once", "")[:60] or uuid4().hex
    try:
        key = keep_stream(request.stream, MOST_BYTES)
        with transaction() as session:
            row = start_import(session, current_staff(), request.args.get("kind", ""), name, key, f"{current_staff().id}:{once}")
    except (Invalid, NotAllowed, TooLarge) as problem:
        return jsonify({"message": problem.message}), problem.status
    return jsonify({"url": url_for("hq.choose_import_columns", import_id=row.id)})


@bp.get("/imports/<int:import_id>/columns")
@allow(HEADQUARTERS)
def choose_import_columns(import_id: int) -> ResponseReturnValue:
    """Which column is what, guessed from the headings."""
    with transaction() as session:
        row = get_import(session, current_staff(), import_id)
    if row.columns or row.status != ImportStatus.CHECKING:
        return redirect(url_for("hq.show_import_run", import_id=import_id))
    return _show_columns(row, None, {})


def _show_columns(row: CustomerImport, chosen: dict[str, str] | None, fields: dict[str, str]) -> str:
    sheet, guessed = head_of(row)
    by_heading = {heading: name for name, heading in (chosen or guessed).items()}
    samples = {
        heading: [cells[place] for cells in sheet.samples if place < len(cells) and cells[place]][:3]
        for place, heading in enumerate(sheet.headings)
        if heading
    }
    return render_template(
        "hq/import_columns.html", row=row, samples=samples, by_heading=by_heading, fields=fields, kinds=KINDS,
        choices=FIELDS[row.kind], encoding=sheet.encoding, hints=HINTS,
    )  # fmt: skip


@bp.post("/imports/<int:import_id>/columns")
@allow(HEADQUARTERS)
def check_import_columns(import_id: int) -> ResponseReturnValue:
    """Keep the choice; the check begins behind."""
    headings, chosen = request.form.getlist("heading"), request.form.getlist("field")
    columns: dict[str, str] = {}
    doubled = ""
    for heading, name in zip(headings, chosen, strict=False):
        doubled = name if name and name in columns else doubled
        if name:
            columns[name] = heading
    with transaction() as session:
        row = get_import(session, current_staff(), import_id)
    if doubled:
        return _show_columns(row, columns, {"double": "两列选了同一个字段，请只留一列"}), 422
    try:
        with transaction() as session:
            choose_columns(session, current_staff(), import_id, columns)
    except Invalid as problem:
        return _show_columns(row, columns, problem.fields), 422
    except Conflict:
        flash("这个文件已经开始检查", "info")
    return redirect(url_for("hq.show_import_run", import_id=import_id))


@bp.get("/imports/<int:import_id>")
@allow(HEADQUARTERS)
def show_import_run(import_id: int) -> ResponseReturnValue:
    """How far it has come; then what a run would change, or has changed. The changing part asks again by itself."""
    after = (as_number(request.args.get("row")) or 0, request.args.get("field", ""))
    with transaction() as session:
        row = get_import(session, current_staff(), import_id)
        if not row.columns and row.status == ImportStatus.CHECKING:
            return redirect(url_for("hq.choose_import_columns", import_id=import_id))
        problems, last = cut_page(page_problems(session, import_id, after, PROBLEMS + 1), PROBLEMS)
        changes = shown_changes(session, row)
    more = url_for("hq.show_import_run", import_id=import_id, row=last.row, field=last.field) if last else ""
    labels = {field.name: field.label for field in FIELDS[row.kind]}
    return render_template(
        "hq/import_run.html", row=row, problems=problems, next=more, labels=labels, kinds=KINDS, news=NEWS[row.kind],
        live=row.status in LIVE, share=_share(row), further=bool(after[0]), changes=changes,
    )  # fmt: skip


def _share(row: CustomerImport) -> float:
    """Percent done: of the estimated rows while it is checked, of the true ones while it runs."""
    return min(round(row.position * 100 / row.rows, 1), 99.0) if row.rows else 0.0


@bp.get("/imports/<int:import_id>/problems.csv")
@allow(HEADQUARTERS)
def get_customer_problems(import_id: int) -> Response:
    """What was wrong in which row."""
    with transaction() as session:
        row = get_import(session, current_staff(), import_id)
        rows = list(problem_rows(session, row))
    return Response(_csv(iter(rows)), mimetype="text/csv", headers=_as_file(f"import-{import_id}-problems.csv"))


@bp.get("/imports/<int:import_id>/originals.csv")
@allow(HEADQUARTERS)
def get_customer_originals(import_id: int) -> Response:
    """What customers have now that a run would write over, in a file that can be brought in again; noted in the audit."""
    with transaction() as session:
        row = get_import(session, current_staff(), import_id)
        deed(session, "import.originals", f"import:{row.id}", filename=row.filename)
    return Response(_csv(_originals(row)), mimetype="text/csv", headers=_as_file(f"import-{import_id}-originals.csv"))


def _originals(row: CustomerImport) -> Iterator[list[str]]:
    yield headings(row.kind)
    after = told = 0
    while told < MOST:
        with transaction() as session:
            rows, after = old_values(session, row, after)
        yield from rows
        told += len(rows)
        if not after:
            return


@bp.post("/imports/<int:import_id>/run")
@allow(HEADQUARTERS)
def run_customer_import(import_id: int) -> ResponseReturnValue:
    """Let the good rows in."""
    try:
        with transaction() as session:
            run_import(session, current_staff(), import_id)
    except (Invalid, Conflict) as problem:
        flash(problem.message, "danger")
    return redirect(url_for("hq.show_import_run", import_id=import_id))


@bp.post("/imports/<int:import_id>/cancel")
@allow(HEADQUARTERS)
def cancel_customer_import(import_id: int) -> ResponseReturnValue:
    """End it; rows already in stay in."""
    with transaction() as session:
        cancel_import(session, current_staff(), import_id)
    flash("已停止，已经导入的保留", "success")
    return redirect(url_for("hq.show_import_run", import_id=import_id))
