"""Redis holds only what can be rebuilt: tokens, locks, limiter counters, job messages, caches."""

from functools import lru_cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from foundation.config import settings


def forget_redis() -> None:
    """Close this process's pool and forget it; the next caller makes one by the settings of that moment."""
    if redis_client.cache_info().currsize:
        redis_client().close()
    redis_client.cache_clear()


@lru_cache(maxsize=1)
def redis_client() -> "redis.Redis":
    """The pooled client of this process; answers text. Short timeouts: nothing may hang on Redis."""
    return redis.Redis.from_url(
        settings().redis_url,
        decode_responses=True,
        socket_timeout=2,
        socket_connect_timeout=1,
        max_connections=512,
        # The default waits and tries again for seconds while Redis is away; one more try is enough for a stale socket.
        retry=Retry(NoBackoff(), 1),
    )
