"""Tokens and tickets: one slot each per app, shared through Redis, refreshed early and by one caller at a time.

Redis may be away: then each process keeps its own. A refusal is remembered for a while, so that a wrong secret is not
tried again and again (the platform blocks the address for an hour, DOC 90313).
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

import redis

from foundation import clock
from foundation.log import logger
from foundation.redis import redis_client
from wecom.errors import PlatformError, Refused

log = logger(__name__)
LOCK_SECONDS = 30
REST_AFTER_REFUSAL = 30.0
REST_AFTER_SILENCE = 2.0
REST_BETWEEN_RENEWALS = 1.0
Fetch = Callable[[], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Issued:
    """A value and the unix second after which it is not used any more."""

    value: str
    good_until: float


@dataclass(slots=True)
class Slot:
    """One process's memory of one token."""

    fetch: Fetch
    lock: threading.Lock = field(default_factory=threading.Lock)
    issued: Issued | None = None
    renewed_at: float = float("-inf")
    failure: PlatformError | None = None
    failed_until: float = 0.0


class TokenKeeper:
    """Named slots under one prefix. `prefix` must tell corp, app and secret apart: two apps never share a slot."""

    def __init__(self, prefix: str, fetchers: dict[str, Fetch]) -> None:
        self._prefix = prefix
        self._slots = {name: Slot(fetch) for name, fetch in fetchers.items()}

    def get(self, name: str) -> str:
        """A value believed good. Raises what fetching it raised."""
        issued = self._slots[name].issued
        if issued is not None and clock.now().timestamp() < issued.good_until:
            return issued.value
        return self._replace(name, None)

    def renew(self, name: str, refused: str) -> str:
        """Another value than the `refused` one: another's fresh one if there is one, else a newly fetched one.

        Returns `refused` itself less than a second after the last renewal: asking again at once would not help.
        """
        return self._replace(name, refused)

    def _replace(self, name: str, refused: str | None) -> str:
        slot = self._slots[name]
        with slot.lock:
            if self._usable(slot.issued, refused):
                return slot.issued.value  # type: ignore[union-attr]  # _usable says it is there
            if refused is not None and monotonic() - slot.renewed_at < REST_BETWEEN_RENEWALS:
                return refused
            if slot.failure is not None and monotonic() < slot.failed_until:
                raise slot.failure.with_traceback(None)
            with self._alone(name):
                return self._take_or_fetch(name, slot, refused)

    def _take_or_fetch(self, name: str, slot: Slot, refused: str | None) -> str:
        shared = self._read(name)
        if self._usable(shared, refused):
            slot.issued = shared
            return shared.value  # type: ignore[union-attr]  # _usable says it is there
        try:
            value, seconds = slot.fetch()
        except PlatformError as error:
            rest = REST_AFTER_REFUSAL if isinstance(error, Refused) else REST_AFTER_SILENCE
            slot.failure, slot.failed_until = error, monotonic() + rest
            raise
        good_for = seconds - min(300.0, seconds * 0.1)
        slot.issued = Issued(value, clock.now().timestamp() + good_for)
        slot.failure = None
        if refused is not None:
            slot.renewed_at = monotonic()
        self._write(name, slot.issued, good_for)
        return value

    @staticmethod
    def _usable(issued: Issued | None, refused: str | None) -> bool:
        return issued is not None and issued.value != refused and clock.now().timestamp() < issued.good_until

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """One caller of all processes; without Redis, of this process."""
        lock = redis_client().lock(f"{self._prefix}:{name}:lock", timeout=LOCK_SECONDS, blocking_timeout=LOCK_SECONDS, sleep=0.05)
        held = False
        try:
            held = bool(lock.acquire())
        except redis.RedisError:
            log.warning("token lock without redis", slot=name)
        try:
            yield
        finally:
            if held:
                self._release(lock)

    @staticmethod
    def _release(lock: "redis.lock.Lock") -> None:
        try:
            lock.release()
        except redis.RedisError:
            log.warning("token lock not released; it ends by itself")

    def _read(self, name: str) -> Issued | None:
        try:
            text = redis_client().get(f"{self._prefix}:{name}")
        except redis.RedisError:
            return None
        if not isinstance(text, str):
            return None
        kept = json.loads(text)
        return Issued(str(kept["value"]), float(kept["good_until"]))

    def _write(self, name: str, issued: Issued, seconds: float) -> None:
        text = json.dumps({"value": issued.value, "good_until": issued.good_until})
        try:
            redis_client().set(f"{self._prefix}:{name}", text, ex=max(1, int(seconds)))
        except redis.RedisError:
            log.warning("token kept in this process only", slot=name)
