"""What waits for one receiver, and the threads that carry it: a receiver that hangs holds up nobody but itself."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable

from simulator.callbacks.event import Event
from simulator.callbacks.options import DeliveryOptions

MOST_WAITING = 50_000


class Lane:
    """The next due try comes first. `work` is what each sender thread runs until `take` gives None."""

    def __init__(self, lock: threading.Lock, options: DeliveryOptions, work: "Callable[[Lane], None]") -> None:
        self.alive = 0
        self._options = options
        self._work = work
        self._ready = threading.Condition(lock)
        self._queue: list[tuple[float, int, int, Event]] = []
        self._order = itertools.count()
        self._stopped = False

    def push(self, due: float, attempt: int, event: Event) -> Event | None:
        """Queue a try, holding the lock; the event that had to make room when too many wait."""
        heapq.heappush(self._queue, (due, next(self._order), attempt, event))
        gone = heapq.heappop(self._queue)[3] if len(self._queue) > MOST_WAITING else None
        self._staff()
        self._ready.notify()
        return gone

    def wake(self) -> None:
        """Look at the options again, holding the lock."""
        if self._queue:
            self._staff()
        self._ready.notify_all()

    def clear(self) -> None:
        """Forget what waits, holding the lock."""
        self._queue.clear()

    def stop(self) -> None:
        self._stopped = True
        self._ready.notify_all()

    def take(self) -> tuple[int, Event] | None:
        """The next due try, waiting for it; None when this sender is one too many or the lane is closing."""
        with self._ready:
            while not self._stopped and self.alive <= self._options.senders:
                pause: float | None = None
                if self._queue and not self._options.outage:
                    pause = self._queue[0][0] - time.monotonic()
                    if pause <= 0:
                        _, _, attempt, event = heapq.heappop(self._queue)
                        # This one is busy from now on: another has to watch for what is due next.
                        self._ready.notify()
                        return attempt, event
                self._ready.wait(pause)
            return None

    def leave(self) -> None:
        """A sender ends."""
        with self._ready:
            self.alive -= 1
            self._ready.notify()

    def _staff(self) -> None:
        while self.alive < self._options.senders and not self._stopped:
            self.alive += 1
            threading.Thread(target=self._work, args=(self,), name="sender", daemon=True).start()
