"""The sidebar's customer page with many customers in the database: statements and latency."""

import random

from sqlalchemy import event

from app import create_app
from benchmarks.bulk import fill_customers, fill_organisation
from benchmarks.figures import Figure, Size, WrongAnswer, percentile
from benchmarks.load import closed_loop, request_bytes
from benchmarks.stage import stage
from benchmarks.visitor import session_cookie
from foundation import clock
from foundation.db import engine, transaction
from org import queries as people

CONNECTIONS = 4


def _statements(paths: list[str], cookie: str) -> int:
    """The most statements one page took, in this process's own app."""
    seen: list[str] = []
    event.listen(engine(), "before_cursor_execute", lambda _c, _cur, statement, *_rest: seen.append(statement))
    most = 0
    client = create_app(testing=True).test_client()
    client.set_cookie("guidedesk", cookie, domain="localhost")
    for path in paths:
        seen.clear()
        answer = client.get(path)
        if answer.status_code != 200:
            raise WrongAnswer(f"{path}: {answer.status_code}")
        most = max(most, len(seen))
    return most


def run(size: Size) -> list[Figure]:
    """spine.sidebar_sql and spine.sidebar_p95."""
    guides = 400
    with stage("sidebar") as built:
        fill_organisation(guides, clock.now())
        fill_customers(size.customers, guides, clock.now())
        built.web(workers=2)
        with transaction() as session:
            guide = people.find_staff(session, "guide1")
        if guide is None:
            raise WrongAnswer("no guide1")
        cookie = session_cookie(guide.id, guide.epoch)
        hers = [number for number in range(1, size.customers + 1) if number % guides == 0]
        paths = [f"/sidebar/customers/wm{random.choice(hers):030d}" for _ in range(400)]
        statements = _statements(paths[:5], cookie)
        requests = [
            request_bytes("GET", path, f"127.0.0.1:{built.port}", headers=f"Cookie: guidedesk={cookie}\r\n") for path in paths
        ]
        closed_loop(built.port, requests[:50], connections=4, seconds=30)
        result = closed_loop(built.port, requests, connections=CONNECTIONS, seconds=60)
        if set(result.statuses) != {200}:
            raise WrongAnswer(f"answered {result.statuses}")
        p95 = percentile(result.times, 0.95) * 1000
    return [
        Figure("spine.sidebar_sql", statements, "statements", "<= 8", statements <= 8),
        Figure(
            "spine.sidebar_p95",
            p95,
            "ms",
            "p95 < 60 ms",
            p95 < 60,
            note=f"{size.customers} customers, {CONNECTIONS} connections, {result.per_second:.0f} pages/s",
        ),
    ]
