"""/_control/stream: pages hear of changes as they happen; each open page holds a thread, so there is a limit to them."""

import json
import select
import socket
import time
from collections.abc import Iterator

from flask import Blueprint, Response, request

from simulator.control.answer import refuse, world
from simulator.world.notices import Watch
from simulator.world.world import World

bp = Blueprint("stream", __name__, url_prefix="/_control")
HEARTBEAT, LOOK = 15.0, 1.0


@bp.get("/stream")
def stream() -> Response:
    """Server-sent events `changed` about one member, one customer, or everybody; `either=1`: about either of the two."""
    found, either = world(), request.args.get("either", "") == "1"
    if not found.seats.take("stream"):
        most = found.seats.most["stream"]
        return refuse(f"too many pages watch: {most} streams are open at most (half of --threads); close one and try again", 503)
    watch = found.notices.watch(request.args.get("userid", ""), request.args.get("external_userid", ""), either)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    changes = _changes(found, watch, request.environ.get("gunicorn.socket"))
    response = Response(changes, content_type="text/event-stream", headers=headers)

    # Not in the generator: one that was never begun runs none of its code.
    @response.call_on_close
    def leave() -> None:
        found.notices.leave(watch)
        found.seats.leave("stream")

    return response


def _changes(found: World, watch: Watch, line: object) -> Iterator[str]:
    yield "event: ready\ndata: {}\n\n"
    said = time.monotonic()
    while not found.notices.closed and not _hung_up(line):
        changes = found.notices.wait(watch, LOOK)
        told = {(each["userid"], each["external_userid"]): each for each in changes}
        if told or time.monotonic() - said >= HEARTBEAT:
            said = time.monotonic()
            yield "".join(f"event: changed\ndata: {json.dumps(each)}\n\n" for each in told.values()) or ": still here\n\n"


def _hung_up(line: object) -> bool:
    """Is the page gone? Writing alone would only show it by the second heartbeat."""
    if not isinstance(line, socket.socket):
        return False
    try:
        # Asked first: a socket with a timeout would wait in recv, whatever the flags.
        look = select.poll()
        look.register(line, select.POLLIN)
        return bool(look.poll(0)) and line.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True
