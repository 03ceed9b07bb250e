"""Connections: kept, shared, and replaced when the other side has hung up."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders.platform import RESET, ScriptedPlatform
from wecom.errors import RetryLater
from wecom.transport import Transport


def test_one_caller_uses_one_connection_and_many_share(platform: ScriptedPlatform) -> None:
    transport = Transport(platform.address, connect_timeout=20, read_timeout=20)
    for _ in range(20):
        assert transport.exchange("GET", "agent/get", {}).status == 200
    assert len(transport._idle) == 1
    platform.latency = 0.05
    with ThreadPoolExecutor(50) as pool:
        replies = list(pool.map(lambda n: transport.exchange("POST", "message/send", {"n": str(n)}, b"{}"), range(200)))
    assert {reply.status for reply in replies} == {200}
    assert 1 < len(transport._idle) <= 50
    transport.close()
    assert not transport._idle


def test_a_connection_the_platform_closed_is_not_used_again() -> None:
    server, closed = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve() -> None:
        for _ in range(2):
            taken, _ = server.accept()
            taken.recv(65536)
            taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            taken.close()
            closed.set()

    thread = threading.Thread(target=serve)
    thread.start()
    transport = Transport(f"http://127.0.0.1:{server.getsockname()[1]}/base", connect_timeout=20, read_timeout=20)
    assert transport.exchange("GET", "a", {}).body == b"{}"
    assert closed.wait(60)
    assert transport.exchange("GET", "a", {}).body == b"{}"
    thread.join()
    server.close()
    transport.close()


def test_after_a_reset_the_next_call_is_fine(platform: ScriptedPlatform) -> None:
    transport = Transport(platform.address, connect_timeout=20, read_timeout=20)
    platform.then("a", RESET)
    with pytest.raises(RetryLater) as caught:
        transport.exchange("GET", "a", {"access_token": "secret"})
    assert caught.value.maybe_done
    assert "secret" not in str(caught.value)
    assert transport.exchange("GET", "a", {}).status == 200
    transport.close()
