"""The door of /cgi-bin/: faults, checks, the handler, the log. HTTP status is 200 whatever the errcode says."""

import json
import time
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
NO_CODE = -2


@bp.route("/cgi-bin/<path:path>", methods=["GET", "POST"])
def serve(path: str) -> Response:
    world: World = current_app.extensions["world"]
    endpoint = TABLE.get(path)
    if endpoint is None:
        return _unknown(world, path)
    started = time.perf_counter()
    with world.lock:
        running = world.calls.enter(path)
        faults = world.faults.take(path)
    try:
        question = _question(request)
        response, agentid, errcode = _through(world, path, endpoint, running, faults)
    finally:
        with world.lock:
            world.calls.leave(path)
    elapsed = (time.perf_counter() - started) * 1000
    answer = b"" if response.is_streamed or response.mimetype != "application/json" else response.get_data()
    with world.lock:
        world.calls.record(path, agentid, errcode, world.now, elapsed, question, answer)
    return response


def _question(request: Request) -> bytes:
    if request.mimetype == MULTIPART:
        return f"(multipart, {request.content_length} bytes)".encode()
    if _too_large(request):
        return f"({request.content_length} bytes)".encode()
    if request.method == "POST":
        return request.get_data()
    return "&".join(f"{key}={value}" for key, value in request.args.items() if key != "access_token").encode()


def _too_large(request: Request) -> bool:
    """A body nobody reads: it would stand in memory for nothing."""
    most = request.max_content_length
    return most is not None and (request.content_length or 0) > most


def _through(world: World, path: str, endpoint: Endpoint, running: int, faults: list[Fault]) -> tuple[Response, int, int]:
    """The response with the agentid of the caller and the errcode, past whatever faults were asked for."""
    blow = None
    for fault in faults:
        if fault.kind == "latency":
            world.closing.wait(world.faults.wait_of(fault))
        else:
            blow = fault
    if blow is None:
        return _answer(world, path, endpoint, running, 0)
    if blow.kind == "errcode":
        return _answer(world, path, endpoint, running, blow.errcode)
    agentid = _answer(world, path, endpoint, running, 0)[1] if blow.after else 0
    return disturbance.strike(world, blow), agentid, NO_CODE


def _answer(world: World, path: str, endpoint: Endpoint, running: int, forced: int) -> tuple[Response, int, int]:
    call = Call(world, request.args, {}, request.remote_addr or "127.0.0.1", byte_range=request.headers.get("Range", ""))
    with world.lock:
        try:
            if forced:
                raise ApiError(forced)
            admit(world, path, endpoint, call, running)
            _read(call, endpoint)
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


def _read(call: Call, endpoint: Endpoint) -> None:
    """Take the body in; JSON whatever the Content-Type says (wechatpy sends none)."""
    if endpoint.method == "GET":
        return
    if request.method == "GET":
        raise ApiError(40058)
    if _too_large(request):
        raise ApiError(45001 if endpoint.method == "UPLOAD" else 40206)
    if endpoint.method == "UPLOAD":
        parts = request.files.items() if request.mimetype == MULTIPART else ()
        call.uploads = {name: Upload(part.filename or "", part.mimetype, part.read()) for name, part in parts}
        return
    call.body = json_object(request.get_data())


def _json(body: dict[str, Any]) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), content_type=JSON_TYPE)


def _unknown(world: World, path: str) -> Response:
    with world.lock:
        if len(world.calls.unknown) < 1000:
            world.calls.unknown.append({"path": path, "method": request.method, "at": world.now})
    response = _json({"simulator": "unknown path", "path": path})
    response.status_code = 404
    return response
