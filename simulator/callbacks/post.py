"""One HTTP conversation with a receiver over a kept connection; knows nothing of events."""

import http.client
import io
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BODY_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """status 0 means there was no answer and `error` says why."""

    status: int
    body: bytes
    elapsed_ms: float
    error: str = ""


def _left(deadline: float) -> float:
    """Seconds until then; TimeoutError when it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class TimedSocket:
    """A connection as http.client uses it, whose reads and writes all end at one deadline (the socket's own timeout would
    begin anew with every byte)."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.deadline = 0.0

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(_left(self.deadline))
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """`mode` is rb: the only one http.client asks for."""
        return io.BufferedReader(TimedReader(self._sock, self.deadline))

    def close(self) -> None:
        self._sock.close()


class TimedReader(io.RawIOBase):
    """One answer's bytes as they come. Holds the socket open by a file of its own until the answer is read."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        self._sock.settimeout(_left(self._deadline))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class Line:
    """A worker's connections, one per receiver host; not shared between threads."""

    def __init__(self) -> None:
        self._open: dict[str, http.client.HTTPConnection] = {}
        self._timed: dict[str, TimedSocket] = {}

    def send(self, method: str, url: str, args: dict[str, str], body: bytes | None, timeout: float) -> Answer:
        """Send once; `timeout` is for all of it, however slowly the answer comes. A kept connection the other side had closed
        is opened again without counting."""
        started = time.perf_counter()
        deadline = time.monotonic() + timeout
        netloc = ""
        try:
            parts = urlsplit(url)
            netloc, kept = parts.netloc, parts.netloc in self._open
            target = f"{parts.path or '/'}?{parts.query + '&' if parts.query else ''}{urlencode(args)}"
            try:
                status, answer = self._exchange(parts.scheme, netloc, method, target, body, deadline)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                if not kept:
                    raise
                self._drop(netloc)
                status, answer = self._exchange(parts.scheme, netloc, method, target, body, deadline)
        # OverflowError: a port above 65535
        except (OSError, http.client.HTTPException, ValueError, OverflowError) as error:
            self._drop(netloc)
            reason = "timeout" if isinstance(error, TimeoutError | socket.timeout) else f"{type(error).__name__}: {error}"
            return Answer(0, b"", (time.perf_counter() - started) * 1000, reason)
        return Answer(status, answer, (time.perf_counter() - started) * 1000)

    def close(self) -> None:
        for netloc in list(self._open):
            self._drop(netloc)

    def _exchange(
        self, scheme: str, netloc: str, method: str, target: str, body: bytes | None, deadline: float
    ) -> tuple[int, bytes]:
        connection = self._open.get(netloc)
        if connection is None:
            kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
            connection = self._open[netloc] = kind(netloc, timeout=_left(deadline))
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sock = self._timed[netloc] = TimedSocket(connection.sock)
        self._timed[netloc].deadline = deadline
        headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"} if body is not None else {}
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        answer = response.read(BODY_LIMIT)
        if response.will_close or not response.isclosed():
            self._drop(netloc)
        return response.status, answer

    def _drop(self, netloc: str) -> None:
        connection = self._open.pop(netloc, None)
        self._timed.pop(netloc, None)
        if connection is not None:
            connection.close()
