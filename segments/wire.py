"""Messages between a web process and the counter: four bytes of length, then JSON, over a unix socket of this machine."""

import hashlib
import json
import socket
import struct
import tempfile
from pathlib import Path

from foundation.config import settings
from foundation.db import Json

MOST_ASKED = 512 * 1024
MOST_TOLD = 64 * 1024 * 1024
LONGEST_ADDRESS = 100


class BrokenOff(OSError):
    """The other side went away in the middle of a message, or sent what is none."""


def address() -> Path:
    """Where the counter listens: below DATA_DIR, or in the temporary folder when that path is too long for a socket."""
    wanted = settings().data_dir.absolute() / "counter.sock"
    if len(str(wanted).encode()) <= LONGEST_ADDRESS:
        return wanted
    return Path(tempfile.gettempdir()) / f"guidedesk-{hashlib.sha256(str(wanted).encode()).hexdigest()[:16]}.sock"


def send(line: socket.socket, message: Json) -> None:
    """Send one message."""
    body = json.dumps(message, separators=(",", ":")).encode()
    line.sendall(struct.pack(">I", len(body)) + body)


def receive(line: socket.socket, most: int) -> Json:
    """Read one message of at most `most` bytes. Raises BrokenOff."""
    (size,) = struct.unpack(">I", _exactly(line, 4))
    if size > most:
        raise BrokenOff(f"a message of {size} bytes")
    try:
        message = json.loads(_exactly(line, size))
    except (ValueError, RecursionError):
        raise BrokenOff("not JSON") from None
    if not isinstance(message, dict):
        raise BrokenOff("not an object")
    return message


def _exactly(line: socket.socket, size: int) -> bytes:
    parts, missing = [], size
    while missing:
        part = line.recv(min(missing, 1 << 20))
        if not part:
            raise BrokenOff("closed")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
