"""The timetable: every tick has something to do, and trouble of one tick is not the end of the clock."""

import threading

import dramatiq
import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from dramatiq.brokers.stub import StubBroker
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from foundation.redis import redis_client
from jobs import sweep_jobs
from jobs.daily import BY_NAME, DAILY
from jobs.schedule import ASKS, SWEEPS, Ticks


@pytest.fixture
def broker(database: None) -> dramatiq.Broker:
    return StubBroker()


def test_names_are_unique_and_say_the_room() -> None:
    names = [each.name for each in (*SWEEPS, *ASKS, *DAILY)]
    assert len(names) == len(set(names))
    assert all(name.count(".") == 1 for name in names)
    assert set(BY_NAME) == {daily.name for daily in DAILY}


def test_every_tick_is_planned_and_runs_at_the_start(broker: dramatiq.Broker) -> None:
    scheduler = BackgroundScheduler()
    Ticks(broker, lambda: True).add_to(scheduler)
    assert len(scheduler.get_jobs()) == len(SWEEPS) + len(ASKS) + len(DAILY)


def test_every_sweep_runs_on_an_empty_database(broker: dramatiq.Broker) -> None:
    for sweep in SWEEPS:
        assert not sweep.act(), sweep.name
    assert sweep_jobs.forget_old_events() == 0


def test_a_failing_tick_is_counted_and_swallowed(broker: dramatiq.Broker) -> None:
    Ticks(broker, lambda: True).run("a.tick", lambda: 1 / 0)


def test_who_leads_no_longer_does_nothing(broker: dramatiq.Broker) -> None:
    done = threading.Event()
    Ticks(broker, lambda: False).run("a.tick", done.set)
    assert not done.is_set()


def waiting(broker: dramatiq.Broker) -> int:
    return broker.queues["quick"].qsize() if "quick" in broker.get_declared_queues() else 0


def test_somebody_waiting_gets_her_job_at_once_and_once(broker: dramatiq.Broker) -> None:
    ticks = Ticks(broker, lambda: True)
    for name in ("", "unknown.job", "sop.hand_out", "sop.hand_out"):
        ticks.at_once(name)
    assert waiting(broker) == 1


def test_what_a_killed_worker_had_in_hand_is_asked_for_again_within_seconds(broker: dramatiq.Broker) -> None:
    ticks, asks = Ticks(broker, lambda: True), {each.name: each for each in ASKS}
    for name in ("customers.import", "customers.work_batches", "segments.freeze", "segments.export"):
        ticks.at_once(name)
        left = redis_client().pttl(f"jobs:asked:{name}")
        assert 0 < left <= 10_000, name
        assert asks[name].seconds <= 5, name
    assert broker.queues["slow"].qsize() == 4


def test_without_redis_ticks_go_on_and_catch_up(broker: dramatiq.Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = Ticks(broker, lambda: True)
    with monkeypatch.context() as broken:
        broken.setattr("jobs.broker.redis_client", lambda: Redis(port=1, retry=Retry(NoBackoff(), 0)))
        ticks.at_once("sop.hand_out")
    assert waiting(broker) == 0
    ticks.at_once("sop.hand_out")
    assert waiting(broker) == 1
