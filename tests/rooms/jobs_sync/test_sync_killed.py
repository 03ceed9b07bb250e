"""A sync whose process is killed outright goes on where its last page was committed, and repeats nothing."""

import multiprocessing
import os
import signal
from collections import Counter
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import func, select

from customers.models import Customer, Follow, TimelineEntry
from foundation import clock
from foundation.db import engine, transaction
from foundation.redis import forget_redis
from jobs import sync_jobs
from org import actions as org
from org.models import SyncRun, SyncStatus
from tests.builders.corp import Corp
from tests.builders.customers import pulled_row
from tests.builders.platform import Call, ScriptedPlatform

PAGES, KILLED_AT = 10, 6


@pytest.fixture
def many(corp: Corp) -> Corp:
    """One guide with twenty customers in ten pages."""
    day = clock.now() - timedelta(days=30)
    corp.rows = [pulled_row(f"wm{number:02}", "ai", day, tags=["et-会员"]) for number in range(PAGES * corp.page_size)]
    corp.follow_users = ["ai"]
    return corp


def _work() -> None:
    engine().dispose(close=False)
    forget_redis()
    sync_jobs.run_waiting()


def _assert_each_came_once(number: int, people: int) -> None:
    with transaction() as session:
        run = session.get_one(SyncRun, number)
        assert (run.status, run.done) == (SyncStatus.DONE, run.total)
        assert run.report["steps"]["customers"]["seen"] == run.report["steps"]["customers"]["new"] == people
        for table in (Customer, Follow):
            assert session.scalar(select(func.count()).select_from(table)) == people
        moments = select(func.count()).select_from(TimelineEntry).where(TimelineEntry.kind == "added")
        assert session.scalar(moments) == people


def test_a_sync_killed_with_its_process_goes_on_without_repeats(
    many: Corp, platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNC_WORKERS", "1")
    sync_jobs.settings.cache_clear()
    page, asked = platform.always["externalcontact/batch/get_by_user"], Counter[str]()
    reached, killed = Event(), Event()

    def stands_still(call: Call) -> object:
        asked[call.json["cursor"]] += 1
        if len(asked) == KILLED_AT and not killed.is_set():
            reached.set()
            killed.wait(30)
        return page(call)

    platform.always["externalcontact/batch/get_by_user"] = stands_still
    with transaction() as session:
        number = org.start_run(session, "first", "staff:1").id
    worker = multiprocessing.get_context("fork").Process(target=_work)
    worker.start()
    assert reached.wait(60)
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    killed.set()
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Follow)) == (KILLED_AT - 1) * many.page_size
        assert sync_jobs.run_waiting() == 0, "it may still live"
        session.get_one(SyncRun, number).beat_at = clock.now() - timedelta(minutes=3)
    departments = len(platform.of("department/list"))
    assert sync_jobs.run_waiting() == 1
    _assert_each_came_once(number, len(many.rows))
    assert len(platform.of("department/list")) == departments, "the steps before are done"
    assert sum(asked.values()) == PAGES + 1, "only the page that was lost is asked for again"
