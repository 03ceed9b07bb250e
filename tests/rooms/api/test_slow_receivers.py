"""Addresses that answer for ever, a byte at a time: cut off, and nobody beside them waits."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from api import webhooks
from api.calling import send
from api.delivery import EACH_AT_ONCE, Outcome, Owed
from api.models import WebhookCall
from customers.models import Customer
from foundation import clock
from foundation.db import transaction
from jobs.api_jobs import tell_webhooks
from tests.builders.sop import Brand
from tests.rooms.api.conftest import Listener

# Sent once, then again and again: header bytes, body bytes, and promises that an answer will come.
DRIPS = {
    "headers": (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"a"),
    "promises": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}
FAR_BEYOND = 60


class Drip:
    """A server that keeps its caller waiting, for a minute at most."""

    def __init__(self, first: bytes, again: bytes) -> None:
        self._first, self._again = first, again
        self._server = socket.create_server(("127.0.0.1", 0))
        self.called = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.getsockname()[1]}/hook"

    def _serve(self) -> None:
        try:
            caller = self._server.accept()[0]
        except OSError:
            return
        with caller:
            self.called.set()
            until = time.monotonic() + FAR_BEYOND
            try:
                caller.sendall(self._first)
                while time.monotonic() < until and not self._over.wait(0.2):
                    caller.sendall(self._again)
            except OSError:
                return  # cut off, as it should be

    def close(self) -> None:
        self._over.set()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@pytest.fixture
def drips() -> Iterator[list[Drip]]:
    servers = [Drip(*words) for words in DRIPS.values()]
    yield servers
    for one in servers:
        one.close()


def _change(numbers: range) -> None:
    for number in numbers:
        with transaction() as session:
            session.add(Customer(external_userid=f"wm{number}", created_at=clock.now()))


def _heard(listener: Listener, count: int, telling: "Future[int]") -> None:
    """Wait until so many tellings were heard, while the slow ones are still being called."""
    while len(listener.heard) < count:
        assert not telling.done()
        time.sleep(0.05)
    assert not telling.done()


def test_who_answers_for_ever_is_cut_off_and_holds_up_nobody(
    brand: Brand, own_network: None, listener: Listener, drips: list[Drip]
) -> None:
    with transaction() as session:
        for name, url in [*zip(DRIPS, (one.url for one in drips), strict=True), ("quick", listener.url)]:
            webhooks.save_webhook(session, brand.headquarters, name, url, ["customer.changed"])
    _change(range(EACH_AT_ONCE + 5))
    with ThreadPoolExecutor(1) as pool:
        telling = pool.submit(tell_webhooks)
        assert all(one.called.wait(20) for one in drips)
        _heard(listener, EACH_AT_ONCE + 5, telling)
        _change(range(100, 103))
        # The telling under way may look once more before it waits for the slow ones, and take them itself.
        beside = tell_webhooks()
        _heard(listener, EACH_AT_ONCE + 8, telling)
        assert beside + telling.result(FAR_BEYOND / 2) == EACH_AT_ONCE + 8
    with transaction() as session:
        tried = session.query(WebhookCall).filter(WebhookCall.attempts > 0, WebhookCall.status == "waiting").all()
        assert [one.answer for one in tried] == ["10 秒还没有答完"] * len(DRIPS)


def test_who_takes_a_while_for_each_gives_up_its_turn_and_hears_the_rest_in_order(
    brand: Brand, own_network: None, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        webhooks.save_webhook(session, brand.headquarters, "slow", listener.url, ["customer.changed"])
    _change(range(4))

    def slowly(owed: Owed) -> Outcome:
        time.sleep(0.3)
        return send(owed)

    monkeypatch.setattr("jobs.api_jobs.send", slowly)
    monkeypatch.setattr("jobs.api_jobs.LONGEST_TURN", 0.1)
    assert tell_webhooks(most_rounds=1) == 1
    with transaction() as session:
        rows = session.query(WebhookCall).order_by(WebhookCall.id).all()
        assert [(one.status, one.attempts) for one in rows] == [("sent", 1), *[("waiting", 0)] * 3]
    assert tell_webhooks() == 3
    heard = [json.loads(body)["id"] for _, body in listener.heard]
    assert heard == sorted(heard)
    assert len(heard) == 4
