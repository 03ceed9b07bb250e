"""Parts of one work done side by side and committed one after the other, so that a single number tells how far it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Whose turn it is to commit: the part that begins where the last one ended. Behind one that failed there are no turns."""

    def __init__(self, position: int) -> None:
        self._position = position
        self._failed: int | None = None
        self._moved = Condition()

    def is_over(self, after: int) -> bool:
        """Whether this part, or one before it, failed."""
        return self._failed is not None and after >= self._failed

    def wait(self, after: int, seconds: float | None = None) -> bool:
        """Until everything before is committed; False when it is not after these seconds, or never will be."""
        with self._moved:
            self._moved.wait_for(lambda: self.is_over(after) or self._position == after, seconds)
            return self._position == after and not self.is_over(after)

    def move(self, until: int) -> None:
        """This part is committed; it is the next one's turn."""
        with self._moved:
            self._position = until
            self._moved.notify_all()

    def stop(self, after: int) -> None:
        """This part failed, or is not to be kept."""
        with self._moved:
            self._failed = after if self._failed is None else min(after, self._failed)
            self._moved.notify_all()

    @contextmanager
    def stopping_on_errors(self, after: int) -> Iterator[None]:
        """Whoever fails must not be waited for."""
        done = False
        try:
            yield
            done = True
        finally:
            if not done:
                self.stop(after)
