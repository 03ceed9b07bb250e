"""The queue of background jobs: Dramatiq on Redis. Losing Redis delays jobs and loses nothing; what is due stands in tables."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from foundation.config import settings
from foundation.log import logger
from foundation.redis import redis_client

log = logger(__name__)
QUICK, SLOW = "quick", "slow"


def make_broker() -> RedisBroker:
    """The broker. With the defaults a job of a killed worker comes back by a chance of 0.1 % a command, which may be never."""
    # One quick try: the client's own ten patient ones would hold up every tick while Redis is away.
    client = Redis.from_url(settings().redis_url, socket_connect_timeout=2, socket_timeout=30, retry=Retry(NoBackoff(), 1))
    return RedisBroker(  # type: ignore[no-untyped-call]
        client=client, maintenance_chance=100_000, heartbeat_timeout=30_000
    )


def _asked_key(name: str, args: tuple[object, ...]) -> str:
    return ":".join(["jobs", "asked", name, *map(str, args)])


def ask(broker: dramatiq.Broker, name: str, *args: int | str, queue: str = QUICK, again_after: int = 60) -> bool:
    """Ask for a job by name unless the same one already waits; False when it does, or when Redis is away.

    The mark is taken off when the job begins (`begun`), so what changes while it runs is asked for again; after
    `again_after` seconds it goes by itself, so a flushed or lost queue is asked again by the next tick.
    """
    try:
        if not redis_client().set(_asked_key(name, args), 1, nx=True, ex=again_after):
            return False
        broker.declare_queue(queue)
        broker.enqueue(dramatiq.Message(queue_name=queue, actor_name=name, args=args, kwargs={}, options={}))
    except (RedisError, dramatiq.errors.BrokerConnectionError) as error:
        # The mark may stand although nothing was queued; taken off, the next tick asks at once.
        begun(name, args)
        log.warning("job not asked for, the next tick tries again", job=name, problem=type(error).__name__)
        return False
    return True


def begun(name: str, args: tuple[object, ...]) -> None:
    """The job has begun: the same one may be asked for again."""
    try:
        redis_client().delete(_asked_key(name, args))
    except RedisError as error:
        log.warning("mark of a job not removed, it goes by itself", job=name, problem=type(error).__name__)
