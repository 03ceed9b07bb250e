"""The group-commit writer: events of many requests go into one INSERT, and each request is answered after its commit.

One thread per process. Raw psycopg, because an honest disk allows a few hundred commits a second and the ORM none to spare.
"""

import atexit
import json
import os
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from foundation.config import settings
from foundation.db import Json
from foundation.log import logger, words_of

log = logger(__name__)
BATCH = 256
ROOM = 2048
ANSWER_SECONDS = 4.0
OPTIONS = "-c timezone=UTC -c statement_timeout=4000 -c lock_timeout=3000"

KEEP = """
WITH kept AS (
    INSERT INTO inbound_event
        (receiver, digest, event, change_type, body, lane, created_at_platform, due_at, received_at, status, attempts, error)
    SELECT receiver, decode(digest, 'hex'), event, change_type, body, lane, created_at, received_at, received_at,
        'waiting', 0, ''
    FROM json_to_recordset(%s::json) AS arrived (receiver text, digest text, event text, change_type text, body jsonb,
        lane bigint, created_at timestamptz, received_at timestamptz)
    ON CONFLICT (digest) DO NOTHING
    RETURNING lane)
SELECT pg_notify('inbox', lane::text) FROM (SELECT DISTINCT lane FROM kept) AS lanes
"""


class NotKept(Exception):
    """The event could not be stored in time; answering with a failure makes the platform send it again."""


@dataclass(frozen=True)
class Arrival:
    """An event as the writer needs it; `body` holds no NUL."""

    receiver: str
    digest: bytes
    event: str
    change_type: str
    body: Json
    lane: int
    created_at: datetime
    received_at: datetime


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass
class _Waiting:
    """`answered` is a bare lock, held until the answer: an Event is three objects and costs a tenth of a request."""

    arrival: Arrival
    answered: threading.Lock = field(default_factory=_held)
    problem: Exception | None = None


def as_rows(batch: Sequence[Arrival]) -> str:
    """The arrivals as one JSON text for KEEP: one parameter costs a third of eight arrays."""
    rows = [{**vars(each), "digest": each.digest.hex()} for each in batch]
    return json.dumps(rows, ensure_ascii=False, default=datetime.isoformat)


class Inbox:
    """A bounded queue and its one writing thread. Reconnects by itself."""

    def __init__(self) -> None:
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(ROOM)
        self._connection: psycopg.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="inbox-writer", daemon=True)
        self._thread.start()

    def keep(self, arrival: Arrival, seconds: float = ANSWER_SECONDS) -> None:
        """Return after the event is committed (or was already there); raises NotKept when full, slow or without database."""
        waiting = _Waiting(arrival)
        try:
            self._queue.put_nowait(waiting)
        except queue.Full:
            raise NotKept("the queue is full") from None
        if not waiting.answered.acquire(timeout=seconds):
            raise NotKept("not committed in time")
        if waiting.problem is not None:
            raise NotKept(words_of(waiting.problem))

    def close(self) -> None:
        """Write what waits, then end the thread."""
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

    def _write(self, batch: list[_Waiting]) -> None:
        problem = self._try(batch)
        if isinstance(problem, psycopg.DataError | UnicodeError) and len(batch) > 1:
            # One event the table cannot hold must not take its neighbours down.
            for waiting in batch:
                self._write([waiting])
            return
        if problem is not None:
            log.error("events not kept", count=len(batch), problem=f"{type(problem).__name__}: {words_of(problem)}")
        for waiting in batch:
            waiting.problem = problem
            waiting.answered.release()

    def _try(self, batch: list[_Waiting]) -> Exception | None:
        """Store the batch; a connection found broken is replaced once, which a restarted database needs."""
        problem: Exception | None = None
        for _ in range(2):
            try:
                self._connected().execute(KEEP, [as_rows([waiting.arrival for waiting in batch])])
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._drop_connection()
                problem = error
            except Exception as error:  # whatever it is, the thread must live on and the request be told
                log.exception("inbox writer")
                return error
            else:
                return None
        return problem

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            address = settings().database_url.replace("+psycopg", "", 1)
            self._connection = psycopg.connect(
                address, autocommit=True, prepare_threshold=0, options=OPTIONS, connect_timeout=2, application_name="gd-inbox"
            )
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


_lock = threading.Lock()
_inboxes: dict[int, Inbox] = {}


def inbox() -> Inbox:
    """The inbox of this process, started at its first event: a thread made before fork would not exist after it."""
    pid = os.getpid()
    found = _inboxes.get(pid)
    if found is not None:
        return found
    with _lock:
        if pid not in _inboxes:
            _inboxes.clear()
            _inboxes[pid] = Inbox()
            atexit.register(_inboxes[pid].close)
        return _inboxes[pid]


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)
