"""How many threads may be held by what only waits, so that some are always left to answer."""

import threading


class Seats:
    """Seats of a kind: stream (change streams), fault (slow and hanging calls), webview (the product's pages)."""

    def __init__(self, threads: int) -> None:
        self.most = {"stream": threads // 2, "fault": max(1, threads // 4), "webview": max(1, threads // 4)}
        self.taken = dict.fromkeys(self.most, 0)
        self.turned_away = dict.fromkeys(self.most, 0)
        self._together = max(1, threads - max(1, threads // 8))
        self._lock = threading.Lock()

    def take(self, kind: str) -> bool:
        """False: no more of them now."""
        with self._lock:
            if self.taken[kind] >= self.most[kind] or sum(self.taken.values()) >= self._together:
                self.turned_away[kind] += 1
                return False
            self.taken[kind] += 1
            return True

    def leave(self, kind: str) -> None:
        with self._lock:
            self.taken[kind] -= 1
