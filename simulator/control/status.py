"""/_control for people who watch: one look at everything, the calls there are, the names of errcodes."""

from flask import Blueprint, Response, current_app

from simulator.api.table import TABLE
from simulator.control.answer import answer, world
from simulator.errcode_names import NAMES
from simulator.errors import TEXTS
from simulator.scenarios.runner import Scenarios

bp = Blueprint("status", __name__, url_prefix="/_control")


@bp.get("/status")
def show_status() -> Response:
    """What the strip shows: clock, callbacks in flight, faults on, the fullest limit, the scenario that plays."""
    found = world()
    scenarios: Scenarios = current_app.extensions["scenarios"]
    with found.lock:
        fullest = found.limits.use(found.now, members=False)[:1]
        options = found.delivery.options
        disturbed = [name for name in ("duplicate", "reorder", "shuffle", "binary_prefix", "outage") if getattr(options, name)]
        if any(options.delay):
            disturbed.append("delay")
        return answer(
            {
                "now": found.now, "paused": found.clock.paused, "offset": round(found.clock.offset, 3),
                "pending_callbacks": found.delivery.pending, "faults": found.faults.count(), "disturbed": disturbed,
                "fullest": fullest[0] if fullest else None, "running": scenarios.running(),
            }
        )  # fmt: skip


@bp.get("/paths")
def list_paths() -> Response:
    """Every call that is served; faults and limits take these names."""
    rows = [{"path": path, "method": each.method, "family": each.family} for path, each in sorted(TABLE.items())]
    return answer({"paths": rows})


@bp.get("/errcodes")
def list_errcodes() -> Response:
    """`name` is Chinese and short, `text` what the platform would say; either may be empty."""
    codes = sorted({*TEXTS, *NAMES})
    rows = [{"errcode": code, "name": NAMES.get(code, ""), "text": TEXTS.get(code, "")} for code in codes]
    return answer({"errcodes": rows})
