"""One HTTP conversation with a receiver over a kept connection; knows nothing of events."""

import http.client
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

BODY_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """status 0 means there was no answer and `error` says why."""

    status: int
    body: bytes
    elapsed_ms: float
    error: str = ""


class Line:
    """A worker's connections, one per receiver host; not shared between threads."""

    def __init__(self) -> None:
        self._open: dict[str, http.client.HTTPConnection] = {}

    def send(self, method: str, url: str, args: dict[str, str], body: bytes | None, timeout: float) -> Answer:
        """Send once; a kept connection the other side had closed is opened again without counting."""
        started = time.perf_counter()
        parts = urlsplit(url)
        target = f"{parts.path or '/'}?{parts.query + '&' if parts.query else ''}{urlencode(args)}"
        kept = parts.netloc in self._open
        try:
            try:
                status, answer = self._exchange(parts.scheme, parts.netloc, method, target, body, timeout)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                if not kept:
                    raise
                self._drop(parts.netloc)
                status, answer = self._exchange(parts.scheme, parts.netloc, method, target, body, timeout)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._drop(parts.netloc)
            reason = "timeout" if isinstance(error, TimeoutError | socket.timeout) else f"{type(error).__name__}: {error}"
            return Answer(0, b"", (time.perf_counter() - started) * 1000, reason)
        return Answer(status, answer, (time.perf_counter() - started) * 1000)

    def close(self) -> None:
        for netloc in list(self._open):
            self._drop(netloc)

    def _exchange(
        self, scheme: str, netloc: str, method: str, target: str, body: bytes | None, timeout: float
    ) -> tuple[int, bytes]:
        connection = self._open.get(netloc)
        if connection is None:
            kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
            connection = self._open[netloc] = kind(netloc, timeout=timeout)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock.settimeout(timeout)
        headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"} if body is not None else {}
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        answer = response.read(BODY_LIMIT)
        if response.will_close or not response.isclosed():
            self._drop(netloc)
        return response.status, answer

    def _drop(self, netloc: str) -> None:
        connection = self._open.pop(netloc, None)
        if connection is not None:
            connection.close()
