"""/_control for time, rules and trouble: clock, limits, faults, tokens, reset, snapshot."""

import difflib
import re
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from simulator import settling, snapshot, token_trouble
from simulator.actions.request import ImpossibleError
from simulator.api.table import TABLE
from simulator.brands.table import NAMES, find_brand
from simulator.control.answer import answer, body, refuse, world
from simulator.control.scenarios import stage
from simulator.faults import EXAMPLE

bp = Blueprint("rules", __name__, url_prefix="/_control")
USE_SHOWN = 40
TEN_YEARS = 3650 * 86400
TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


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
    if not isinstance(brand, str) or not isinstance(seed, int):
        return refuse(f'brand is one of {", ".join(NAMES)} and seed a number; for example {{"brand": "sample", "seed": 7}}')
    try:
        fill = find_brand(brand, seed)
    except ValueError as error:
        return refuse(f'{error}; for example {{"brand": "sample", "seed": 7}}')
    stage().stop()
    world().reset(fill, seed)
    return answer({"ok": True, "counts": world().counts()})


@bp.post("/snapshot")
def save_snapshot() -> Response:
    wanted, standing = body().get("file"), world().settings.snapshot
    if (wanted is not None and not isinstance(wanted, str)) or not (wanted or standing):
        return refuse('name a file, for example {"file": "var/wecom.json"}, or start with --snapshot')
    file = Path(wanted or str(standing))
    try:
        snapshot.save(world(), file)
    except (OSError, ValueError) as error:
        return refuse(f'nothing was saved ({error}); name another file, for example {{"file": "var/wecom.json"}}')
    return answer({"ok": True, "file": str(file), "bytes": file.stat().st_size})


@bp.route("/clock", methods=["GET", "POST"])
def clock() -> Response:
    found = world()
    if request.method == "POST":
        wanted = body()
        seconds = wanted.get("advance", 0)
        if not wanted or not set(wanted) <= {"advance", "pause", "resume", "to"} or not _span(seconds):
            return refuse('say {"advance": 3600}, {"to": "22:30"}, {"pause": true} or {"resume": true}')
        with found.lock:
            if "to" in wanted:
                seconds += found.clock.until(*_time_of_day(wanted["to"]))
            if wanted.get("pause"):
                found.clock.pause()
            if wanted.get("resume"):
                found.clock.resume()
            found.clock.advance(seconds)
            settling.settle(found)
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
        return answer(found.limits.as_json(found.now) | {"use": found.limits.use(found.now)[:USE_SHOWN]})


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
        wanted = body()
        try:
            _known_path(wanted.get("path"))
            return answer({"id": found.faults.add(wanted).id})
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
    agentid = wanted.get("agentid")
    known = agentid is None or (isinstance(agentid, int) and agentid in found.state.apps)
    if wanted.get("action") not in token_trouble.ACTIONS or not known:
        names = ", ".join(token_trouble.ACTIONS)
        return refuse(f'action is one of {names}, with or without an agentid: {{"action": "revoke", "agentid": 1000002}}')
    with found.lock:
        return answer({"tokens": token_trouble.spoil(found, str(wanted["action"]), agentid)})


def _span(seconds: Any) -> bool:
    return isinstance(seconds, int | float) and not isinstance(seconds, bool) and abs(seconds) <= TEN_YEARS


def _time_of_day(wanted: Any) -> tuple[int, int]:
    found = TIME.fullmatch(wanted) if isinstance(wanted, str) else None
    if found is None:
        raise ImpossibleError('to is a time of day in Shanghai, for example {"to": "22:30"}', 400)
    return int(found[1]), int(found[2])


def _known_path(path: Any) -> None:
    """ValueError when a fault could never strike there; a fault's other mistakes are said first by itself."""
    if not isinstance(path, str) or path == "*" or path in TABLE:
        return
    if path.endswith("/*") and any(each.startswith(path[:-1]) for each in TABLE):
        return
    near = difflib.get_close_matches(path, TABLE, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ValueError(f"no call is named {path}; {hint}a fault looks like {EXAMPLE}")


def _change(change: Any, wanted: dict[str, Any]) -> None:
    try:
        change(wanted)
    except ValueError as error:
        raise ImpossibleError(str(error), 400) from error
