"""When to look for work again: told by the database that something is owed (LISTEN outbox), by a due time, or by a poll."""

import heapq
import threading
from collections.abc import Collection
from time import monotonic

import psycopg

from foundation.config import settings
from foundation.log import logger

log = logger(__name__)
AGAIN_SECONDS = 1.0


class Alarm:
    """Rings at once or at set times. One thread waits, any number ring."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = False
        self._times: list[float] = []

    def ring(self) -> None:
        """Wake the waiter, or let its next wait end at once."""
        with self._changed:
            self._rung = True
            self._changed.notify()

    def ring_in(self, seconds: float) -> None:
        """Ring later. A hint: times far away are left to the poll."""
        with self._changed:
            heapq.heappush(self._times, monotonic() + seconds)
            self._changed.notify()

    def wait(self, longest: float) -> None:
        """Until rung, a set time has come, or `longest` seconds are over."""
        end = monotonic() + longest
        with self._changed:
            while not self._rung:
                while self._times and self._times[0] <= monotonic():
                    heapq.heappop(self._times)
                    self._rung = True
                left = min(end, self._times[0] if self._times else end) - monotonic()
                if self._rung or monotonic() >= end:
                    break
                self._changed.wait(max(0.0, left))
            self._rung = False


def listen(lanes: Collection[str], alarm: Alarm, stop: threading.Event) -> None:
    """Ring whenever one of the lanes is notified, until `stop`. Reconnects by itself; only a hint, polling stands behind it."""
    address = settings().database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    while not stop.is_set():
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=3) as connection:
                connection.execute("LISTEN outbox")
                alarm.ring()  # for what was notified while nobody listened
                while not stop.is_set():
                    if any(notice.payload in lanes for notice in connection.notifies(timeout=0.5, stop_after=1)):
                        alarm.ring()
        except psycopg.Error as error:
            log.warning("not listening to the database", error=type(error).__name__)
            stop.wait(AGAIN_SECONDS)
