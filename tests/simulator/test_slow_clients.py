"""Clients that send half a request, a byte now and then, or nothing: none of them keeps others from being answered."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from simulator.callbacks.post import Line
from simulator.patience import PatientSocket, Room
from tests.simulator.conftest import ROOT, free_port, stop

THREADS = 6
WAIT_SECONDS, HURRIED_SECONDS = 3.0, 0.5
# The same server, less patient.
STARTED = f"""
from simulator import __main__, patience
patience.WAIT_SECONDS, patience.HURRIED_SECONDS = {WAIT_SECONDS}, {HURRIED_SECONDS}
__main__.main()
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    chosen = free_port()
    options = ["--port", str(chosen), "--brand", "empty", "--threads", str(THREADS)]
    process = subprocess.Popen([sys.executable, "-c", STARTED, *options], cwd=ROOT)
    until_it_listens(chosen)
    yield chosen
    stop(process)


def until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            requests.get(f"http://127.0.0.1:{port}/_control/health", timeout=1)
            return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.05)


def connect(port: int, data: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=20)
    line.sendall(data)
    return line


def seconds_until_answered(port: int) -> float:
    started = time.monotonic()
    assert requests.get(f"http://127.0.0.1:{port}/_control/health", timeout=30).ok
    return time.monotonic() - started


def test_two_thousand_idle_connections_hold_no_thread(port):
    lines = [connect(port, b"") for _ in range(1_100)]
    assert seconds_until_answered(port) < 2
    for line in lines:
        line.close()
    assert seconds_until_answered(port) < 2


def test_half_requests_leave_threads_for_others(port):
    begin = b"POST /_control/clock HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
    lines = [connect(port, begin) for _ in range(THREADS)] + [connect(port, begin + b"\r\n{") for _ in range(THREADS)]
    started = time.monotonic()
    while time.monotonic() - started < HURRIED_SECONDS:
        # Dripping: never long without a byte.
        for line in lines:
            drip(line)
        time.sleep(0.1)
    assert seconds_until_answered(port) < 3 * HURRIED_SECONDS + 2
    # Nobody is kept longer than the wait: the line ends, with or without a refusal.
    for line in lines:
        line.settimeout(max(0.1, started + WAIT_SECONDS + 4 * HURRIED_SECONDS + 2 - time.monotonic()))
        assert over(line)


def drip(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.sendall(b"x")


def over(line: socket.socket) -> bool:
    try:
        while line.recv(4096):
            pass
    except ConnectionError:
        return True
    finally:
        line.close()
    return True


def _seconds_of_refusal(patient: PatientSocket) -> float:
    started = time.monotonic()
    with pytest.raises(ConnectionResetError):
        patient.recv(1)
    return time.monotonic() - started


def test_patience_is_for_waiting_and_grows_with_what_comes():
    ours, theirs = socket.socketpair()
    patient = PatientSocket(ours, Room(1))
    patient._left = 0.2
    theirs.sendall(b"x" * 100)
    time.sleep(0.3)
    # It was not waiting while nobody read.
    assert len(patient.recv(50)) == 50
    assert len(patient.recv(50)) == 50
    started = time.monotonic()
    with pytest.raises(ConnectionResetError):
        patient.recv(1)
    assert time.monotonic() - started > 0.1
    # Once over, it is over: whoever tries again does not wait again.
    assert min(_seconds_of_refusal(patient) for _ in range(5)) < 0.1
    patient.begin()
    theirs.sendall(b"y")
    assert patient.recv(1) == b"y"
    ours.close()
    theirs.close()


def test_a_receivers_answer_has_one_deadline_however_it_drips():
    server = socket.create_server(("127.0.0.1", 0))
    line = Line()
    try:

        def drip_an_answer() -> None:
            peer, _ = server.accept()
            peer.recv(65536)
            with peer:
                for _ in range(300):
                    try:
                        peer.sendall(b"H")
                    except OSError:
                        return
                    time.sleep(0.1)

        threading.Thread(target=drip_an_answer, daemon=True).start()
        started = time.monotonic()
        answer = line.send("POST", f"http://127.0.0.1:{server.getsockname()[1]}/", {}, b"<xml/>", 0.5)
        assert (answer.status, answer.error) == (0, "timeout")
        assert time.monotonic() - started < 15, "far sooner than the last drop"
    finally:
        line.close()
        server.close()
