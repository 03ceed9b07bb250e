"""A durable callback (verified, decrypted, deduplicated, committed) against a bare Flask route on the same server."""

import os
import time

from sqlalchemy import text

from benchmarks.envelopes import requests_of
from benchmarks.figures import Figure, Size, WrongAnswer, paired, percentile
from benchmarks.load import Result, closed_loop, open_loop
from benchmarks.stage import Stage, family, free_port, pin, stage
from foundation.config import settings
from foundation.db import engine

CONNECTIONS = 16
EXPECTED_PER_SECOND = 6_000
OPEN_RATE = 200


def _stored() -> int:
    with engine().connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM inbound_event")) or 0)


def _round(built: Stage, size: Size) -> Result:
    """One closed-loop round; every 200 must be a row."""
    before = _stored()
    requests = requests_of(settings(), int(EXPECTED_PER_SECOND * size.seconds), built.port, int(time.time()))
    result = closed_loop(built.port, requests, connections=CONNECTIONS, seconds=size.seconds)
    kept = _stored() - before
    if result.statuses.get(200, 0) > kept or set(result.statuses) - {200}:
        raise WrongAnswer(f"answered {result.statuses}, kept {kept}")
    return result


def run(size: Size) -> list[Figure]:
    """spine.callback_ack (ratio to the bare route) and spine.callback_p99 (open loop at 200 events/s)."""
    with stage("callbacks") as built:
        peer_port = free_port()
        servers = [built.web(), built.web("benchmarks.peers.flask_bare:app", peer_port)]
        pin([pid for server in servers for pid in family(server.process.pid if server.process else 0)], 0)
        pin([os.getpid()], 1)
        ours, bare = [], []
        warm = requests_of(settings(), 400, built.port, int(time.time()))
        closed_loop(built.port, warm[:200], connections=CONNECTIONS, seconds=5)
        closed_loop(peer_port, warm[200:], connections=CONNECTIONS, seconds=5)
        for _ in range(size.rounds):
            ours.append(_round(built, size).per_second)
            plain = requests_of(settings(), int(EXPECTED_PER_SECOND * size.seconds), peer_port, int(time.time()))
            bare.append(closed_loop(peer_port, plain, connections=CONNECTIONS, seconds=size.seconds).per_second)
        ratio, spread = paired(ours, bare)
        steady = open_loop(built.port, requests_of(settings(), int(OPEN_RATE * 10), built.port, int(time.time())), rate=OPEN_RATE)
        if set(steady.statuses) != {200}:
            raise WrongAnswer(f"answered {steady.statuses}")
        p99 = percentile(steady.times, 0.99) * 1000
    return [
        Figure(
            "spine.callback_ack",
            sorted(ours)[len(ours) // 2],
            "req/s",
            "ratio >= 0.5 of bare Flask",
            ratio >= 0.5,
            sorted(bare)[len(bare) // 2],
            ratio,
            spread,
        ),
        Figure("spine.callback_p99", p99, "ms", "p99 < 200 ms at 200 events/s", p99 < 200, note=spread_of(steady)),
    ]


def spread_of(result: Result) -> str:
    """p50, p95 and the slowest, in words."""
    return ", ".join(
        f"{name} {percentile(result.times, share) * 1000:.1f} ms" for name, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0))
    )
