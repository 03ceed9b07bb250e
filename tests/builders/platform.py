"""A platform that answers as a script says, over real HTTP: for faults the simulator would have to be talked into."""

import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from foundation.config import settings
from wecom import client

Answer = Any


@dataclass(frozen=True)
class Raw:
    """An answer that is not the platform's usual JSON."""

    body: bytes
    kind: str = "text/html"
    status: int = 200


RESET = object()


@dataclass
class Call:
    """One request as it came."""

    path: str
    query: dict[str, str]
    body: bytes
    kind: str
    at: float = field(default_factory=time.monotonic)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class ScriptedPlatform:
    """`script[path]` is a queue of answers, used up first; then `always[path]`; then errcode 0. A callable gets the Call."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.script: dict[str, deque[Answer]] = {}
        self.always: dict[str, Answer] = {"gettoken": self._token}
        self.issued: list[str] = []
        self.refused_tokens: set[str] = set()
        self.latency = 0.0
        self.in_flight: dict[str, int] = {}
        self.in_flight_max: dict[str, int] = {}
        self._lock = threading.Lock()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                platform._serve(self)

            do_GET = do_POST = handle_one  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 512
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def then(self, path: str, *answers: Answer) -> None:
        """The next answers of a path."""
        self.script.setdefault(path, deque()).extend(answers)

    def of(self, path: str) -> list[Call]:
        """The calls of a path so far."""
        return [call for call in self.calls if call.path == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _token(self, _call: Call) -> Answer:
        self.issued.append(f"token-{len(self.issued) + 1}")
        return {"errcode": 0, "errmsg": "ok", "access_token": self.issued[-1], "expires_in": 7200}

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        path = parts.path.removeprefix("/cgi-bin/")
        call = Call(path, dict(parse_qsl(parts.query)), body, handler.headers.get("Content-Type") or "")
        with self._lock:
            self.in_flight[path] = self.in_flight.get(path, 0) + 1
            self.in_flight_max[path] = max(self.in_flight[path], self.in_flight_max.get(path, 0))
            self.calls.append(call)
            answer = self._answer(call)
        if self.latency:
            time.sleep(self.latency)
        with self._lock:
            self.in_flight[path] -= 1
        self._write(handler, answer)

    def _answer(self, call: Call) -> Answer:
        if call.query.get("access_token") in self.refused_tokens:
            return {"errcode": 40014, "errmsg": "invalid access_token, hint: [1]"}
        queue = self.script.get(call.path)
        answer = queue.popleft() if queue else self.always.get(call.path, {"errcode": 0, "errmsg": "ok"})
        return answer(call) if callable(answer) else answer

    def _write(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer is RESET:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
            return
        if isinstance(answer, threading.Event):
            answer.wait(120)
            answer = {"errcode": 0, "errmsg": "let go"}
        if isinstance(answer, float):
            time.sleep(answer)
            answer = {"errcode": 0, "errmsg": "late"}
        raw = answer if isinstance(answer, Raw) else Raw(json.dumps(answer).encode(), "application/json; charset=UTF-8")
        try:
            handler.send_response(raw.status)
            handler.send_header("Content-Type", raw.kind)
            handler.send_header("Content-Length", str(len(raw.body)))
            handler.end_headers()
            handler.wfile.write(raw.body)
        except OSError:
            handler.close_connection = True


@contextmanager
def scripted_platform(monkeypatch: pytest.MonkeyPatch, **env: str) -> Iterator[ScriptedPlatform]:
    """The product's client talks to a fresh scripted platform; `env` are further settings."""
    platform = ScriptedPlatform()
    monkeypatch.setenv("WECOM_API_BASE_URL", platform.address)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    forget_client()
    yield platform
    forget_client()
    platform.close()


def forget_client() -> None:
    """Settings and client are made anew at their next use."""
    settings.cache_clear()
    client._client_of.cache_clear()


def errcode(number: int) -> dict[str, Any]:
    """An error as the platform words it."""
    return {"errcode": number, "errmsg": f"some words, hint: [{number}], from ip: 10.0.0.1"}
