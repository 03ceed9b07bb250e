"""Writes outcomes down in batches and tells whoever waits for a result. Keeps trying while the database is away."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from time import monotonic, sleep

from sqlalchemy.exc import DataError, SQLAlchemyError

from foundation import clock
from foundation.db import transaction
from foundation.log import logger
from outbox.claims import Outcome, record
from outbox.models import MessageStatus, OutgoingMessage
from outbox.pauses import pause
from outbox.queries import get_message

log = logger(__name__)
GATHER_SECONDS = 0.02
MOST_AT_ONCE = 500
LAST_SECONDS = 0.5
OnResult = Callable[[OutgoingMessage], None]
FINAL = frozenset({MessageStatus.SENT, MessageStatus.DEAD, MessageStatus.EXPIRED})


def write_down(outcomes: Sequence[Outcome]) -> list[int]:
    """One transaction for all; returns the ids whose final result somebody waits for. Raises SQLAlchemyError."""
    now = clock.now()
    pauses = {
        each.claimed.call: (each.pause_until, each.errcode)
        for each in outcomes
        if each.pause_until is not None and each.pause_until > now
    }
    with transaction() as session:
        ours = record(session, outcomes)
        pause(session, pauses)
    if len(ours) < len(outcomes):
        lost = [each.claimed.id for each in outcomes if each.claimed.id not in ours]
        log.warning("outcomes not ours any more", messages=lost)
    wanted = (each for each in outcomes if each.claimed.wants_result and each.status in FINAL)
    return [each.claimed.id for each in wanted if each.claimed.id in ours]


def tell(ids: Sequence[int], on_result: OnResult) -> None:
    """Hand ended messages to whoever waits. What fails stays "wanted" in the table: a sweeper hands it over again."""
    for message_id in ids:
        try:
            with transaction() as session:
                message = get_message(session, message_id)
            on_result(message)
        except Exception:
            log.exception("result not taken", message=message_id)


class Recorder:
    """`run` writes outcomes down, `run_results` hands results over: two threads, so that neither waits for the other."""

    def __init__(self, on_result: OnResult) -> None:
        self._on_result = on_result
        self._outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self._results: SimpleQueue[int] = SimpleQueue()

    def add(self, outcome: Outcome) -> None:
        """Have an outcome written down soon."""
        self._outcomes.put(outcome)

    def run(self, done: threading.Event) -> None:
        """Until `done` and everything added is written, or cannot be."""
        while True:
            batch = self._gather()
            if batch:
                self._write(batch, done)
            elif done.is_set():
                return

    def _gather(self) -> list[Outcome]:
        try:
            batch = [self._outcomes.get(timeout=0.1)]
        except Empty:
            return []
        sleep(GATHER_SECONDS)
        while len(batch) < MOST_AT_ONCE and not self._outcomes.empty():
            batch.append(self._outcomes.get())
        return batch

    def _write(self, batch: list[Outcome], done: threading.Event) -> None:
        # The calls were made: forgetting that would make them twice. Even past its lease a row takes its outcome, as
        # long as nobody has claimed it again.
        last_try = float("inf")
        while True:
            try:
                for message_id in write_down(batch):
                    self._results.put(message_id)
                return
            except DataError:
                self._write_apart(batch, done)
                return
            except SQLAlchemyError as error:
                log.warning("outcomes not written yet", count=len(batch), error=type(error).__name__)
            if done.is_set():
                last_try = min(last_try, monotonic() + LAST_SECONDS)
            if monotonic() > last_try:
                log.error("outcomes not written; their leases will end", messages=[each.claimed.id for each in batch])
                return
            done.wait(0.2)
            sleep(0.05)

    def _write_apart(self, batch: list[Outcome], done: threading.Event) -> None:
        """Halves, until the one the table does not take stands alone and loses the platform's own words, the only part we did
        not write ourselves. Its neighbours keep theirs.
        """
        if len(batch) > 1:
            middle = len(batch) // 2
            self._write(batch[:middle], done)
            self._write(batch[middle:], done)
            return
        [bad] = batch
        log.error("an outcome the table does not take", message=bad.claimed.id, call=bad.claimed.call)
        if bad.answer is not None or bad.errcode is not None:
            self._write([replace(bad, answer=None, errcode=None)], done)

    def run_results(self, done: threading.Event) -> None:
        """Until `done` and every result was handed over."""
        while True:
            try:
                tell([self._results.get(timeout=0.1)], self._on_result)
            except Empty:
                if done.is_set():
                    return
