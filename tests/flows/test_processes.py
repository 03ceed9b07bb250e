"""The background processes as they really run: started, stopped kindly, killed without warning."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select, text

from bot.models import EventStatus, InboundEvent
from foundation.db import transaction
from foundation.health import CLOCK_LEADER
from foundation.leader import is_led
from jobs.broker import ask, make_broker
from outbox.models import OutgoingMessage
from supervisor.stack import is_up
from tests.builders.bot import event_xml, make_event, make_guide, sealed

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.timeout(300)
Starts = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(database: None) -> Iterator[Starts]:
    """Start a module of the product as a process; what still runs at the end is killed."""
    running: list[subprocess.Popen[bytes]] = []

    def starts(*words: str) -> "subprocess.Popen[bytes]":
        running.append(subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=os.environ.copy(), start_new_session=True))
        return running[-1]

    yield starts
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask_once(job: str) -> None:
    """Ask for a job as the clock does, and leave no connection behind."""
    broker = make_broker()
    ask(broker, job)
    broker.client.close()


def until(true: Callable[[], bool], seconds: float = 90) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not come about"
        time.sleep(0.05)


def stops_kindly(process: "subprocess.Popen[bytes]") -> bool:
    process.send_signal(signal.SIGTERM)
    return process.wait(90) == 0


def led() -> bool:
    with transaction() as session:
        return is_led(session, CLOCK_LEADER)


def leader_pid() -> int | None:
    with transaction() as session:
        return session.scalar(text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted ORDER BY pid LIMIT 1"))


def count(model: type, *where: object) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def keep(number: int) -> None:
    with transaction() as session:
        for each in range(number):
            body = {"UserID": "lixiaomei", "ExternalUserID": f"wm{each}"}
            make_event(session, "change_external_contact", "add_external_contact", body=body)


def test_a_standby_clock_leads_after_the_leader_was_killed(start: Starts) -> None:
    first = start("jobs.clock")
    until(led)
    old = leader_pid()
    second = start("jobs.clock")
    first.kill()
    first.wait()
    until(lambda: leader_pid() not in {old, None})
    assert stops_kindly(second)
    # The database frees its lock when it has seen the connection end, a moment after the process.
    until(lambda: not led())


def test_a_worker_does_the_job_it_is_asked_for_and_comes_back_for_a_killed_ones(start: Starts) -> None:
    worker = start("dramatiq", "jobs.worker", "--processes", "1", "--threads", "2")
    ask_once("bot.set_menu")
    until(lambda: count(OutgoingMessage, OutgoingMessage.call == "menu/create") == 1)
    ask_once("bot.set_menu")
    assert stops_kindly(worker)
    assert count(OutgoingMessage) == 1


def test_web_killed_in_mid_load_has_lost_nothing_it_acknowledged(start: Starts) -> None:
    port = free_port()
    bind = ("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8", "--log-level", "error")
    web = start("gunicorn", *bind, "app:create_app()")
    # The port listens long before the app behind it is loaded.
    until(lambda: is_up(f"http://127.0.0.1:{port}/healthz"))
    acknowledged: set[str] = set()
    senders = [threading.Thread(target=send_until_refused, args=(port, sender, acknowledged)) for sender in range(4)]
    for thread in senders:
        thread.start()
    until(lambda: len(acknowledged) > 200)
    os.killpg(web.pid, signal.SIGKILL)
    for thread in senders:
        thread.join()
    with transaction() as session:
        kept = {event.body["ExternalUserID"] for event in session.scalars(select(InboundEvent))}
    assert acknowledged <= kept


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def send_until_refused(port: int, sender: int, acknowledged: set[str]) -> None:
    refused = (OSError, http.client.HTTPException)
    with suppress(*refused), closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for number in range(100_000):
            name = f"wm{sender}-{number}"
            xml = event_xml("change_external_contact", "add_external_contact", UserID="a", ExternalUserID=name)
            arguments, body = sealed(xml)
            connection.request("POST", f"/wecom/callback/app?{urlencode(arguments)}", body=body)
            answer = connection.getresponse()
            answer.read()
            # "Not now" is an answer too: the platform would bring the event again.
            assert answer.status in {200, 503}
            if answer.status == 200:
                acknowledged.add(name)


def test_the_road_in_is_killed_and_nothing_is_lost_or_doubled(start: Starts) -> None:
    with transaction() as session:
        make_guide(session)
    keep(200)
    first = start("jobs.roads", "in")
    until(lambda: count(InboundEvent, InboundEvent.status == EventStatus.DONE) > 20)
    first.kill()
    first.wait()
    left = count(InboundEvent, InboundEvent.status == EventStatus.WORKING)
    second = start("jobs.roads", "in")
    until(lambda: count(InboundEvent, InboundEvent.status == EventStatus.DONE) >= 200 - left)
    with transaction() as session:
        for event in session.scalars(select(InboundEvent).where(InboundEvent.status == EventStatus.WORKING)):
            event.lease_until = event.received_at
    until(lambda: count(InboundEvent, InboundEvent.status == EventStatus.DONE) == 200)
    assert stops_kindly(second)
    from_events = {"customer": 200, "follow": 200, "timeline_entry": 200}
    with transaction() as session:
        for table, wanted in from_events.items():
            assert session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == wanted
