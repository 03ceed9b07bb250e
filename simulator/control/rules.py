"""/_control for time, rules and trouble: clock, limits, faults, tokens, reset, snapshot."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from simulator import snapshot
from simulator.actions.request import ImpossibleError
from simulator.brands.table import BRANDS
from simulator.control.answer import answer, body, refuse, world

bp = Blueprint("rules", __name__, url_prefix="/_control")
TOKEN_ACTIONS = {"expire": 40014, "revoke": 40014, "expire_as_42001": 42001}


@bp.get("/health")
def show_health() -> Response:
    found = world()
    return answer(
        {
            "ok": True, "now": found.now, "paused": found.clock.paused, "clock_offset": round(found.clock.offset, 3),
            "pending_callbacks": found.delivery.pending, "corpid": found.state.corpid, "counts": found.counts(),
            "product_url": found.settings.product_url,
        }
    )  # fmt: skip


@bp.post("/reset")
def reset() -> Response:
    wanted = body()
    brand, seed = wanted.get("brand", "empty"), wanted.get("seed", world().settings.seed)
    if brand not in BRANDS or not isinstance(seed, int):
        return refuse(f'brand is one of {", ".join(BRANDS)} and seed a number; for example {{"brand": "sample", "seed": 7}}')
    world().reset(BRANDS[brand], seed)
    return answer({"ok": True, "counts": world().counts()})


@bp.post("/snapshot")
def save_snapshot() -> Response:
    wanted, standing = body().get("file"), world().settings.snapshot
    file = Path(str(wanted)) if wanted else standing
    if file is None:
        return refuse('name a file, for example {"file": "var/wecom.json"}, or start with --snapshot')
    snapshot.save(world(), file)
    return answer({"ok": True, "file": str(file), "bytes": file.stat().st_size})


@bp.route("/clock", methods=["GET", "POST"])
def clock() -> Response:
    found = world()
    if request.method == "POST":
        wanted = body()
        seconds = wanted.get("advance", 0)
        if not wanted or not set(wanted) <= {"advance", "pause", "resume"} or not isinstance(seconds, int | float):
            return refuse('say {"advance": 3600} or {"pause": true} or {"resume": true}')
        with found.lock:
            if wanted.get("pause"):
                found.clock.pause()
            if wanted.get("resume"):
                found.clock.resume()
            found.clock.advance(seconds)
    return answer({"now": found.now, "paused": found.clock.paused, "offset": round(found.clock.offset, 3)})


@bp.route("/limits", methods=["GET", "POST"])
def limits() -> Response:
    """POST {"reset": true} gives the documented figures back and starts every counter again."""
    found = world()
    if request.method == "POST":
        wanted = body()
        with found.lock:
            if wanted.pop("reset", False):
                found.limits.reset()
            _change(found.limits.change, wanted)
    with found.lock:
        return answer(found.limits.as_json())


@bp.route("/delivery", methods=["GET", "POST"])
def delivery() -> Response:
    found = world()
    if request.method == "POST":
        _change(found.delivery.options.change, body())
        found.delivery.wake()
    return answer(found.delivery.options.as_json())


@bp.route("/faults", methods=["GET", "POST", "DELETE"])
def faults() -> Response:
    found = world()
    with found.lock:
        if request.method == "DELETE":
            return answer({"removed": found.faults.remove()})
        if request.method == "GET":
            return answer({"faults": found.faults.as_json()})
        try:
            return answer({"id": found.faults.add(body()).id})
        except ValueError as error:
            return refuse(str(error))


@bp.delete("/faults/<int:fault_id>")
def remove_fault(fault_id: int) -> Response:
    with world().lock:
        removed = world().faults.remove(fault_id)
    return answer({"removed": removed}) if removed else refuse(f"there is no fault {fault_id}", 404)


@bp.post("/tokens")
def spoil_tokens() -> Response:
    """Make the access tokens that are out stop working; the next gettoken gives a new one."""
    wanted, found = body(), world()
    refusal = TOKEN_ACTIONS.get(str(wanted.get("action")))
    if refusal is None:
        return refuse(f'action is one of {", ".join(TOKEN_ACTIONS)}; for example {{"action": "revoke", "agentid": 1000002}}')
    with found.lock:
        hit = [
            token for token in found.state.passes.tokens.values()
            if not token.refusal and wanted.get("agentid") in (None, token.agentid)
        ]  # fmt: skip
        for token in hit:
            token.refusal = refusal
    return answer({"tokens": len(hit)})


def _change(change: Any, wanted: dict[str, Any]) -> None:
    try:
        change(wanted)
    except ValueError as error:
        raise ImpossibleError(str(error), 400) from error
