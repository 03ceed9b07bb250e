"""The road in: workers claim kept events and work them. The only place of this room that opens transactions for events."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic

from redis import RedisError
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot import actions
from bot.actions import Claim
from bot.dispatch import handler_of
from bot.greeting import AT_ONCE, STAND_IN_AFTER, greet_waiting, pass_on_ungreeted
from bot.models import EventStatus
from bot.rules import OTHER_LANE, WELCOME_LANE
from foundation.db import transaction
from foundation.errors import AppError
from foundation.log import logger, words_of
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
    return f"{type(cause).__name__}: {words_of(error)}"


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


def greet_one_batch(waited: timedelta = AT_ONCE) -> int:
    """Greet what `waited` with a welcome code; how many events were passed on. A bad one does not hold up the others."""
    try:
        with transaction() as session:
            return greet_waiting(session, waited=waited)
    except PASSING:
        raise
    except Exception as error:  # the batch held a bad event: it is passed on to be recorded, the rest is greeted next
        log.warning("greeting failed, events go one by one", problem=explain(error))
    return _greet_one(waited)


def _greet_one(waited: timedelta) -> int:
    try:
        with transaction() as session:
            return greet_waiting(session, limit=1, waited=waited)
    except PASSING:
        raise
    except Exception:  # its handler meets the same trouble and records it
        with transaction() as session:
            return pass_on_ungreeted(session, waited=waited)


class Road:
    """Threads of one kind on the inbox. Whoever makes it starts and joins `threads`; they end soon after `stop`, and one that
    dies before is a bug not to be hidden.
    """

    def __init__(self, lane: int, workers: int, stop: threading.Event) -> None:
        self._lane, self._stop, self._bell = lane, stop, Bell()
        self._rescued_at = float("-inf")
        self.threads = [
            threading.Thread(target=listen, args=("inbox", self._heard, stop), name=f"inbox-listen-{lane}", daemon=True),
            *(threading.Thread(target=self._loop, name=f"inbox-{lane}-{number}", daemon=True) for number in range(workers)),
        ]

    def _heard(self, payload: str) -> None:
        if payload in {"", str(self._lane)}:
            self._bell.ring()

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                self._rescue()
                if not self._act():
                    self._bell.wait(POLL_SECONDS)
            except (DBAPIError, PoolTimeout) as error:
                log.warning("inbox waits for the database", problem=explain(error))
                self._stop.wait(POLL_SECONDS)

    def _rescue(self) -> None:
        if monotonic() - self._rescued_at > POLL_SECONDS:
            self._rescued_at = monotonic()
            with transaction() as session:
                actions.rescue_stuck(session)

    def _act(self) -> int:
        """Do what is due now; 0 when nothing is."""
        raise AssertionError("say what this road does")


class WelcomeRoad(Road):
    """Greets events that carry a welcome code, and nothing else: it may not wait behind anybody's work."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(WELCOME_LANE, 1, stop)

    def _act(self) -> int:
        return greet_one_batch()


class InboxRoad(Road):
    """Works events: those without a code at once, those with one after their greeting. Greets itself what nobody greeted in
    three seconds: without a welcome process an arrival is late, not lost.
    """

    def __init__(self, workers: int, stop: threading.Event) -> None:
        super().__init__(OTHER_LANE, workers, stop)
        self._stood_in_at = float("-inf")

    def _act(self) -> int:
        self._stand_in()
        return self._work_batch()

    def _stand_in(self) -> None:
        """One batch a turn, so that arrivals do not hold up the rest; looked for once a second while there is none."""
        if monotonic() - self._stood_in_at < POLL_SECONDS:
            return
        self._stood_in_at = monotonic()
        if greeted := greet_one_batch(STAND_IN_AFTER):
            self._stood_in_at = float("-inf")
            self._bell.ring()
            log.warning("greeted on the road in: is a welcome road running?", events=greeted)

    def _work_batch(self) -> int:
        with transaction() as session:
            claims = actions.claim(session, (OTHER_LANE,), BATCH)
        if len(claims) == BATCH:
            self._bell.ring()
        for position, claim in enumerate(claims):
            if self._stop.is_set():
                with suppress(DBAPIError), transaction() as session:
                    actions.give_back(session, claims[position:])
                return 0
            work(claim)
        return len(claims)
