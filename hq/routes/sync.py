"""The sync page (同步): asking for a pull from the platform, watching it come, and reading what it could not see."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.db import transaction
from foundation.errors import Invalid
from foundation.web import actor
from hq.labels import SYNC
from hq.routes.door import HEADQUARTERS, allow, bp, deed
from org.actions import start_run
from org.models import SyncRun, SyncStatus
from org.queries import get_run, page_runs

RUNS = 15
LIVE = {SyncStatus.WAITING, SyncStatus.RUNNING}


def _runs() -> list[SyncRun]:
    with transaction() as session:
        return page_runs(session, limit=RUNS)


@bp.get("/sync")
@allow(HEADQUARTERS)
def show_sync() -> ResponseReturnValue:
    """What can be synced, and the latest runs."""
    runs = _runs()
    return render_template("hq/sync.html", runs=runs, live=any(run.status in LIVE for run in runs), kinds=SYNC)


@bp.get("/sync/progress")
@allow(HEADQUARTERS)
def show_runs() -> ResponseReturnValue:
    """The live part."""
    runs = _runs()
    return render_template("hq/_runs.html", runs=runs, live=any(run.status in LIVE for run in runs))


@bp.get("/sync/<int:run_id>")
@allow(HEADQUARTERS)
def show_report(run_id: int) -> ResponseReturnValue:
    """What one run saw and what it did not, with the reasons."""
    with transaction() as session:
        run = get_run(session, run_id)
    return render_template("hq/report.html", run=run, live=run.status in LIVE)


@bp.post("/sync")
@allow(HEADQUARTERS)
def start_sync() -> ResponseReturnValue:
    """Ask for a sync; the jobs take it up within seconds."""
    kind = request.form.get("kind", "")
    if kind not in SYNC:
        raise Invalid("没有这种同步")
    with transaction() as session:
        run = start_run(session, kind, actor())
        deed(session, "sync.start", f"sync:{run.id}", kind=kind)
    flash(f"{SYNC[kind]}同步已排队，几秒内开始", "success")
    return redirect(url_for("hq.show_sync"))
