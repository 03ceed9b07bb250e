"""What is sent in place of a photo, to a real web server: refused with the reason, and the memory of its process stays flat."""

import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from benchmarks.stage import free_port
from foundation.db import transaction
from foundation.web_worker import READ_SECONDS
from supervisor.stack import is_up
from tests.builders.sop import make_brand
from tests.flows.browsers import WECOM, Visitor

ROOT = Path(__file__).parent.parent.parent
EDGE = "----photo"
HEAD = f'--{EDGE}\r\nContent-Disposition: form-data; name="photo"; filename="{{name}}"\r\nContent-Type: image/jpeg\r\n\r\n'
END = f"\r\n--{EDGE}--\r\n".encode()
MB = 1024 * 1024
JPEG_START = b"\xff\xd8\xff\xe0"


@dataclass
class Server:
    """A running web server and a guide's cookie and token for it."""

    process: "subprocess.Popen[bytes]"
    port: int
    headers: dict[str, str]

    def upload(self, content: bytes, name: str = "photo.jpg", *, chunked: bool = False) -> tuple[int, dict[str, object]]:
        """Send one file as a form does; the status and the answer. A server that hangs up while we still send is fine."""
        body = HEAD.format(name=name).encode() + content + END
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        parts = (body[start : start + MB] for start in range(0, len(body), MB))
        length = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(len(body))}
        with suppress(BrokenPipeError, ConnectionResetError):
            headers = {**self.headers, **length, "Content-Type": f"multipart/form-data; boundary={EDGE}"}
            connection.request("POST", "/sidebar/photos", parts, headers, encode_chunked=chunked)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text or b"{}")

    def peak_mb(self) -> float:
        """The most memory a worker ever held."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        found = [re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child}/status").read_text()) for child in children]
        return max(int(one[1]) for one in found if one) / 1024


@pytest.fixture
def server(app: Flask, tmp_path: Path) -> Iterator[Server]:
    """gunicorn with one worker, as it really runs."""
    with transaction() as session:
        guide = make_brand(session).ai
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["person_id"], cookie["epoch"] = guide.id, guide.epoch
    token = Visitor(client, guide)._token("sidebar")
    kept = client.get_cookie("guidedesk")
    assert kept is not None
    port = free_port()
    env = {**os.environ, "WEB_WORKERS": "1", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "error", "app:create_app()"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
    until = time.monotonic() + 90
    while not is_up(f"http://127.0.0.1:{port}/healthz"):
        assert time.monotonic() < until, "the web server did not start"
        time.sleep(0.1)
    headers = {"Cookie": f"guidedesk={kept.value}", "X-CSRFToken": token, "Accept": "application/json", "User-Agent": WECOM}
    yield Server(process, port, headers)
    process.send_signal(signal.SIGTERM)
    process.wait(90)


def picture(size: tuple[int, int] = (3000, 2000)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#aa3322").save(out, "JPEG")
    return out.getvalue()


def bomb(kind: str) -> bytes:
    """A few kilobytes that would unpack to hundreds of megabytes."""
    out = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", (16_000, 16_000)).save(out, kind, quality=5)
    return out.getvalue()


def test_what_is_no_photo_is_refused_with_its_reason_and_costs_no_memory(server: Server) -> None:
    for _ in range(2):
        assert server.upload(picture())[0] == 200
    before = server.peak_mb()
    refused = [
        (server.upload(JPEG_START + b"\0" * (60 * MB)), {413}, "文件太大|照片太大"),
        (server.upload(JPEG_START + b"\0" * (60 * MB), chunked=True), {413}, "文件太大|照片太大"),
        (server.upload(JPEG_START + b"\0" * (12 * MB)), {413}, "10 MB"),
        (server.upload(b"%PDF-1.7\n" + b"x" * 9 * MB, "合同.jpg"), {422}, "不是照片"),
        (server.upload(b"PK\x03\x04" + b"\0" * 5000, "photo.jpg"), {422}, "不是照片"),
        (server.upload(b"GIF89a" + b"\0" * 5000), {422}, "不是照片"),
        (server.upload(bomb("PNG")), {422}, "尺寸太大"),
        (server.upload(bomb("JPEG")), {422}, "尺寸太大"),
        (server.upload(picture()[:3000]), {422}, "损坏"),
        (server.upload(b""), {422}, "不是照片"),
    ]
    for number, ((status, answer), wanted, words) in enumerate(refused):
        assert status in wanted, (number, status, answer)
        assert re.search(words, str(answer.get("message"))), (number, answer)
    assert server.peak_mb() - before < 70
    assert server.upload(picture())[0] == 200, "the server is well"


def test_a_sender_that_stops_in_the_middle_holds_nobody_up(server: Server) -> None:
    stuck = []
    for _ in range(8):
        line = socket.create_connection(("127.0.0.1", server.port))
        lines = "".join(f"{name}: {value}\r\n" for name, value in server.headers.items())
        start = f"POST /sidebar/photos HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: 5000000\r\n"
        line.sendall(f"{start}Content-Type: multipart/form-data; boundary={EDGE}\r\n\r\n".encode() + b"x" * 1000)
        stuck.append(line)
    began = time.monotonic()
    assert server.upload(picture((400, 300)))[0] == 200
    assert time.monotonic() - began < READ_SECONDS, "not when the others are given up"
    for line in stuck:
        line.close()
