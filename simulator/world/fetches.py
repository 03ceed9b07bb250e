"""Jobs of media/upload_by_url: what the platform fetches by itself."""

from collections import deque
from dataclasses import dataclass, field

RUNNING, DONE, FAILED = 1, 2, 3


@dataclass(slots=True)
class Fetch:
    jobid: str
    agentid: int
    type: str
    filename: str
    url: str
    md5: str
    created_at: int
    status: int = RUNNING
    errcode: int = 0
    media_id: str = ""
    finished_at: int = 0


@dataclass(slots=True)
class Fetches:
    by_id: dict[str, Fetch] = field(default_factory=dict)
    _queue: deque[Fetch] = field(default_factory=deque, init=False, repr=False)
    _workers: int = field(default=0, init=False, repr=False)

    def wait(self, job: Fetch, most_workers: int) -> bool:
        """Queue a job; True when one more worker has to begin."""
        self._queue.append(job)
        needed = self._workers < most_workers
        self._workers += needed
        return needed

    def take(self) -> Fetch | None:
        """The next job; None when nothing waits and the worker ends."""
        if self._queue:
            return self._queue.popleft()
        self._workers -= 1
        return None
