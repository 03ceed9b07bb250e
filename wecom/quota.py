"""Stay below the platform's frequency rules (DOC 90312): windows per API, counted for all processes on Redis.

Calls are taken from the shared window a few at a time, so that the hot path costs no round trip each. Without Redis the
door is open: the platform's own 45009 is the second line.
"""

import threading
from dataclasses import dataclass
from time import monotonic

import redis
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from prometheus_client import Counter

from foundation.config import Settings
from foundation.log import logger
from wecom.errors import Throttled
from wecom.reasons import reason

log = logger(__name__)
UNCHECKED = Counter("wecom_quota_unchecked_total", "Platform calls made while the shared quota could not be read")
LEASE_SECONDS = 1.0
LARGEST_LEASE = 50
REST_WITHOUT_REDIS = 5.0
WAIT_MINUTE, WAIT_HOUR = 5.0, 60.0


@dataclass(slots=True)
class Lease:
    """Calls already counted in the shared windows and not yet made."""

    left: int = 0
    until: float = 0.0
    size: int = 1


class Quota:
    """Shared windows of one corp. Thread-safe."""

    def __init__(self, redis_url: str, corp_id: str, per_minute: int, per_hour: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(
            RedisStorage(redis_url, socket_timeout=1, socket_connect_timeout=1, key_prefix="wecom-quota")
        )
        self._windows: list[tuple[RateLimitItem, float]] = [
            (RateLimitItemPerMinute(per_minute), WAIT_MINUTE),
            (RateLimitItemPerHour(per_hour), WAIT_HOUR),
        ]
        self._corp_id = corp_id
        self._lock = threading.Lock()
        self._leases: dict[str, Lease] = {}
        self._open_until = 0.0

    def take(self, call: str) -> None:
        """Count one call of an API. Raises Throttled when a window is full."""
        with self._lock:
            lease = self._leases.setdefault(call, Lease())
            if lease.left and monotonic() < lease.until:
                lease.left -= 1
                return
            if monotonic() < self._open_until:
                UNCHECKED.inc()
                return
            self._take_lease(call, lease)

    def _take_lease(self, call: str, lease: Lease) -> None:
        # Grow only while leases are used up inside their second: a rare call takes one at a time.
        lease.size = min(lease.size * 2, LARGEST_LEASE) if monotonic() < lease.until else 1
        try:
            got = lease.size if self._hit(call, lease.size) is None else 0
            if not got:
                full = self._hit(call, 1)
                if full is not None:
                    raise Throttled(reason(45009), call=call, window_seconds=full, errcode=None)
                got = 1
        except redis.RedisError:
            log.warning("quota not counted: redis is away")
            self._open_until = monotonic() + REST_WITHOUT_REDIS
            UNCHECKED.inc()
            return
        lease.left, lease.until = got - 1, monotonic() + LEASE_SECONDS

    def _hit(self, call: str, cost: int) -> float | None:
        """None when all windows had room, else how long to wait."""
        for window, wait in self._windows:
            if not self._limiter.hit(window, self._corp_id, call, cost=cost):
                return wait
        return None


def quota_from(settings: Settings) -> Quota:
    """The quota the settings describe."""
    return Quota(settings.redis_url, settings.wecom_corp_id, settings.wecom_calls_per_minute, settings.wecom_calls_per_hour)
