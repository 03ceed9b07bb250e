"""Clients that send half a request and wait must not hold the web server: their connections end by themselves."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.stage import free_port

ROOT = Path(__file__).parent.parent.parent
SILENT = 12


def test_silent_clients_give_their_threads_back(database: None, tmp_path: Path) -> None:
    port = free_port()
    env = {**os.environ, "WEB_WORKERS": "1", "WEB_THREADS": "8", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "app:create_app()"]
    with (tmp_path / "web.log").open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    silent: list[socket.socket] = []
    try:
        until(lambda: answers(port), 90)
        for _ in range(SILENT):
            silent.append(socket.create_connection(("127.0.0.1", port)))
            silent[-1].sendall(b"GET /h")
        time.sleep(1)
        until(lambda: answers(port), 90)
    finally:
        for each in silent:
            each.close()
        server.terminate()
        server.wait(90)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def until(holds, seconds: float) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.2)
