"""Alive, ready, metrics: what a watcher sees when all is well and when something is not."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from foundation import clock, health
from foundation.db import transaction
from foundation.leader import Leadership
from tests.builders.bot import deliver, event_xml, make_event


@pytest.fixture
def leader(database: None) -> Iterator[Leadership]:
    held = Leadership(health.CLOCK_LEADER)
    assert held.take()
    yield held
    held.give_up()


def test_alive_asks_nobody(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"alive": True}


def test_ready_when_everything_works(client: FlaskClient, leader: Leadership) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.get_json()
    checks = answer.get_json()["checks"]
    assert set(checks) == {"database", "redis", "migrations", "leader", "oldest_event", "oldest_message"}
    assert checks["migrations"]["found"] == checks["migrations"]["wanted"]


def test_without_a_leading_clock_it_is_not_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["leader"] == {"ok": False}


def test_an_event_waiting_too_long_shows(client: FlaskClient, leader: Leadership) -> None:
    with transaction() as session:
        make_event(session, due_at=clock.now() - timedelta(minutes=5))
    checks = client.get("/readyz").get_json()["checks"]
    assert not checks["oldest_event"]["ok"]
    assert 290 < checks["oldest_event"]["seconds"] < 310


def test_without_redis_it_says_so(client: FlaskClient, leader: Leadership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_redis", lambda: health.Finding(False, {"problem": "ConnectionError"}))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["database"]["ok"]


def test_metrics_count_the_refused_and_show_the_depths(client: FlaskClient) -> None:
    client.post("/wecom/callback/app")
    deliver(client, event_xml("odd"))
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    assert any(line.startswith('guidedesk_refused_envelopes_total{receiver="app",why="arguments"}') for line in lines)
    assert 'guidedesk_inbox_events{status="waiting"} 1.0' in lines
    assert 'guidedesk_outbox_messages{status="waiting"} 0.0' in lines
    assert "guidedesk_database_up 1.0" in lines
