"""The virtual clock every rule of the simulator reads; starts at real time and runs with it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))


class Clock:
    """Unix seconds that can be moved forward, stopped and started again."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._offset = 0.0
        self._stopped_at: float | None = None

    def now(self) -> float:
        if self._stopped_at is not None:
            return self._stopped_at
        return self._real() + self._offset

    def seconds(self) -> int:
        return int(self.now())

    @property
    def paused(self) -> bool:
        return self._stopped_at is not None

    @property
    def offset(self) -> float:
        """Seconds ahead of (or behind) real time."""
        return self.now() - self._real()

    def until(self, hour: int, minute: int) -> float:
        """Seconds to the next time a clock in Shanghai shows this."""
        here = datetime.fromtimestamp(self.now(), SHANGHAI)
        then = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return ((then if then > here else then + timedelta(days=1)) - here).total_seconds()

    def advance(self, seconds: float) -> None:
        self._offset += seconds
        if self._stopped_at is not None:
            self._stopped_at += seconds

    def pause(self) -> None:
        self._stopped_at = self.now()

    def resume(self) -> None:
        if self._stopped_at is not None:
            self._offset = self._stopped_at - self._real()
            self._stopped_at = None

    @property
    def stopped_at(self) -> float | None:
        """The moment a stopped clock shows; None while it runs."""
        return self._stopped_at

    def restore(self, offset: float, stopped_at: float | None) -> None:
        """Go on as saved."""
        self._offset, self._stopped_at = offset, stopped_at

    def reset(self) -> None:
        self._offset, self._stopped_at = 0.0, None
