"""Load from one process over keep-alive sockets: closed loop for throughput, open loop for latency. Bounded in time."""

import selectors
import socket
import time
from dataclasses import dataclass, field


@dataclass
class Result:
    """What came back: `times` in seconds per answer, `statuses` counted."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Answers with status 200 a second."""
        return self.statuses.get(200, 0) / self.seconds if self.seconds else 0.0

    def note(self, answer: bytes, took: float) -> None:
        """Count one answer."""
        status = int(answer[9:12])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.times.append(took)


def request_bytes(method: str, path: str, host: str, body: bytes = b"", headers: str = "") -> bytes:
    """One HTTP/1.1 request, ready to be written."""
    length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}{length}\r\n".encode() + body


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError("the server closed the connection in the middle of an answer")
    return data


def _complete(data: bytes) -> bool:
    head, mark, body = data.partition(b"\r\n\r\n")
    if not mark:
        return False
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return data.endswith(b"0\r\n\r\n")


@dataclass
class _Wire:
    socket: socket.socket
    began: float = 0.0
    data: bytes = b""


def closed_loop(port: int, requests: list[bytes], *, connections: int, seconds: float) -> Result:
    """Each connection sends its next request when the last was answered, until the time or the requests are over."""
    chooser, result, waiting = selectors.DefaultSelector(), Result(), iter(requests)
    began = time.perf_counter()
    until, open_wires = began + seconds, 0

    def send_next(wire: _Wire) -> bool:
        following = next(waiting, None) if time.perf_counter() < until else None
        if following is None:
            chooser.unregister(wire.socket)
            wire.socket.close()
            return False
        wire.data, wire.began = b"", time.perf_counter()
        wire.socket.sendall(following)
        return True

    for _ in range(connections):
        open_wires += send_next(_open(port, chooser))
    while open_wires:
        for key, _ in chooser.select(5):
            wire = key.data
            wire.data += _received(wire.socket)
            if _complete(wire.data):
                result.note(wire.data, time.perf_counter() - wire.began)
                open_wires -= not send_next(wire)
    result.seconds = time.perf_counter() - began
    return result


def open_loop(port: int, requests: list[bytes], *, rate: float, connections: int = 64) -> Result:
    """Send at a steady rate whatever the answers do; a request's time counts from when it should have left.

    A connection is opened when a request finds none idle, as a sender with a pool does.
    """
    chooser, result, idle, opened = selectors.DefaultSelector(), Result(), list[_Wire](), 0
    began, sent, answered = time.perf_counter(), 0, 0
    while answered < len(requests):
        now = time.perf_counter() - began
        while sent < len(requests) and sent / rate <= now and (idle or opened < connections):
            wire = idle.pop() if idle else _open(port, chooser)
            opened = max(opened, len(chooser.get_map()))
            wire.data, wire.began = b"", began + sent / rate
            wire.socket.sendall(requests[sent])
            sent += 1
        for key, _ in chooser.select(max(0.0, min(0.005, sent / rate - now))):
            wire = key.data
            wire.data += _received(wire.socket)
            if _complete(wire.data):
                result.note(wire.data, time.perf_counter() - wire.began)
                answered += 1
                idle.append(wire)
    for key in list(chooser.get_map().values()):
        key.data.socket.close()
    result.seconds = time.perf_counter() - began
    return result


def _open(port: int, chooser: selectors.BaseSelector) -> _Wire:
    wire = _Wire(socket.create_connection(("127.0.0.1", port)))
    wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    chooser.register(wire.socket, selectors.EVENT_READ, wire)
    return wire
