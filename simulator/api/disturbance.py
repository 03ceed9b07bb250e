"""What a fault other than an errcode does to the line: silence, a reset, a gateway's page, a bare HTTP status."""

import errno
import socket
import struct
from collections.abc import Iterator

from flask import Response, request

from simulator.faults import Fault
from simulator.world.world import World

PAGE = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"


def hold(world: World, fault: Fault) -> None:
    """Let the caller wait, unless so many wait already that nobody would be left to answer the others."""
    if world.seats.take("fault"):
        world.closing.wait(world.faults.wait_of(fault))
        world.seats.leave("fault")


def strike(world: World, fault: Fault) -> Response:
    """The response of a call hit by `fault`; `hang` holds the thread for its seconds."""
    if fault.kind == "html":
        return Response(PAGE, fault.status, content_type="text/html")
    if fault.kind == "http":
        return Response("", fault.status)
    if fault.kind == "hang":
        hold(world, fault)
    _reset_on_close()
    return Response(_broken_line(), 200, content_type="application/json")


def _reset_on_close() -> None:
    """Linger 0: the kernel sends RST instead of FIN, so the client sees 'connection reset by peer'. The server would say
    goodbye (shutdown) first, so the line is closed here."""
    line = request.environ.get("gunicorn.socket")
    if isinstance(line, socket.socket):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()


def _broken_line() -> Iterator[bytes]:
    # Raised before the first byte: the server gives the connection up without an answer.
    raise ConnectionResetError(errno.ECONNRESET, "fault: reset")
    yield b""
