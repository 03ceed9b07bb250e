"""The way out: claims owed calls, makes them outside any transaction, writes down what became of them. Imported by jobs only.

Loses nothing when killed at any point: a row whose lease ends is claimed again, and the platform recognises the repeat.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic

from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from foundation import clock
from foundation.db import transaction
from foundation.log import logger
from outbox.actions import expire_overdue, rescue_stuck
from outbox.claims import Claimed, Outcome, claim
from outbox.delivery import Delivery
from outbox.flight import RANKS, Flight
from outbox.models import Lane, MessageStatus
from outbox.pauses import Pauses, forget_past
from outbox.recording import OnResult, Recorder, tell, write_down
from outbox.shelf import Shelf
from outbox.waking import Alarm, listen
from wecom.sends import send, upload_media

log = logger(__name__)
CALLS = Counter("outbox_calls_total", "Platform calls made for the outbox", ("call", "outcome"))
BATCH = 100
POLL_SECONDS = 1.0
SWEEP_SECONDS = 5.0
# A call waits in line only while its lease still covers making it, uploads and a token refresh included.
LEASE_KEPT_FOR_CALL = 30.0
END_SECONDS = 3.0


class Sender:
    """Sends the messages of its lanes, `in_flight` calls at once at most. Any number may run in any number of processes.

    `on_result` gets each ended message enqueued with wants_result, in a thread of its own, outside any transaction.
    """

    def __init__(self, lanes: Sequence[Lane], in_flight: int, on_result: OnResult) -> None:
        self._lanes = sorted(lanes, key=RANKS.__getitem__)
        self._in_flight, self._on_result = in_flight, on_result
        self._delivery = Delivery(send, Shelf(upload_media))
        self._pauses, self._recorder, self._alarm = Pauses(), Recorder(on_result), Alarm()
        self._more = False
        self._swept_at = float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Send until `stop`; returns within five seconds of it. Survives the database, Redis and the platform being away."""
        # A welcome never waits in line: only what can start at once is claimed.
        spare = 0 if self._lanes == [Lane.WELCOME] else min(BATCH, self._in_flight)
        flight = Flight(self._lanes, self._in_flight, spare)
        finished = threading.Event()
        workers = [_start(lambda: self._work(flight)) for _ in range(self._in_flight)]
        recorders = [_start(lambda: self._recorder.run(finished)), _start(lambda: self._recorder.run_results(finished))]
        _start(lambda: listen([lane.value for lane in self._lanes], self._alarm, stop))
        while not stop.is_set():
            self._fill(flight)
            self._alarm.wait(POLL_SECONDS)
        for each in flight.close():
            self._recorder.add(_given_back(each))
        _join(workers, END_SECONDS)
        finished.set()
        _join(recorders, 1.0)

    def _fill(self, flight: Flight) -> None:
        room = {lane: min(count, BATCH) for lane, count in flight.room().items()}
        try:
            self._sweep()
            full = flight.full_calls()
            claimed = self._claim(room, full) if room else []
        except SQLAlchemyError as error:
            log.warning("outbox not read", error=type(error).__name__)
            return
        self._more = bool(full) or not room or any(sum(c.lane is lane for c in claimed) >= room[lane] for lane in room)
        flight.add(claimed)

    def _claim(self, room: dict[Lane, int], without: set[str]) -> list[Claimed]:
        now = clock.now()
        with transaction() as session:
            return claim(session, room, now=now, without=self._pauses.resting(session, now) | without)

    def _sweep(self) -> None:
        if monotonic() - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = monotonic()
        with transaction() as session:
            rescued, expired = rescue_stuck(session), expire_overdue(session)
            forget_past(session, clock.now())
        if rescued or expired:
            log.info("outbox swept", rescued=rescued, expired=expired)

    def _work(self, flight: Flight) -> None:
        while not flight.closed:
            claimed = flight.take()
            if claimed is None:
                continue
            outcome = self._made(claimed)
            if outcome.pause_until is not None:
                self._rest(claimed.call, outcome.pause_until, flight)
            flight.landed(outcome)
            self._recorder.add(outcome)
            if outcome.due_at is not None:
                self._alarm.ring_in((outcome.due_at - clock.now()).total_seconds() + 0.05)
            if self._more and flight.is_low():
                self._alarm.ring()

    def _made(self, claimed: Claimed) -> Outcome:
        if claimed.lane is not Lane.WELCOME and claimed.lease_ends - monotonic() < LEASE_KEPT_FOR_CALL:
            return _given_back(claimed)
        outcome = self._delivery.deliver(claimed)
        CALLS.labels(claimed.call, outcome.status.value).inc()
        return outcome

    def _rest(self, call: str, until: datetime, flight: Flight) -> None:
        self._pauses.note(call, until)
        for each in flight.withdraw(call):
            self._recorder.add(_given_back(each))

    def drain(self, until_idle: bool = True) -> int:
        """For tests: send all that is due now, here, one after the other; returns how many calls were made."""
        count = 0
        while True:
            self._swept_at = float("-inf")
            self._sweep()
            claimed = self._claim(dict.fromkeys(self._lanes, BATCH), set())
            outcomes = [self._made_or_resting(each) for each in claimed]
            tell(write_down(outcomes), self._on_result)
            count += len(outcomes)
            if not claimed or not until_idle:
                return count

    def _made_or_resting(self, claimed: Claimed) -> Outcome:
        if self._pauses.is_resting(claimed.call, clock.now()):
            return _given_back(claimed)
        outcome = self._made(claimed)
        if outcome.pause_until is not None:
            self._pauses.note(claimed.call, outcome.pause_until)
        return outcome


def _given_back(claimed: Claimed) -> Outcome:
    """Claimed but not called: somebody else may have it now, and it used no try."""
    return Outcome(claimed, MessageStatus.WAITING)


def _start(work: Callable[[], None]) -> threading.Thread:
    # Daemon: a call hanging on a silent platform must not hold the process back; its lease ends by itself.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _join(threads: Sequence[threading.Thread], seconds: float) -> None:
    end = monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - monotonic()))
