"""The road in: workers claim kept events and work them. The only place of this room that opens transactions for events."""

import threading
from collections.abc import Sequence
from contextlib import suppress

from redis import RedisError
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot import actions
from bot.actions import Claim
from bot.dispatch import handler_of
from bot.models import EventStatus
from bot.rules import OTHER_LANE, WELCOME_LANE
from foundation.db import transaction
from foundation.errors import AppError
from foundation.log import logger
from foundation.wake import Bell, listen
from wecom.errors import PlatformError

log = logger(__name__)
POLL_SECONDS = 1.0
BATCH = 10
# A lost race shows as a violated key; the second try finds the winner's row.
PASSING = (OperationalError, IntegrityError, InterfaceError, PoolTimeout, PlatformError, RedisError)


def work(claim: Claim) -> None:
    """Work one claimed event: its effect and its "done" are one transaction; a failure is recorded in another.

    Raises OperationalError when the database is away: the lease then brings the event back.
    """
    try:
        with transaction() as session:
            event = actions.take(session, claim)
            if event is None:
                return
            handle = handler_of(event.event, event.change_type)
            if handle is not None:
                handle(session, event)
            actions.finish(session, event, EventStatus.DONE if handle else EventStatus.IGNORED)
    except Exception as error:  # one bad event is set aside, the next goes on
        _record_failure(claim, error)


def _record_failure(claim: Claim, error: Exception) -> None:
    passing = isinstance(error, PASSING)
    with transaction() as session:
        aside = actions.fail(session, claim, explain(error), passing=passing)
    if aside:
        log.error("event set aside", event_id=claim.id, attempts=claim.attempts, exc_info=error)
    else:
        log.warning("event tried again later", event_id=claim.id, attempts=claim.attempts, problem=explain(error))


def explain(error: Exception) -> str:
    """Why, for a person: the message of our own errors, the first line of others. Never the statement with its values."""
    if isinstance(error, AppError):
        return error.message
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return f"{type(cause).__name__}: {str(cause).splitlines()[0] if str(cause) else ''}"


def work_one(lanes: Sequence[int] = (WELCOME_LANE, OTHER_LANE)) -> bool:
    """Claim and work the next due event; False when nothing is due."""
    with transaction() as session:
        claims = actions.claim(session, lanes)
    for claim in claims:
        work(claim)
    return bool(claims)


def drain(limit: int = 10_000) -> int:
    """Work everything that is due now, in this thread; how many it was. For tests and for hands-on repair."""
    worked = 0
    while worked < limit and work_one():
        worked += 1
    return worked


class InboxRoad:
    """Threads on the inbox: some only for events with a welcome code, the others for everything, codes first.

    Whoever makes it starts and joins `threads`; they end soon after `stop`, and one that dies before is a bug not to be hidden.
    """

    def __init__(self, workers: int, stop: threading.Event) -> None:
        self._stop = stop
        self._welcome, self._any = Bell(), Bell()
        welcomers = max(1, workers // 2)
        self.threads = [
            threading.Thread(target=listen, args=("inbox", self._heard, stop), name="inbox-listen", daemon=True),
            *(self._worker((WELCOME_LANE,), self._welcome, 1, number) for number in range(welcomers)),
            *(self._worker((WELCOME_LANE, OTHER_LANE), self._any, BATCH, number) for number in range(workers)),
        ]

    def _heard(self, payload: str) -> None:
        if payload != str(OTHER_LANE):
            self._welcome.ring()
        if payload != str(WELCOME_LANE):
            self._any.ring()

    def _worker(self, lanes: tuple[int, ...], bell: Bell, batch: int, number: int) -> threading.Thread:
        name = f"inbox-{'welcome' if lanes == (WELCOME_LANE,) else 'any'}-{number}"
        return threading.Thread(target=self._loop, args=(lanes, bell, batch), name=name, daemon=True)

    def _loop(self, lanes: tuple[int, ...], bell: Bell, batch: int) -> None:
        while not self._stop.is_set():
            try:
                claims = self._claim(lanes, batch)
                if len(claims) == batch:
                    bell.ring()
                self._work_all(claims)
                if not claims:
                    bell.wait(POLL_SECONDS)
            except (DBAPIError, PoolTimeout) as error:
                log.warning("inbox waits for the database", problem=explain(error))
                self._stop.wait(POLL_SECONDS)

    def _claim(self, lanes: tuple[int, ...], batch: int) -> list[Claim]:
        with transaction() as session:
            if batch == 1:
                # The welcome loop polls every second, so an event of a killed worker is back within its code's life.
                actions.rescue_stuck(session)
            return actions.claim(session, lanes, batch)

    def _work_all(self, claims: list[Claim]) -> None:
        for position, claim in enumerate(claims):
            if self._stop.is_set():
                with suppress(DBAPIError), transaction() as session:
                    actions.give_back(session, claims[position:])
                return
            work(claim)
