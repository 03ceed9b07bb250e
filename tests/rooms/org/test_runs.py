"""The record of syncs: one per kind at a time, resumable, fenced."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from foundation import clock
from foundation.errors import Conflict
from org import actions as org
from org.models import SyncRun, SyncStatus


def claimed(session: Session) -> SyncRun:
    run = org.claim_run(session)
    assert run is not None
    return run


def test_asking_twice_gives_the_same_run(session: Session) -> None:
    assert org.start_run(session, "tags", "staff:1").id == org.start_run(session, "tags", "platform").id


def test_what_the_platform_tells_during_a_run_gets_a_run_behind_it(session: Session) -> None:
    first = org.start_run(session, "tags", "staff:1")
    claimed(session)
    assert org.start_run(session, "tags", "staff:1").id == first.id
    assert org.start_run(session, "tags", "platform").id != first.id


def test_one_run_of_a_kind_at_a_time(session: Session) -> None:
    org.start_run(session, "tags", "platform")
    claimed(session)
    org.start_run(session, "tags", "platform")
    assert org.claim_run(session) is None
    other = org.start_run(session, "org", "staff:1")
    assert claimed(session).id == other.id


def test_a_run_whose_worker_died_is_taken_over_at_its_cursor(session: Session) -> None:
    run = org.start_run(session, "customers", "staff:1")
    fence = claimed(session).cursor["fence"]
    org.beat(session, run.id, fence, cursor={"after": "m"}, done=100, total=300, report={"a": 1})
    assert org.claim_run(session) is None
    run.beat_at = clock.now() - timedelta(minutes=3)
    session.flush()
    again = claimed(session)
    assert (again.id, again.cursor["after"], again.done, again.total) == (run.id, "m", 100, 300)
    with pytest.raises(Conflict):
        org.beat(session, run.id, fence, cursor={"after": "z"})


def test_a_failed_run_goes_on_when_asked_again_the_same_day(session: Session) -> None:
    run = org.start_run(session, "full", "staff:1")
    fence = claimed(session).cursor["fence"]
    org.finish_run(session, run.id, fence, error="企业微信没有响应")
    assert (run.status, run.error) == (SyncStatus.FAILED, "企业微信没有响应")
    assert org.start_run(session, "full", "staff:1").id == run.id
    run.status, run.created_at = SyncStatus.FAILED, clock.now() - timedelta(days=2)
    session.flush()
    assert org.start_run(session, "full", "staff:1").id != run.id


@pytest.mark.parametrize("machine", ["job:org.reconcile", "platform"])
def test_a_machine_starts_over_an_hour_after_a_failure_while_a_person_goes_on(session: Session, machine: str) -> None:
    run = org.start_run(session, "full", machine)
    org.finish_run(session, run.id, claimed(session).cursor["fence"], error="企业微信没有响应")
    failed_at = run.finished_at
    assert failed_at is not None
    with time_machine.travel(failed_at + timedelta(hours=3), tick=False):
        assert org.start_run(session, "full", "staff:1").id == run.id
        run.status, run.finished_at = SyncStatus.FAILED, failed_at
        session.flush()
        again = org.start_run(session, "full", machine)
        assert (again.id != run.id, again.cursor) == (True, {})


def test_a_machine_goes_on_soon_after_a_failure(session: Session) -> None:
    run = org.start_run(session, "full", "platform")
    org.finish_run(session, run.id, claimed(session).cursor["fence"], error="企业微信没有响应")
    assert org.start_run(session, "full", "platform").id == run.id


def test_a_worker_that_lost_its_run_cannot_keep_it_alive(session: Session) -> None:
    run = org.start_run(session, "tags", "staff:1")
    fence = claimed(session).cursor["fence"]
    run.beat_at = clock.now() - timedelta(minutes=3)
    session.flush()
    assert not org.keep_alive(session, run.id, fence - 1)
    assert org.keep_alive(session, run.id, fence)
    session.expire_all()
    assert org.claim_run(session) is None


def test_a_finished_run_is_done(session: Session) -> None:
    run = org.start_run(session, "org", "staff:1")
    org.finish_run(session, run.id, claimed(session).cursor["fence"])
    assert run.status == SyncStatus.DONE
    assert run.finished_at is not None
    assert org.claim_run(session) is None
