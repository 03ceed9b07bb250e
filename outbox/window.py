"""How many calls of one API may be in the air: halved when the platform complains of crowding, grown while calls go well."""

from dataclasses import dataclass

SLOW = 0.1


@dataclass(slots=True)
class Window:
    """Doubles a round up to `threshold`, the last number that was too many less one; beyond that it only feels its way."""

    ceiling: int
    limit: float
    threshold: float
    running: int = 0
    landed: int = 0
    deaf_until: int = 0

    def has_room(self) -> bool:
        """Whether one more may start."""
        return self.running < int(self.limit)

    def went_well(self) -> None:
        """A call was answered."""
        if self.limit < self.threshold:
            self.limit = min(self.limit + 1, self.threshold)
        else:
            self.limit = min(self.limit + SLOW / self.limit, float(self.ceiling))

    def was_crowded(self) -> None:
        """45033: too many at once."""
        if self._listens():
            self.threshold = max(1.0, self.running - 1.0)
            self.limit = max(1.0, self.running / 2)

    def was_throttled(self) -> None:
        """45009: after the rest, begin again with one."""
        if self._listens():
            self.threshold, self.limit = max(1.0, self.limit / 2), 1.0

    def _listens(self) -> bool:
        # Those in the air now were started under the old limit and will say the same: learn once from them all.
        if self.landed < self.deaf_until:
            return False
        self.deaf_until = self.landed + self.running
        return True


def open_window(in_flight: int) -> Window:
    """The window of an API nothing is known of yet."""
    return Window(in_flight, float(in_flight), float(in_flight))
