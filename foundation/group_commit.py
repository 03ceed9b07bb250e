"""Many requests, one transaction: each waits until the one thread that writes for all of them has committed what it brought."""

import atexit
import os
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from foundation.log import words_of

ANSWER_SECONDS = 4.0

Brought = TypeVar("Brought")
Answer = TypeVar("Answer")


class NotKept(Exception):
    """What a request brought could not be stored in time: whoever sent it is to try again."""


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass
class Waiting(Generic[Brought, Answer]):
    """`answered` is a bare lock, held until the answer: an Event is three objects and costs a tenth of a request.

    `given_up`: the request was told to try again, so what it brought may be left out.
    """

    brought: Brought
    answered: threading.Lock = field(default_factory=_held)
    answer: Answer | None = None
    problem: Exception | None = None
    given_up: bool = False

    def settle(self, answer: Answer | None, problem: Exception | None) -> None:
        """Let the request go on."""
        self.answer, self.problem = answer, problem
        self.answered.release()


class GroupCommit(ABC, Generic[Brought, Answer]):
    """A bounded queue and its one writing thread. A child settles every request of a batch it is given, whatever happens.

    `stores_given_up`: whether what was brought is stored even when its request was told to try again; right where the repeat
    is recognised as the same, wrong where it would count twice.
    """

    stores_given_up = False

    def __init__(self, name: str, *, batch: int, room: int) -> None:
        self._batch, self._room = batch, room
        self._queue: queue.SimpleQueue[Waiting[Brought, Answer] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @abstractmethod
    def write(self, batch: list[Waiting[Brought, Answer]]) -> None:
        """Store what the batch brought and settle each of it; never raises."""

    @abstractmethod
    def drop_connection(self) -> None:
        """Let the connection go; the next batch opens a new one."""

    def bring(self, brought: Brought, seconds: float) -> Answer | None:
        """What it was answered after its commit. Raises NotKept when the queue is full, or it was slow or not possible."""
        if self._queue.qsize() >= self._room:
            raise NotKept("the queue is full")
        waiting = Waiting[Brought, Answer](brought)
        self._queue.put(waiting)
        if not waiting.answered.acquire(timeout=seconds):
            waiting.given_up = True
            raise NotKept("not committed in time")
        if waiting.problem is not None:
            raise NotKept(words_of(waiting.problem))
        return waiting.answer

    def close(self) -> None:
        """Write what waits, then end the thread."""
        self._queue.put(None)
        self._thread.join(ANSWER_SECONDS)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, goes_on = self._gather(first)
            if live := [each for each in batch if self.stores_given_up or not each.given_up]:
                self.write(live)
            if not goes_on:
                break
        self.drop_connection()

    def _gather(self, first: Waiting[Brought, Answer]) -> tuple[list[Waiting[Brought, Answer]], bool]:
        batch = [first]
        while len(batch) < self._batch:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return batch, False
            batch.append(more)
        return batch, True


Writer = TypeVar("Writer", bound=GroupCommit[Any, Any])


def one_a_process(make: Callable[[], Writer]) -> Callable[[], Writer]:
    """The writer of this process, made when it is first asked for: a thread made before fork would not exist after it."""
    made: dict[int, Writer] = {}
    guard = [threading.Lock()]

    def writer() -> Writer:
        pid = os.getpid()
        found = made.get(pid)
        if found is not None:
            return found
        with guard[0]:
            if pid not in made:
                made.clear()
                made[pid] = make()
                atexit.register(made[pid].close)
            return made[pid]

    def renew() -> None:
        guard[0] = threading.Lock()

    # A lock that another thread held at the fork would stay held in the child for ever.
    os.register_at_fork(after_in_child=renew)
    return writer
