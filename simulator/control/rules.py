"""/_control for time, rules and trouble: clock, limits, faults, tokens, reset, snapshot."""

import difflib
import re
from typing import Any

from flask import Blueprint, Response, request

from simulator import settling, snapshot, snapshot_places, starting, token_trouble
from simulator.actions.request import ImpossibleError
from simulator.api.table import TABLE
from simulator.brands.table import NAMES, find_brand
from simulator.control.answer import answer, body, refuse, world
from simulator.control.scenarios import stage
from simulator.faults import EXAMPLE

bp = Blueprint("rules", __name__, url_prefix="/_control")
USE_SHOWN = 40
TEN_YEARS = 3650 * 86400
# 1970 and 2100 in Shanghai: what lies beyond can be neither counted nor written as a date.
FIRST_MOMENT, LAST_MOMENT = 0, 4_102_416_000
CLOCK = '{"advance": 3600} (seconds; -3600 goes back), {"to": "22:30"}, {"to": "real"}, {"pause": true} or {"resume": true}'
TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@bp.get("/health")
def show_health() -> Response:
    """`senders` are threads alive per receiver, `errors` the simulator's own mistakes (0 unless it has a bug), `held_threads`
    those that only wait, `turned_away` what found no thread left to wait in."""
    found = world()
    return answer(
        {
            "ok": True, "now": found.now, "paused": found.clock.paused, "clock_offset": round(found.clock.offset, 3),
            "pending_callbacks": found.delivery.pending, "corpid": found.state.corpid, "counts": found.counts(),
            "product_url": found.settings.product_url, "home": {"brand": found.home[0], "seed": found.home[1]},
            "brand": found.state.brand, "senders": found.delivery.senders(),
            "errors": {
                "settling": found.settling_errors, "delivery": found.delivery.errors, "calls": found.calls.crashes,
            },
            "held_threads": found.seats.taken, "turned_away": found.seats.turned_away,
        }
    )  # fmt: skip


@bp.post("/reset")
def reset() -> Response:
    """{brand, seed}; without a brand the one it was started with (or its snapshot's)."""
    wanted, home = body(), world().home
    brand = wanted.get("brand", home[0])
    seed = wanted.get("seed", home[1] if "brand" not in wanted else world().settings.seed)
    if not set(wanted) <= {"brand", "seed"} or not isinstance(brand, str) or isinstance(seed, bool) or not isinstance(seed, int):
        return refuse(f'brand is one of {", ".join(NAMES)} and seed a number; for example {{"brand": "sample", "seed": 7}}')
    try:
        fill = find_brand(brand, seed)
    except (ValueError, OSError) as error:
        return refuse(f'{error}; for example {{"brand": "sample", "seed": 7}}')
    stage().stop()
    world().reset(fill, seed, brand)
    return answer({"ok": True, "brand": brand, "seed": seed, "counts": world().counts()})


@bp.post("/snapshot")
def save_snapshot() -> Response:
    wanted, standing = body().get("file"), world().settings.snapshot
    if (wanted is not None and not isinstance(wanted, str)) or not (wanted or standing):
        return refuse('name a file, for example {"file": "var/wecom.json"}, or start with --snapshot')
    try:
        file = snapshot_places.to_write(wanted or str(standing), standing)
        snapshot.save(world(), file)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        return refuse(f'nothing was saved ({why}); name another file, for example {{"file": "var/wecom.json"}}')
    return answer({"ok": True, "file": str(file), "bytes": file.stat().st_size})


@bp.post("/snapshot/load")
def load_snapshot() -> Response:
    """{file, without_receivers}: put a saved state, its clock and its callback addresses in place of the present ones."""
    wanted, found = body(), world()
    file, alone = wanted.get("file", str(found.settings.snapshot or "")), wanted.get("without_receivers", False)
    if not set(wanted) <= {"file", "without_receivers"} or not isinstance(file, str) or not file or not isinstance(alone, bool):
        return refuse('name a file that was saved, for example {"file": "var/wecom.json", "without_receivers": true}')
    stage().stop()
    try:
        with found.lock:
            starting.read_snapshot(found, snapshot_places.to_read(file, found.settings.snapshot))
            if alone:
                found.clear_receivers()
            found.delivery.clear()
    except ValueError as error:
        return refuse(f'{error}; name a file that was saved, for example {{"file": "var/wecom.json"}}')
    return answer({"ok": True, "file": file, "counts": found.counts()})


@bp.route("/clock", methods=["GET", "POST"])
def clock() -> Response:
    found = world()
    if request.method == "POST":
        wanted = body()
        seconds = wanted.get("advance", 0)
        if not wanted or not set(wanted) <= {"advance", "pause", "resume", "to"} or not _span(seconds):
            return refuse(f"say {CLOCK}")
        with found.lock:
            if wanted.get("to") == "real":
                seconds -= found.clock.offset
            elif "to" in wanted:
                seconds += found.clock.until(*_time_of_day(wanted["to"]))
            if not FIRST_MOMENT <= found.now + seconds <= LAST_MOMENT:
                return refuse('the clock goes from 1970 to 2100; for example {"advance": 3600}')
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
            afresh = wanted.pop("reset", False)
            _change(found.limits.check, wanted)
            if afresh:
                found.limits.reset()
            found.limits.change(wanted)
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
    action = wanted.get("action")
    if not isinstance(action, str) or action not in token_trouble.ACTIONS or not known or wanted.keys() - {"action", "agentid"}:
        names = ", ".join(token_trouble.ACTIONS)
        return refuse(f'action is one of {names}, with or without an agentid: {{"action": "revoke", "agentid": 1000002}}')
    with found.lock:
        return answer({"tokens": token_trouble.spoil(found, action, agentid)})


def _span(seconds: Any) -> bool:
    return isinstance(seconds, int | float) and not isinstance(seconds, bool) and abs(seconds) <= TEN_YEARS


def _time_of_day(wanted: Any) -> tuple[int, int]:
    found = TIME.fullmatch(wanted) if isinstance(wanted, str) else None
    if found is None:
        raise ImpossibleError('to is a time of day in Shanghai or real, for example {"to": "22:30"}', 400)
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
