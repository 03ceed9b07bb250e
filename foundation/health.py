"""Doors for whoever watches the product: alive, ready, metrics. Rooms register what they know; this file knows no room."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.leader import is_led
from foundation.redis import redis_client

bp = Blueprint("health", __name__)
ROOT = Path(__file__).parent.parent
CLOCK_LEADER = "guidedesk clock"


@dataclass(frozen=True)
class Finding:
    """What a check found. `facts` go into the answer as they are, so they hold no secret."""

    ok: bool
    facts: Mapping[str, object] = field(default_factory=dict)


Check = Callable[[Session], Finding]
Gauge = Callable[[Session], Mapping[tuple[str, ...], float]]
_checks: dict[str, Check] = {}
_gauges: dict[str, tuple[str, tuple[str, ...], Gauge]] = {}


def register_check(name: str, check: Check) -> None:
    """Have `check` asked by /readyz, in a transaction of its own. The same name again replaces it."""
    _checks[name] = check


def register_gauge(name: str, says: str, labels: tuple[str, ...], read: Gauge) -> None:
    """Have `read` asked at every scrape; it answers {label values: number}."""
    _gauges[name] = (says, labels, read)


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers. Asks nobody else; load balancers route by this one, as callbacks need no Redis and no clock."""
    return jsonify({"alive": True})


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Everything the product needs works: database, migrations, Redis, a leading clock, nothing waiting too long. Else 503."""
    findings = {"redis": _redis(), **dict(_database_findings())}
    fine = all(finding.ok for finding in findings.values())
    answer = {name: {"ok": finding.ok, **finding.facts} for name, finding in findings.items()}
    return jsonify({"ready": fine, "checks": answer}), 200 if fine else 503


def _database_findings() -> Iterator[tuple[str, Finding]]:
    checks = {"database": _database, "migrations": _migrations, "leader": _leader, **_checks}
    for name, check in checks.items():
        try:
            with transaction() as session:
                yield name, check(session)
        except SQLAlchemyError as error:
            yield name, Finding(False, {"problem": type(error).__name__})
            if name == "database":
                return


def _redis() -> Finding:
    try:
        redis_client().ping()
    except RedisError as error:
        return Finding(False, {"problem": type(error).__name__})
    return Finding(True)


def _database(session: Session) -> Finding:
    session.connection()
    return Finding(True)


@lru_cache(maxsize=1)
def _wanted_migration() -> str | None:
    return ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini"))).get_current_head()


def _migrations(session: Session) -> Finding:
    wanted = _wanted_migration()
    found = MigrationContext.configure(session.connection()).get_current_revision()
    return Finding(found == wanted, {"found": found, "wanted": wanted})


def _leader(session: Session) -> Finding:
    return Finding(is_led(session, CLOCK_LEADER))


class _FromDatabase(Collector):
    """Gauges read when asked for, so every process shows the same numbers."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("guidedesk_database_up", "Whether the database answered this scrape")
        working = True
        for name, (says, labels, read) in _gauges.items():
            family = GaugeMetricFamily(name, says, labels=labels)
            try:
                with transaction() as session:
                    for values, number in read(session).items():
                        family.add_metric(values, number)
            except SQLAlchemyError:
                working = False
                break
            yield family
        up.add_metric([], float(working))
        yield up


@bp.get("/metrics")
def metrics() -> Response:
    """Prometheus text: this process's counters (all web workers' with PROMETHEUS_MULTIPROC_DIR) and gauges from the database."""
    counters = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counters = CollectorRegistry()
        MultiProcessCollector(counters)  # type: ignore[no-untyped-call]
    gauges = CollectorRegistry()
    gauges.register(_FromDatabase())
    return Response(generate_latest(counters) + generate_latest(gauges), content_type=CONTENT_TYPE_LATEST)
