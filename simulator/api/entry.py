"""The door of /cgi-bin/: faults, checks, the handler, the log. HTTP status is 200 whatever the errcode says."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Request, Response, current_app, request

from simulator.api import disturbance
from simulator.api.access import admit
from simulator.api.bodies import json_object
from simulator.api.call import Call, Endpoint, Upload
from simulator.api.table import TABLE
from simulator.errors import ApiError, NotServedError, error_body
from simulator.faults import Fault
from simulator.world.world import World

bp = Blueprint("api", __name__)
JSON_TYPE = "application/json; charset=UTF-8"
MULTIPART = "multipart/form-data"
NO_CODE, CRASHED = -2, -1


@dataclass(frozen=True, slots=True)
class Sent:
    """A request once all of it has come; `shown` is what the log of calls keeps."""

    shown: bytes
    content: bytes = b""
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    too_large: bool = False


@bp.route("/cgi-bin/<path:path>", methods=["GET", "POST"])
def serve(path: str) -> Response:
    world: World = current_app.extensions["world"]
    endpoint = TABLE.get(path)
    if endpoint is None:
        return _unknown(world, path)
    # All of it before anything is locked or counted: a caller may take its time over a body.
    sent = _sent(request, endpoint)
    started = time.perf_counter()
    with world.lock:
        running = world.calls.enter(path)
        faults = world.faults.take(path)
    outcome: tuple[Response, int, int] | None = None
    try:
        outcome = _through(world, path, endpoint, sent, running, faults)
    finally:
        _record(world, path, sent.shown, outcome, (time.perf_counter() - started) * 1000)
    return outcome[0]


def _record(world: World, path: str, question: bytes, outcome: tuple[Response, int, int] | None, elapsed: float) -> None:
    """Write the call down; without an outcome the simulator itself broke, and Flask logs the traceback."""
    response, agentid, errcode = outcome or (None, 0, CRASHED)
    readable = response is not None and not response.is_streamed and response.mimetype == "application/json"
    answer = response.get_data() if response is not None and readable else b""
    with world.lock:
        world.calls.leave(path)
        world.calls.crashes += outcome is None
        world.calls.record(path, agentid, errcode, world.now, elapsed, question, answer)


def _sent(request: Request, endpoint: Endpoint) -> Sent:
    """Take the whole request in, off the line."""
    if request.method == "GET":
        args = "&".join(f"{key}={value}" for key, value in request.args.items() if key != "access_token")
        return Sent(args.encode())
    if _too_large(request):
        return Sent(f"({request.content_length} bytes)".encode(), too_large=True)
    if endpoint.method != "UPLOAD":
        content = request.get_data()
        return Sent(content, content)
    parts = request.files.items() if request.mimetype == MULTIPART else ()
    uploads = {name: Upload(part.filename or "", part.mimetype, part.read()) for name, part in parts}
    return Sent(f"(multipart, {request.content_length} bytes)".encode(), uploads=uploads)


def _too_large(request: Request) -> bool:
    """A body nobody reads: it would stand in memory for nothing."""
    most = request.max_content_length
    return most is not None and (request.content_length or 0) > most


def _through(
    world: World, path: str, endpoint: Endpoint, sent: Sent, running: int, faults: list[Fault]
) -> tuple[Response, int, int]:
    """The response with the agentid of the caller and the errcode, past whatever faults were asked for."""
    blow = None
    for fault in faults:
        if fault.kind == "latency":
            disturbance.hold(world, fault)
        else:
            blow = fault
    if blow is None:
        return _answer(world, path, endpoint, sent, running, 0)
    if blow.kind == "errcode":
        return _answer(world, path, endpoint, sent, running, blow.errcode)
    agentid = _answer(world, path, endpoint, sent, running, 0)[1] if blow.after else 0
    return disturbance.strike(world, blow), agentid, NO_CODE


def _answer(world: World, path: str, endpoint: Endpoint, sent: Sent, running: int, forced: int) -> tuple[Response, int, int]:
    call = Call(world, request.args, {}, request.remote_addr or "127.0.0.1", byte_range=request.headers.get("Range", ""))
    with world.lock:
        try:
            if forced:
                raise ApiError(forced)
            admit(world, path, endpoint, call, running)
            _hand_over(sent, call, endpoint)
            result = endpoint.handler(call)
            if not isinstance(result, dict):
                return Response(result.response, result.status, result.headers), _agentid(call), 0
            body = {"errcode": 0, "errmsg": "ok. Warning: wrong json format. " if call.warned else "ok"} | result
        except NotServedError as error:
            return _unknown(world, str(error)), _agentid(call), NO_CODE
        except ApiError as error:
            body = error_body(error, world.rng, world.now, call.ip)
            body = body | {key: value for key, value in endpoint.empty.items() if key not in body}
    return _json(body), _agentid(call), int(body["errcode"])


def _agentid(call: Call) -> int:
    return call.caller.agentid if call.caller else 0


def _hand_over(sent: Sent, call: Call, endpoint: Endpoint) -> None:
    """The body as the handler wants it; JSON whatever the Content-Type says (wechatpy sends none)."""
    if endpoint.method == "GET":
        return
    if request.method == "GET":
        raise ApiError(40058)
    if sent.too_large:
        raise ApiError(45001 if endpoint.method == "UPLOAD" else 40206)
    if endpoint.method == "UPLOAD":
        call.uploads = sent.uploads
        return
    call.body = json_object(sent.content)


def _json(body: dict[str, Any]) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), content_type=JSON_TYPE)


def _unknown(world: World, path: str) -> Response:
    with world.lock:
        if len(world.calls.unknown) < 1000:
            world.calls.unknown.append({"path": path, "method": request.method, "at": world.now})
    response = _json({"simulator": "unknown path", "path": path})
    response.status_code = 404
    return response
