"""One leader, one run of a job at a time, one waiting request for it."""

from collections.abc import Iterator

import pytest
from dramatiq.brokers.redis import RedisBroker
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation.db import engine
from foundation.leader import Leadership, is_led
from foundation.redis import redis_client
from jobs import broker
from jobs.alone import alone, each_alone


def cut(application: str) -> None:
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"), {"name": application}
        )


def test_one_of_two_leads_and_the_other_follows_when_it_gives_up(session: Session) -> None:
    first, second = Leadership("test"), Leadership("test")
    assert first.take()
    assert not second.take()
    assert is_led(session, "test")
    assert not is_led(session, "another")
    first.give_up()
    assert second.take()
    second.give_up()
    assert not is_led(session, "test")


def test_a_leader_whose_connection_is_cut_leads_no_longer_at_once(database: None) -> None:
    leader = Leadership("test")
    assert leader.take()
    assert leader.check()
    assert leader.still_held()
    cut("gd-leader")
    assert not leader.check()
    assert not leader.still_held()
    assert leader.take()
    leader.give_up()


def test_a_paused_leader_does_not_trust_its_old_check(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    leader = Leadership("test")
    assert leader.take()
    monkeypatch.setattr("foundation.leader.FRESH_SECONDS", -1.0)
    assert not leader.still_held()
    leader.give_up()


def test_the_same_job_does_not_run_twice_at_once(database: None) -> None:
    with alone("a.job") as first, alone("a.job") as second, alone("b.job") as other:
        assert (first, second, other) == (True, False, True)
    with alone("a.job") as again:
        assert again


def test_one_that_fails_keeps_back_none_behind_it_and_is_told_at_the_end(database: None) -> None:
    worked: list[int] = []
    troubled: list[int] = []

    def work(one: int) -> bool:
        if one in (1, 3):
            raise OverflowError(f"number {one}")
        worked.append(one)
        return one != 4

    with pytest.raises(OverflowError, match="number 1"):
        each_alone("a.work", [1, 2, 3, 4], work, lambda _session, one: troubled.append(one))
    assert (worked, troubled) == ([2, 4], [1, 3])
    assert each_alone("a.work", [2, 4], work, lambda _session, one: troubled.append(one)) == 1
    assert troubled == [1, 3]
    with alone("a.work 1") as free:
        assert free


def test_trouble_that_cannot_be_noted_just_now_keeps_back_none_behind_it(database: None) -> None:
    worked: list[int] = []

    def work(one: int) -> None:
        if one == 1:
            raise OverflowError("number 1")
        worked.append(one)

    def held(session: Session, _one: int) -> None:
        session.execute(text("SET LOCAL statement_timeout = '1ms'"))
        session.execute(text("SELECT pg_sleep(1)"))

    with pytest.raises(OverflowError, match="number 1"):
        each_alone("a.work", [1, 2], work, held)
    assert worked == [2]


@pytest.fixture
def queue(database: None) -> Iterator[RedisBroker]:
    made = broker.make_broker()
    yield made
    made.client.close()


def waiting(queue: RedisBroker) -> int:
    return int(redis_client().llen("dramatiq:quick"))  # type: ignore[arg-type]


def test_a_job_asked_for_often_waits_once_until_it_begins(queue: RedisBroker) -> None:
    assert broker.ask(queue, "a.job", 7)
    assert not broker.ask(queue, "a.job", 7)
    assert broker.ask(queue, "a.job", 8)
    assert waiting(queue) == 2
    broker.begun("a.job", (7,))
    assert broker.ask(queue, "a.job", 7)


def test_a_flushed_queue_is_asked_again(queue: RedisBroker) -> None:
    assert broker.ask(queue, "a.job")
    redis_client().flushall()
    assert broker.ask(queue, "a.job")
    assert waiting(queue) == 1


def test_without_redis_asking_fails_softly(queue: RedisBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "redis_client", _nobody)
    assert not broker.ask(queue, "a.job")
    broker.begun("a.job", ())


def _nobody() -> object:
    return Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
