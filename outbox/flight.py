"""What one sender has claimed and not finished: who goes next, and how much more is worth claiming."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator

from outbox.claims import Claimed, Outcome
from outbox.models import Lane
from outbox.rules import CROWDED
from outbox.window import Window, open_window

RANKS = {lane: rank for rank, lane in enumerate(Lane)}


class Flight:
    """Claimed calls by lane and API. Thread-safe; workers wait in `take`."""

    def __init__(self, lanes: Iterable[Lane], in_flight: int, spare: int) -> None:
        self._lanes = sorted(lanes, key=RANKS.__getitem__)
        self._in_flight, self._spare = in_flight, spare
        self._line: dict[Lane, dict[str, deque[Claimed]]] = {lane: {} for lane in self._lanes}
        self._windows: dict[str, Window] = {}
        self._changed = threading.Condition()
        self._running = 0
        self.closed = False

    def add(self, claims: Iterable[Claimed]) -> None:
        """Line claimed calls up."""
        with self._changed:
            count = 0
            for each in claims:
                self._line[each.lane].setdefault(each.call, deque()).append(each)
                count += 1
            self._changed.notify(count)

    def take(self, timeout: float = 0.5) -> Claimed | None:
        """The next call of the first lane whose API has room in the air; None after a while without one, or when closed."""
        with self._changed:
            claimed = self._next()
            if claimed is None and not self.closed:
                self._changed.wait(timeout)
                claimed = self._next()
            if claimed is not None:
                self._window(claimed.call).running += 1
                self._running += 1
            return claimed

    def _next(self) -> Claimed | None:
        for lane in self._lanes:
            for call, queue in self._line[lane].items():
                if queue and self._window(call).has_room():
                    return queue.popleft()
        return None

    def _window(self, call: str) -> Window:
        window = self._windows.get(call)
        if window is None:
            window = self._windows[call] = open_window(self._in_flight)
        return window

    def landed(self, outcome: Outcome) -> None:
        """A taken call is over; learn from how it went."""
        with self._changed:
            window = self._window(outcome.claimed.call)
            if outcome.errcode in CROWDED:
                window.was_crowded()
            elif outcome.pause_until is not None:
                window.was_throttled()
            elif outcome.errcode is not None and outcome.errcode >= 0:
                window.went_well()
            window.running -= 1
            window.landed += 1
            self._running -= 1
            self._changed.notify()

    def withdraw(self, call: str) -> list[Claimed]:
        """Take one API's calls out of the line (it must rest)."""
        with self._changed:
            queues = [self._line[lane].pop(call) for lane in self._lanes if call in self._line[lane]]
            return [each for queue in queues for each in queue]

    def close(self) -> list[Claimed]:
        """Let nobody take any more; returns what was not taken."""
        with self._changed:
            left = [each for _, queue in self._queues() for each in queue]
            for lane in self._lanes:
                self._line[lane].clear()
            self.closed = True
            self._changed.notify_all()
            return left

    def room(self) -> dict[Lane, int]:
        """How many more of each lane are worth claiming. Nothing here waits behind a later lane, so only earlier ones count."""
        with self._changed:
            made: dict[Lane, int] = {}
            ahead = self._running
            for lane in self._lanes:
                ahead += sum(len(queue) for queue in self._line[lane].values())
                if ahead < self._in_flight + self._spare:
                    made[lane] = self._in_flight + self._spare - ahead
            return made

    def full_calls(self) -> set[str]:
        """APIs with enough in the line for what may be in the air: claiming more of them would keep others out."""
        with self._changed:
            counts: dict[str, int] = {}
            for call, queue in self._queues():
                counts[call] = counts.get(call, 0) + len(queue)
            return {call for call, count in counts.items() if count >= self._window(call).limit * 2 + self._spare / 4}

    def is_low(self) -> bool:
        """Whether the line is short enough to claim more."""
        with self._changed:
            return sum(len(queue) for _, queue in self._queues()) <= self._spare // 2

    def _queues(self) -> Iterator[tuple[str, deque[Claimed]]]:
        for lane in self._lanes:
            yield from self._line[lane].items()
