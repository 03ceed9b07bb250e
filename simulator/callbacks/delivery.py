"""Carries events to their receivers: a pool of senders, five seconds each, up to three more tries (DOC 90238)."""

import heapq
import itertools
import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from simulator.callbacks import xml
from simulator.callbacks.crypto import Envelope
from simulator.callbacks.options import DeliveryOptions
from simulator.callbacks.post import Answer, Line
from simulator.clock import Clock
from simulator.world.apps import Receiver

KEEP_ATTEMPTS = 20_000
MAX_SENDERS = 64
PRINTABLE = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Event:
    """What a receiver is to be told; `xml` is sent as it is when given, otherwise `fields` are rendered."""

    id: int
    receiver: str
    event: str
    change_type: str
    fields: xml.Fields
    xml: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver one event; `status` 0 when there was no answer."""

    id: int
    event_id: int
    receiver: str
    event: str
    change_type: str
    attempt: int
    at: float
    elapsed_ms: float
    status: int
    error: str
    body: str
    xml: str


OnReply = Callable[[Event, Receiver, bytes], None]


class Delivery:
    """`on_reply` gets the decrypted-yet-unread body of every answer that was not empty."""

    def __init__(self, clock: Clock, receivers: Callable[[str], Receiver | None], corpid: Callable[[], str]) -> None:
        self.options = DeliveryOptions()
        self.attempts: deque[Attempt] = deque(maxlen=KEEP_ATTEMPTS)
        self.on_reply: OnReply | None = None
        self._clock = clock
        self._receivers = receivers
        self._corpid = corpid
        self._rng = random.Random()
        self._queue: list[tuple[float, int, int, Event]] = []
        self._order = itertools.count()
        self._attempt_ids = itertools.count(1)
        lock = threading.Lock()
        self._ready = threading.Condition(lock)
        self._idle = threading.Condition(lock)
        self._pending = 0
        self._senders = 0
        self._stopped = False

    @property
    def pending(self) -> int:
        return self._pending

    def enqueue(self, event: Event) -> None:
        """Queue the event and its duplicates; with no address to send to it is only logged."""
        receiver = self._receivers(event.receiver)
        if receiver is None or not receiver.url:
            text = event.xml or xml.render(event.fields)
            self._log(event, 1, Answer(0, b"", 0.0, "the receiver has no address"), text)
            return
        with self._idle:
            for _ in range(1 + self.options.duplicate):
                low, high = self.options.delay
                wait = self._rng.uniform(low, high) + (self._rng.uniform(0, 0.3) if self.options.reorder else 0.0)
                self._push(time.monotonic() + wait, 1, event)
                self._pending += 1
            while self._senders < min(self.options.senders, MAX_SENDERS):
                threading.Thread(target=self._work, args=(self._senders,), daemon=True).start()
                self._senders += 1

    def wait_idle(self, seconds: float) -> bool:
        """True when nothing was pending within `seconds` of real time."""
        with self._idle:
            return self._idle.wait_for(lambda: self._pending == 0, seconds)

    def wake(self) -> None:
        """Look again at the options (after an outage ended or the pool changed)."""
        with self._ready:
            self._ready.notify_all()

    def clear(self) -> None:
        """Forget the log and everything that waits."""
        with self._idle:
            self._pending -= len(self._queue)
            self._queue.clear()
            self.attempts.clear()
            self._idle.notify_all()

    def stop(self) -> None:
        with self._idle:
            self._stopped = True
            self._ready.notify_all()

    def _push(self, due: float, attempt: int, event: Event) -> None:
        heapq.heappush(self._queue, (due, next(self._order), attempt, event))
        self._ready.notify()

    def _take(self, number: int) -> tuple[int, Event] | None:
        """The next due try; None when the pool is closing. Sleeps while there is nothing for this sender."""
        with self._ready:
            while not self._stopped:
                pause: float | None = None
                if self._queue and not self.options.outage and number < self.options.senders:
                    pause = self._queue[0][0] - time.monotonic()
                    if pause <= 0:
                        _, _, attempt, event = heapq.heappop(self._queue)
                        return attempt, event
                self._ready.wait(pause)
                if number >= self.options.senders:
                    self._ready.notify()
                    self._ready.wait(0.05)
            return None

    def _work(self, number: int) -> None:
        line = Line()
        while (taken := self._take(number)) is not None:
            attempt, event = taken
            again = None
            try:
                again = self._try(line, attempt, event)
            finally:
                with self._idle:
                    if again is not None:
                        self._push(time.monotonic() + again, attempt + 1, event)
                    else:
                        self._pending -= 1
                        self._idle.notify_all()
        line.close()

    def _try(self, line: Line, attempt: int, event: Event) -> float | None:
        """Deliver once. None when done with this event, otherwise seconds until the next try."""
        receiver = self._receivers(event.receiver)
        if receiver is None:
            return None
        options = self.options
        text = event.xml or xml.render(event.fields, self._rng if options.shuffle else None)
        body, args = self._seal(receiver, text)
        answer = line.send("POST", receiver.url, args, body, options.timeout)
        self._log(event, attempt, answer, text)
        if answer.status == 200:
            if answer.body.strip() and self.on_reply is not None:
                self.on_reply(event, receiver, answer.body)
            return None
        delays = options.retry_delays
        return delays[attempt - 1] if attempt <= len(delays) else None

    def _seal(self, receiver: Receiver, text: str) -> tuple[bytes, dict[str, str]]:
        """Body and query of one try; nonce, timestamp and the random bytes are fresh every time."""
        envelope = Envelope(receiver.token, receiver.aes_key, self._corpid())
        encrypted = envelope.encrypt(text.encode(), self.prefix())
        timestamp, nonce = str(self._clock.seconds()), str(self._rng.randrange(10**8, 10**10))
        agentid = "" if receiver.agentid is None else str(receiver.agentid)
        outer = [("ToUserName", self._corpid()), ("Encrypt", encrypted), ("AgentID", agentid)]
        signature = envelope.sign(timestamp, nonce, encrypted)
        return xml.render(outer).encode(), {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}

    def prefix(self) -> bytes:
        if self.options.binary_prefix:
            return os.urandom(16)
        return "".join(self._rng.choices(PRINTABLE, k=16)).encode()

    def _log(self, event: Event, attempt: int, answer: Answer, text: str) -> None:
        error = answer.error or ("" if answer.status == 200 else f"HTTP {answer.status}")
        body = answer.body[:2048].decode("utf-8", "replace")
        self.attempts.append(
            Attempt(
                next(self._attempt_ids), event.id, event.receiver, event.event, event.change_type, attempt,
                self._clock.now(), answer.elapsed_ms, answer.status, error, body, text,
            )
        )  # fmt: skip
