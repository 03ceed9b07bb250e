"""The worker killed in the middle of handing a task out, while two senders send what it owes."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from benchmarks.bulk import fill_organisation
from benchmarks.stage import Stage
from foundation import clock
from foundation.db import engine, transaction
from org.queries import find_staff
from sop.actions import publish_task, save_task
from sop.models import AnswerKind
from sop.rules import TaskDraft
from tests.faults.conftest import JOBS, bare
from tests.faults.watching import child, count, eventually, kill

GUIDES = 1_200


@pytest.fixture
def crowd() -> Iterator[Stage]:
    """A platform and a database that know the same 1,200 guides; a worker, a clock and two senders."""
    with bare("fan-out") as built:
        built.simulator()
        fill_organisation(GUIDES, clock.now())
        with ThreadPoolExecutor(8) as several:
            joins = [several.submit(_join, built, f"guide{number}") for number in range(1, GUIDES + 1)]
        assert all(join.result() is None for join in joins)
        # The platform takes cards with buttons only from an app that says where clicks are to be told.
        address = {"url": f"http://127.0.0.1:{built.port}/wecom/callback/app", "agentid": 1000002, "verify": False}
        built.platform.http.put(f"{built.platform.base}/_control/receivers/app", json=address, timeout=10).raise_for_status()
        built.add("jobs", *JOBS)
        built.add("clock", "jobs.clock")
        for name in ("roads-one", "roads-two"):
            built.add(name, "jobs.roads", "out")
        yield built


def _join(built: Stage, userid: str) -> None:
    built.platform.do("member_joins", userid=userid, name=userid, department=1)


def _publish() -> int:
    with transaction() as session:
        boss = find_staff(session, "hq")
        assert boss is not None
        draft = TaskDraft(
            title="换冬装", body="按图", department_id=1, answer_kind=AnswerKind.TAP, estimated_minutes=5,
            deadline_at=clock.now() + timedelta(days=1), item_id=None,
        )  # fmt: skip
        task = save_task(session, boss, draft)
        publish_task(session, boss, task.id)
    return task.id


def test_a_task_reaches_every_guide_once_though_its_worker_is_killed_in_the_middle(crowd: Stage) -> None:
    # A lock on a guide of the last chunk holds the worker in the middle of it, so that it is killed there and nowhere else.
    with engine().begin() as holding:
        holding.execute(text("SELECT id FROM staff WHERE userid = 'guide1150' FOR UPDATE"))
        task_id = _publish()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE 'INSERT INTO assignment%'"
        eventually(lambda: count(waiting) == 1, 120, "the worker standing in the last chunk")
        assert 0 < count("SELECT handed_out_to FROM task WHERE id = :id", id=task_id) < GUIDES
        kill(crowd, "jobs")
    given = "SELECT count(*) FROM assignment WHERE task_id = :id"
    assert 0 < count(given, id=task_id) < GUIDES
    child(crowd, "jobs").start()
    eventually(lambda: count(given, id=task_id) == GUIDES, 120, "the hand-out")
    about = f"task:{task_id}"
    unsent = "SELECT count(*) FROM outgoing_message WHERE about = :about AND status <> 'sent'"
    eventually(lambda: count(unsent, about=about) == 0, 120, "sending")
    assert count("SELECT count(*) FROM outgoing_message WHERE about = :about", about=about) == GUIDES
    assert count("SELECT count(DISTINCT guide_id) FROM assignment WHERE task_id = :id", id=task_id) == GUIDES
    time.sleep(1)
    with ThreadPoolExecutor(8) as several:
        inboxes = list(several.map(crowd.platform.inbox, [f"guide{number}" for number in range(1, GUIDES + 1)]))
    assert {len(inbox) for inbox in inboxes} == {1}
