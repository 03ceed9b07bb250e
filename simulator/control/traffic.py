"""/_control for what went in and out: receivers, callbacks, calls, unknown paths."""

import dataclasses
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from simulator import ids
from simulator.actions.request import ImpossibleError
from simulator.callbacks.crypto import Envelope
from simulator.callbacks.verification import verify
from simulator.control.answer import LOG, PAGE, answer, body, number, refuse, world
from simulator.world.apps import Receiver
from simulator.world.world import World

bp = Blueprint("traffic", __name__, url_prefix="/_control")
UNVERIFIED = 'PUT {"verify": false} saves an address that does not answer yet'
EXAMPLE = '{"url": "http://127.0.0.1:8000/wecom/callback/app", "token": "…", "aes_key": "43 characters", "agentid": 1000002}'


@bp.get("/receivers")
def list_receivers() -> Response:
    with world().lock:
        return answer({"receivers": [dataclasses.asdict(each) for each in world().state.receivers.values()]})


@bp.put("/receivers/<name>")
def put_receiver(name: str) -> Response:
    """Save a callback address; with verify (the default) only one that opens the echo is saved."""
    found, wanted = world(), body()
    receiver = _receiver(found, name, wanted)
    if wanted.get("verify", True):
        echo = str(found.rng.randrange(10**18, 10**19))
        nonce = ids.opaque(found.rng, 11)
        prefix = found.delivery.prefix()
        verdict = verify(receiver, found.state.corpid, echo, str(found.clock.seconds()), nonce, prefix)
        result = dataclasses.asdict(verdict)
    else:
        result = {"verified": False, "elapsed_ms": 0.0, "status": 0, "error": ""}
    saved = result["verified"] or not wanted.get("verify", True)
    if saved:
        with found.lock:
            found.state.receivers[name] = receiver
        return answer(result | {"saved": True})
    why = f"{receiver.url} did not open the echo ({result['error']}), so it is not saved; {UNVERIFIED}"
    return answer(result | {"saved": False, "error": why}, 409)


@bp.delete("/receivers/<name>")
def clear_receiver(name: str) -> Response:
    """Take the address away; token and key stay."""
    with world().lock:
        receiver = world().receiver(name)
        if receiver is None:
            return refuse(f"there is no receiver {name}", 404)
        receiver.url = ""
    return answer({"ok": True})


@bp.get("/callbacks")
def list_callbacks() -> Response:
    """Newest first; filters event=, change_type=, status=, receiver=."""
    limit, wanted = number("limit", LOG), request.args
    attempts: list[dict[str, Any]] = []
    for each in reversed(list(world().delivery.attempts)):
        if len(attempts) >= limit:
            break
        if wanted.get("event", each.event) != each.event or wanted.get("receiver", each.receiver) != each.receiver:
            continue
        if wanted.get("change_type", each.change_type) != each.change_type:
            continue
        if wanted.get("status", str(each.status)) == str(each.status):
            attempts.append(dataclasses.asdict(each) | {"elapsed_ms": round(each.elapsed_ms, 2)})
    return answer({"attempts": attempts, "pending": world().delivery.pending})


@bp.delete("/callbacks")
def clear_callbacks() -> Response:
    """Forget the log and everything that waits; what is being sent right now is not tried again."""
    with world().lock:
        world().delivery.clear()
    return answer({"ok": True})


@bp.post("/callbacks/wait")
def wait_for_callbacks() -> Response:
    seconds = body().get("timeout", 10)
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 600:
        return refuse('timeout is in seconds, for example {"timeout": 10}')
    idle = world().delivery.wait_idle(seconds)
    return answer({"idle": idle, "pending": world().delivery.pending})


@bp.get("/calls")
def list_calls() -> Response:
    """The newest `limit` calls (filters path=, since_id=, errcode=) in the order they came, with counts per path."""
    path, since, limit = request.args.get("path"), number("since_id", 0), number("limit", LOG)
    calls, errcode = world().calls, request.args.get("errcode")
    with world().lock:
        records = list(calls.records)
        counts = {name: {"n": each[0], "ok": each[1], "errors": each[2]} for name, each in calls.by_path.items()}
        most = dict(calls.in_flight_max)
    found: list[dict[str, Any]] = []
    for each in reversed(records):
        if each.id <= since or len(found) >= limit:
            break
        if path in (None, each.path) and errcode in (None, str(each.errcode)):
            found.append(each.as_json())
    total = sum(each["n"] for name, each in counts.items() if path in (None, name))
    return answer({"calls": found[::-1], "total": total, "by_path": counts, "in_flight_max": most})


@bp.delete("/calls")
def clear_calls() -> Response:
    with world().lock:
        world().calls.clear()
    return answer({"ok": True})


@bp.get("/unknown")
def list_unknown() -> Response:
    return answer({"unknown": list(world().calls.unknown)})


@bp.get("/bridge_calls")
def list_bridge_calls() -> Response:
    """What pages asked their WeCom client for; filter userid=, newest last."""
    userid, limit = request.args.get("userid"), number("limit", PAGE)
    with world().lock:
        calls = [each for each in world().windows.calls if userid in (None, each["userid"])]
    return answer({"calls": calls[-limit:]})


def _receiver(found: World, name: str, wanted: dict[str, Any]) -> Receiver:
    """The receiver as it would be saved: what is not given stays as it was."""
    present = found.receiver(name) or Receiver(name, "", "", "", found.main_app().agentid)
    try:
        receiver = Receiver(
            name, str(wanted.get("url", present.url)), str(wanted.get("token", present.token)),
            str(wanted.get("aes_key", present.aes_key)),
            int(wanted["agentid"]) if wanted.get("agentid") is not None else present.agentid,
        )  # fmt: skip
        Envelope(receiver.token, receiver.aes_key, found.state.corpid)
        usable = _leads_somewhere(receiver.url)
    except (TypeError, ValueError, OverflowError) as error:
        raise ImpossibleError(f"{error}; a receiver looks like {EXAMPLE}", 400) from error
    if not usable or not receiver.token:
        raise ImpossibleError(f"a receiver looks like {EXAMPLE}", 400)
    return receiver


def _leads_somewhere(url: str) -> bool:
    """An http address with a host; ValueError when it is no address or its port no port."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
