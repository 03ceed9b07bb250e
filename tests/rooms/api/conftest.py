"""Another system: it signs its requests as the document says, with code of its own."""

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.keys import make_key
from foundation.config import settings
from foundation.db import transaction
from tests.builders.sop import Brand, make_brand
from tests.web import app

__all__ = ["app"]


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        return make_brand(session)


@dataclass
class Crm:
    """A system with a key."""

    client: FlaskClient
    key: str
    secret: str

    def ask(self, method: str, path: str, body: Any = None, *, once: str = "", **changed: str) -> TestResponse:
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        stamp, nonce = changed.get("stamp", str(int(time.time()))), changed.get("nonce", secrets.token_hex(8))
        lines = [method, "/api/v1" + path, stamp, nonce, hashlib.sha256(raw).hexdigest()]
        signature = hmac.new(self.secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
        headers = {
            "X-Api-Key": self.key, "X-Timestamp": stamp, "X-Nonce": nonce, "X-Signature": changed.get("signature", signature),
            "Content-Type": "application/json",
        }  # fmt: skip
        if method != "GET":
            headers["Idempotency-Key"] = once or secrets.token_hex(8)
        return self.client.open(
            "/api/v1" + changed.get("sent_to", path), method=method, data=changed.get("raw", raw), headers=headers
        )


@pytest.fixture
def crm(app: Flask, brand: Brand) -> Crm:
    with transaction() as session:
        key, secret = make_key(
            session, brand.headquarters, "会员系统", ["members", "orders", "visits", "tags", "customers", "changes"]
        )
        return Crm(app.test_client(), key.key, secret)


@dataclass
class Listener:
    """A real HTTP server that hears webhooks and answers as it is told."""

    port: int
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?of=crm"


class Ears(ThreadingHTTPServer):
    """Sixteen addresses are told at once; of more than five that wait, the system's usual line drops the rest."""

    request_queue_size = 64


@pytest.fixture
def listener() -> Iterator[Listener]:
    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.heard.append((dict(self.headers), body))
            status = known.answers.pop(0) if known.answers else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args: object) -> None:
            pass

    server = Ears(("127.0.0.1", 0), Ear)
    known = Listener(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def own_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The setting that lets webhooks reach this machine."""
    monkeypatch.setenv("WEBHOOK_PRIVATE_ADDRESSES", "true")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
