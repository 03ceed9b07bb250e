"""Visits of many requests go into one transaction, and each request is answered after its commit: none that was answered is lost.

One thread per process, begun at its first visit. The queue only holds requests that still wait for their answer.
"""

from collections.abc import Sequence

import psycopg

from content_library.link_visits import Arrival, Landing, VisitBook
from foundation.config import settings
from foundation.group_commit import ANSWER_SECONDS, GroupCommit, NotKept, Waiting, one_a_process
from foundation.log import logger, words_of

log = logger(__name__)
BATCH = 128
ROOM = 1024
# Every statement here is a look by key, planned once: without statistics the planner would read a young table whole.
OPTIONS = (
    "-c timezone=UTC -c statement_timeout=3000 -c lock_timeout=2500 -c plan_cache_mode=force_generic_plan"
    " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off"
)


class Writer(GroupCommit[Arrival, Landing]):
    """The writer of `link_visit`."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection | None = None
        self._book: VisitBook | None = None
        super().__init__("radar-writer", batch=BATCH, room=ROOM)

    def arrive(self, arrival: Arrival, seconds: float = ANSWER_SECONDS) -> Landing | None:
        """Where this arrival is led, after its visit is committed; None when no link has its code. Raises NotKept."""
        return self.bring(arrival, seconds)

    def write(self, batch: list[Waiting[Arrival, Landing]]) -> None:
        """One transaction for all of them."""
        problem: Exception = NotKept("no connection")
        # A connection found broken is replaced once, which a restarted database needs.
        for _ in range(2):
            try:
                landings = self._opened().keep([waiting.brought for waiting in batch])
            except psycopg.OperationalError as error:
                problem, broken = error, self._connection is None or self._connection.broken
                self.drop_connection()
                if not broken:
                    break
            except Exception as error:  # whatever it is, the thread must live on and the requests be told
                log.exception("radar writer")
                problem = error
                self.drop_connection()
                break
            else:
                _settle(batch, landings, None)
                return
        log.error("visits not kept", count=len(batch), problem=f"{type(problem).__name__}: {words_of(problem)}")
        _settle(batch, [None] * len(batch), problem)

    def _opened(self) -> VisitBook:
        if self._book is None:
            address = settings().database_url.replace("+psycopg", "", 1)
            self._connection = psycopg.connect(
                address, autocommit=True, prepare_threshold=0, options=OPTIONS, connect_timeout=2, application_name="gd-radar"
            )
            self._book = VisitBook(self._connection)
        return self._book

    def drop_connection(self) -> None:
        """The next batch opens a new one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._book = None


def _settle(batch: Sequence[Waiting[Arrival, Landing]], landings: Sequence[Landing | None], problem: Exception | None) -> None:
    for waiting, landing in zip(batch, landings, strict=True):
        waiting.settle(landing, problem)


writer = one_a_process(Writer)
