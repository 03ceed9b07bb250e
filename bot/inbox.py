"""The group-commit writer: events of many requests go into one INSERT, and each request is answered after its commit.

One thread per process. Raw psycopg, because an honest disk allows a few hundred commits a second and the ORM none to spare.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from foundation.config import settings
from foundation.db import Json
from foundation.group_commit import ANSWER_SECONDS, GroupCommit, Waiting, one_a_process
from foundation.log import logger, words_of

log = logger(__name__)
BATCH = 256
ROOM = 2048
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


def as_rows(batch: Sequence[Arrival]) -> str:
    """The arrivals as one JSON text for KEEP: one parameter costs a third of eight arrays."""
    rows = [{**vars(each), "digest": each.digest.hex()} for each in batch]
    return json.dumps(rows, ensure_ascii=False, default=datetime.isoformat)


class Inbox(GroupCommit[Arrival, None]):
    """The writer of `inbound_event`. Reconnects by itself."""

    # The platform sends an event three times at most, and each time it is the same row.
    stores_given_up = True

    def __init__(self) -> None:
        self._connection: psycopg.Connection | None = None
        super().__init__("inbox-writer", batch=BATCH, room=ROOM)

    def keep(self, arrival: Arrival, seconds: float = ANSWER_SECONDS) -> None:
        """Return after the event is committed (or was already there); raises NotKept when full, slow or without database."""
        self.bring(arrival, seconds)

    def write(self, batch: list[Waiting[Arrival, None]]) -> None:
        """One INSERT; one event the table cannot hold must not take its neighbours down."""
        problem = self._try(batch)
        if isinstance(problem, psycopg.DataError | UnicodeError) and len(batch) > 1:
            for waiting in batch:
                self.write([waiting])
            return
        if problem is not None:
            log.error("events not kept", count=len(batch), problem=f"{type(problem).__name__}: {words_of(problem)}")
        for waiting in batch:
            waiting.settle(None, problem)

    def _try(self, batch: Sequence[Waiting[Arrival, None]]) -> Exception | None:
        """Store the batch; a connection found broken is replaced once, which a restarted database needs."""
        problem: Exception | None = None
        for _ in range(2):
            try:
                self._connected().execute(KEEP, [as_rows([waiting.brought for waiting in batch])])
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self.drop_connection()
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

    def drop_connection(self) -> None:
        """The next batch opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


inbox = one_a_process(Inbox)
