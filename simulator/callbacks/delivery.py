"""Carries events to their receivers: senders of its own for each, five seconds a try, up to three more tries (DOC 90238)."""

import itertools
import logging
import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable

from simulator.callbacks import xml
from simulator.callbacks.crypto import Envelope
from simulator.callbacks.event import Attempt, Event
from simulator.callbacks.lane import Lane
from simulator.callbacks.options import DeliveryOptions
from simulator.callbacks.post import Answer, Line
from simulator.clock import Clock
from simulator.world.apps import Receiver

log = logging.getLogger(__name__)
KEEP_ATTEMPTS = 20_000
PRINTABLE = "0123456789abcdef"
NO_ADDRESS = "the receiver has no address"
CROWDED_OUT = "dropped: too many events wait for this receiver"

OnReply = Callable[[Event, Receiver, bytes], None]


class Delivery:
    """`on_reply` gets the still sealed body of every answer with status 200 that was not empty."""

    def __init__(self, clock: Clock, receivers: Callable[[str], Receiver | None], corpid: Callable[[], str]) -> None:
        self.options = DeliveryOptions()
        self.attempts: deque[Attempt] = deque(maxlen=KEEP_ATTEMPTS)
        self.on_reply: OnReply | None = None
        self.generation = 0
        self.errors = 0
        self._clock = clock
        self._receivers = receivers
        self._corpid = corpid
        self._rng = random.Random()
        self._attempt_ids = itertools.count(1)
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._lanes: dict[str, Lane] = {}
        self._pending = 0

    @property
    def pending(self) -> int:
        return self._pending

    def senders(self) -> dict[str, int]:
        """Threads alive for each receiver that was ever sent something."""
        return {name: lane.alive for name, lane in list(self._lanes.items())}

    def enqueue(self, event: Event) -> None:
        """Queue the event and its duplicates; with no address to send to it is only logged."""
        receiver = self._receivers(event.receiver)
        if receiver is None or not receiver.url:
            self._log(event, 1, Answer(0, b"", 0.0, NO_ADDRESS), event.xml or xml.render(event.fields))
            return
        with self._lock:
            if event.generation != self.generation:
                return
            for _ in range(1 + self.options.duplicate):
                low, high = self.options.delay
                wait = self._rng.uniform(low, high) + (self._rng.uniform(0, 0.3) if self.options.reorder else 0.0)
                self._pending += 1
                self._push(wait, 1, event)

    def wait_idle(self, seconds: float) -> bool:
        """True when nothing was pending within `seconds` of real time."""
        with self._idle:
            return self._idle.wait_for(lambda: self._pending == 0, seconds)

    def wake(self) -> None:
        """Look again at the options (after an outage ended or the number of senders changed)."""
        with self._lock:
            for lane in self._lanes.values():
                lane.wake()

    def clear(self) -> None:
        """Forget the log and everything that waits; what is being sent right now is neither logged nor tried again."""
        with self._lock:
            self.generation += 1
            self._pending = 0
            for lane in self._lanes.values():
                lane.clear()
            self.attempts.clear()
            self._idle.notify_all()

    def stop(self) -> None:
        with self._lock:
            for lane in self._lanes.values():
                lane.stop()

    def _push(self, wait: float, attempt: int, event: Event) -> None:
        lane = self._lanes.get(event.receiver)
        if lane is None:
            lane = self._lanes[event.receiver] = Lane(self._lock, self.options, self._work)
        gone = lane.push(time.monotonic() + wait, attempt, event)
        if gone is not None:
            self._log(gone, 0, Answer(0, b"", 0.0, CROWDED_OUT), gone.xml or xml.render(gone.fields))
            self._done()

    def _done(self) -> None:
        self._pending -= 1
        self._idle.notify_all()

    def _work(self, lane: Lane) -> None:
        line = Line()
        try:
            while (taken := lane.take()) is not None:
                self._carry(line, *taken)
        finally:
            line.close()
            lane.leave()

    def _carry(self, line: Line, attempt: int, event: Event) -> None:
        again = None
        try:
            again = self._try(line, attempt, event)
        except Exception as error:  # whatever it was: a sender that dies is missing to every event after this one
            log.exception("event %s could not be sent", event.id)
            self.errors += 1
            self._log(event, attempt, Answer(0, b"", 0.0, f"{type(error).__name__}: {error}"), event.xml)
        with self._lock:
            if event.generation == self.generation:
                if again is None:
                    self._done()
                else:
                    self._push(again, attempt + 1, event)

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
        if event.generation != self.generation:
            return
        error = answer.error or ("" if answer.status == 200 else f"HTTP {answer.status}")
        body = answer.body[:2048].decode("utf-8", "replace")
        self.attempts.append(
            Attempt(
                next(self._attempt_ids), event.id, event.receiver, event.event, event.change_type, attempt,
                self._clock.now(), answer.elapsed_ms, answer.status, error, body, text,
            )
        )  # fmt: skip
