"""Visits of many requests go into one transaction, and each request is answered after its commit: none that was answered is lost.

One thread per process, begun at its first visit. The queue only holds requests that still wait for their answer.
"""

import atexit
import os
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from content_library.link_visits import Arrival, Landing, VisitBook
from foundation.config import settings
from foundation.log import logger, words_of

log = logger(__name__)
BATCH = 128
ROOM = 1024
ANSWER_SECONDS = 4.0
# Every statement here is a look by key, planned once: without statistics the planner would read a young table whole.
OPTIONS = (
    "-c timezone=UTC -c statement_timeout=3000 -c lock_timeout=2500 -c plan_cache_mode=force_generic_plan"
    " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off"
)


class NotKept(Exception):
    """The visit could not be kept in time; the reader is asked to try again."""


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass
class _Waiting:
    """`answered` is held until the answer stands in `landing`, or what went wrong in `problem`."""

    arrival: Arrival
    answered: threading.Lock = field(default_factory=_held)
    landing: Landing | None = None
    problem: Exception | None = None


class Writer:
    """A bounded queue and its one writing thread."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._connection: psycopg.Connection | None = None
        self._book: VisitBook | None = None
        self._thread = threading.Thread(target=self._run, name="radar-writer", daemon=True)
        self._thread.start()

    def arrive(self, arrival: Arrival, seconds: float = ANSWER_SECONDS) -> Landing | None:
        """Where this arrival is led, after its visit is committed; None when no link has its code. Raises NotKept."""
        if self._queue.qsize() >= ROOM:
            raise NotKept("the queue is full")
        waiting = _Waiting(arrival)
        self._queue.put(waiting)
        if not waiting.answered.acquire(timeout=seconds):
            raise NotKept("not committed in time")
        if waiting.problem is not None:
            raise NotKept(words_of(waiting.problem))
        return waiting.landing

    def close(self) -> None:
        """Keep what waits, then end the thread."""
        self._queue.put(None)
        self._thread.join(ANSWER_SECONDS)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, goes_on = self._gather(first)
            self._write(batch)
            if not goes_on:
                break
        self._drop_connection()

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        batch = [first]
        while len(batch) < BATCH:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return batch, False
            batch.append(more)
        return batch, True

    def _write(self, batch: Sequence[_Waiting]) -> None:
        problem: Exception = NotKept("no connection")
        # A connection found broken is replaced once, which a restarted database needs.
        for _ in range(2):
            try:
                landings = self._opened().keep([waiting.arrival for waiting in batch])
            except psycopg.OperationalError as error:
                problem, broken = error, self._connection is None or self._connection.broken
                self._drop_connection()
                if not broken:
                    break
            except Exception as error:  # whatever it is, the thread must live on and the requests be told
                log.exception("radar writer")
                problem = error
                self._drop_connection()
                break
            else:
                self._answer(batch, landings, None)
                return
        log.error("visits not kept", count=len(batch), problem=f"{type(problem).__name__}: {words_of(problem)}")
        self._answer(batch, [None] * len(batch), problem)

    def _opened(self) -> VisitBook:
        if self._book is None:
            address = settings().database_url.replace("+psycopg", "", 1)
            self._connection = psycopg.connect(
                address, autocommit=True, prepare_threshold=0, options=OPTIONS, connect_timeout=2, application_name="gd-radar"
            )
            self._book = VisitBook(self._connection)
        return self._book

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._book = None

    def _answer(self, batch: Sequence[_Waiting], landings: Sequence[Landing | None], problem: Exception | None) -> None:
        for waiting, landing in zip(batch, landings, strict=True):
            waiting.landing, waiting.problem = landing, problem
            waiting.answered.release()


_lock = threading.Lock()
_writers: dict[int, Writer] = {}


def writer() -> Writer:
    """The writer of this process: a thread made before fork would not exist after it."""
    pid = os.getpid()
    found = _writers.get(pid)
    if found is not None:
        return found
    with _lock:
        if pid not in _writers:
            _writers.clear()
            _writers[pid] = Writer()
            atexit.register(_writers[pid].close)
        return _writers[pid]


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)
