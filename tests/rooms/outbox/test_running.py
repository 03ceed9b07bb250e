"""The running sender: woken at once, crowds avoided, nothing lost when the database, the platform or the process goes away."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from foundation import clock, db
from foundation.db import transaction
from foundation.redis import forget_redis
from outbox import actions
from outbox.models import Lane, MessageStatus, OutgoingMessage
from outbox.sender import Sender
from tests.builders.outbox import all_messages, owe
from tests.builders.platform import ScriptedPlatform, errcode, forget_client

RUN = """
import threading
from outbox.models import Lane
from outbox.sender import Sender
Sender(tuple(Lane), 8, lambda message: None).run(threading.Event())
"""


@contextmanager
def running(
    lanes: tuple[Lane, ...] = (Lane.INTERACTIVE, Lane.TASK, Lane.BULK), in_flight: int = 16
) -> Iterator[list[OutgoingMessage]]:
    stop, taken = threading.Event(), []  # type: ignore[var-annotated]
    thread = threading.Thread(target=Sender(lanes, in_flight, taken.append).run, args=(stop,))
    thread.start()
    try:
        yield taken
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def until(what: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def sent() -> int:
    with transaction() as session:
        return int(session.scalar(text("SELECT count(*) FROM outgoing_message WHERE status = 'sent'")) or 0)


def receivers(platform: ScriptedPlatform, call: str = "message/send") -> Counter[str]:
    return Counter(each.json["touser"] for each in platform.of(call))


def test_many_messages_each_leave_once_with_two_senders(platform: ScriptedPlatform) -> None:
    owe(600, wants_result=True)
    with running() as one, running() as two:
        until(lambda: sent() == 600)
        until(lambda: len(one) + len(two) == 600)
    assert set(receivers(platform).values()) == {1}
    assert len(receivers(platform)) == 600


def test_a_new_message_wakes_the_sender_at_once(platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    # Who is not woken sleeps on for longer than anything here is waited for.
    monkeypatch.setattr("outbox.sender.POLL_SECONDS", 120.0)
    with running():
        for n in range(5):
            owe(1, prefix=f"w{n}")
            until(lambda n=n: len(platform.of("message/send")) == n + 1)  # type: ignore[misc]
        monkeypatch.setattr("outbox.sender.POLL_SECONDS", 1.0)
        owe(1, prefix="last")
        until(lambda: sent() == 6)


def test_interactive_goes_before_a_long_line_of_bulk(platform: ScriptedPlatform) -> None:
    platform.latency = 0.05
    owe(1000, lane=Lane.BULK, prefix="bulk")
    with running(in_flight=4):
        until(lambda: len(platform.of("message/send")) > 20)
        before = len(platform.of("message/send"))
        owe(1, lane=Lane.INTERACTIVE, prefix="now")
        until(lambda: receivers(platform)["now0"] == 1)
        assert list(receivers(platform)).index("now0") - before < 160, "as many as go out in two seconds"


def test_a_crowded_api_is_called_by_as_many_as_it_allows(platform: ScriptedPlatform) -> None:
    platform.latency = 0.03

    def crowded(_call: object) -> dict[str, object]:
        return errcode(45033) if platform.in_flight["message/send"] > 4 else {"errcode": 0}

    platform.always["message/send"] = crowded
    owe(500)
    with running(in_flight=32):
        until(lambda: sent() >= 250)
        middle = len(platform.calls)
        until(lambda: sent() == 500)
    tail = platform.calls[middle:]
    assert len(tail) < 1.25 * 250, "after the first seconds hardly a call is refused"


def test_a_throttled_api_rests_and_another_goes_on(platform: ScriptedPlatform) -> None:
    platform.always["message/send"] = errcode(45009)
    with transaction() as session:
        actions.enqueue(session, Lane.TASK, "menu/create", {f"menu{n}": {"n": n} for n in range(50)}, about="menu")
    owe(300)
    with running():
        until(lambda: sent() == 50)
        until(lambda: platform.in_flight["message/send"] == 0)
        time.sleep(1)
        calls = len(platform.of("message/send"))
        time.sleep(1.5)
        assert len(platform.of("message/send")) == calls <= 32
    rows = [row for row in all_messages() if row.call == "message/send"]
    assert {row.status for row in rows} == {MessageStatus.WAITING}, "none lost, none left claimed"


def test_stopping_gives_back_what_was_not_called(platform: ScriptedPlatform) -> None:
    platform.latency = 0.3
    owe(200)
    with running(in_flight=4):
        until(lambda: len(platform.of("message/send")) > 4)
    counts = Counter(str(row.status) for row in all_messages())
    assert counts["sending"] == 0
    assert counts["sent"] == len(platform.of("message/send"))
    assert counts["waiting"] == 200 - counts["sent"]


@pytest.fixture
def silence(platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """As an answer: the platform says nothing until it is set, and the sender waits a minute for it."""
    monkeypatch.setenv("WECOM_READ_TIMEOUT", "60")
    forget_client()
    held = threading.Event()
    yield held
    held.set()


def test_stopping_does_not_wait_for_a_silent_platform(platform: ScriptedPlatform, silence: threading.Event) -> None:
    platform.always["message/send"] = silence
    owe(4)
    with running(in_flight=4):
        until(lambda: len(platform.of("message/send")) == 4)


def test_a_database_that_goes_away_loses_no_outcome(platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.latency = 0.1
    owe(200)

    def cut() -> None:
        with transaction() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            )

    with running(in_flight=8):
        until(lambda: len(platform.of("message/send")) > 10)
        for _ in range(5):
            cut()
            time.sleep(0.3)
        until(lambda: sent() == 200, 60)
    assert set(receivers(platform).values()) == {1}


def test_without_redis_messages_leave_all_the_same(platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    forget_redis()
    forget_client()
    try:
        owe(100)
        with running():
            until(lambda: sent() == 100)
        assert len(platform.of("gettoken")) == 1
    finally:
        forget_redis()


def test_tokens_that_end_in_the_middle_fail_nothing(platform: ScriptedPlatform) -> None:
    platform.latency = 0.02
    owe(400)
    with running(in_flight=16):
        for count in (100, 200, 300):
            until(lambda count=count: sent() >= count)  # type: ignore[misc]
            platform.refused_tokens |= {platform.issued[-1]}
            time.sleep(1.2)
        until(lambda: sent() == 400, 40)
    assert len(platform.of("gettoken")) <= 4
    assert {row.errcode for row in all_messages()} == {0}


def test_a_worker_killed_between_call_and_record_repeats_recognisably(platform: ScriptedPlatform) -> None:
    platform.latency = 0.2
    owe(60)
    process = subprocess.Popen([sys.executable, "-c", RUN], env=os.environ | {"WECOM_API_BASE_URL": platform.address})
    try:
        until(lambda: len(platform.of("message/send")) >= 20)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    platform.latency = 0.0
    with transaction() as session:  # the leases end (a minute is too long for a test)
        session.execute(text("UPDATE outgoing_message SET lease_until = clock_timestamp() WHERE status = 'sending'"))
        actions.rescue_stuck(session)
    Sender(tuple(Lane), 4, lambda _message: None).drain()
    assert sent() == 60
    bodies = {each.json["touser"]: set() for each in platform.of("message/send")}  # type: ignore[var-annotated]
    for each in platform.of("message/send"):
        bodies[each.json["touser"]].add(each.body)
    assert len(bodies) == 60, "none lost"
    assert all(len(same) == 1 for same in bodies.values()), "a repeat is the same JSON, which the platform delivers once"
    assert max(receivers(platform).values()) <= 2


def test_a_welcome_waits_for_nothing_while_bulk_is_hanging(platform: ScriptedPlatform, silence: threading.Event) -> None:
    platform.always["message/send"] = silence
    owe(50, lane=Lane.BULK)
    with running((Lane.BULK,), 4), running((Lane.WELCOME,), 4):
        until(lambda: len(platform.of("message/send")) == 4)
        call = "externalcontact/send_welcome_msg"
        owe(20, lane=Lane.WELCOME, call=call, prefix="wel", expires_at=clock.now() + timedelta(seconds=60))
        until(lambda: len(platform.of(call)) == 20)
        until(lambda: sent() == 20)
        assert len(platform.of("message/send")) == 4, "bulk hangs still"
        silence.set()
    db.engine().dispose()
