"""A counter that hangs: a request waits for it once and briefly, then it is left alone longer and longer."""

import socket
import time
from collections.abc import Iterator

import pytest

from foundation import clock
from segments import asking, evaluating, wire
from segments.nodes import EVERYBODY
from segments.scopes import Scope


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Somebody listens and never says a word."""
    monkeypatch.setattr(asking, "_patience", asking._Patience())
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 0.05)
    wire.address().parent.mkdir(parents=True, exist_ok=True)
    wire.address().unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(wire.address()))
        door.listen(50)
        yield door
    wire.address().unlink(missing_ok=True)


def ask() -> object:
    return asking.ask("count", EVERYBODY, Scope("1."), clock.today())


def test_nobody_waits_longer_than_the_counter_works() -> None:
    assert evaluating.MOST_SECONDS < asking.ANSWER_SECONDS <= 1.5


def test_a_hanging_counter_is_left_alone_longer_each_time(hanging: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [time.monotonic()]
    monkeypatch.setattr(asking.time, "monotonic", lambda: now[0])
    waits = []
    for _ in range(7):
        assert ask() is None
        assert not asking._patience.may_ask()
        waits.append(round(asking._patience.until - now[0]))
        now[0] = asking._patience.until
    assert waits == [10, 20, 40, 80, 160, 300, 300]


def test_after_a_silence_one_asks_and_the_others_do_not_wait_with_it(hanging: socket.socket) -> None:
    patience = asking._patience
    assert (patience.may_ask(), patience.may_ask()) == (True, True)
    patience.silent()
    patience.until = 0.0
    assert (patience.may_ask(), patience.may_ask()) == (True, False)
    patience.answered()
    assert (patience.may_ask(), patience.may_ask()) == (True, True)


def test_a_counter_that_is_not_there_costs_nothing_and_is_asked_again(hanging: socket.socket) -> None:
    hanging.close()
    assert ask() is None
    assert asking._patience.may_ask()
