"""Two stretches of a batch at the same time: kept in their order or thrown away, whatever stops one of them."""

import ctypes
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from customers import batch_lanes
from customers.batch_kinds import DEEDS, Deed, add_deed, people_of
from customers.batch_lanes import OutOfTurn, course_of, work_ahead
from customers.batch_stretch import next_stretch
from customers.batches import cancel_batch, start_batch, undo_batch, work_batch
from customers.models import Customer, Tag
from customers.tag_models import BatchStatus, CustomerBatch, TagMark
from foundation.db import transaction
from jobs import batch_jobs
from segments.choosing import choose
from segments.facts import refresh
from segments.freezing import work_freeze
from tests.builders.customers import make_tags
from tests.builders.sop import Brand, make_brand, make_follow

PEOPLE = 24
WORKER = "import sys; from jobs.batch_jobs import work_batch; work_batch(int(sys.argv[1]), limit=2)"
Apply = Callable[[Session, CustomerBatch, Sequence[int]], int]


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        made = make_brand(session)
        for number in range(PEOPLE):
            make_follow(session, made.ai, f"wm{number:02d}", days_ago=10)
        make_tags(session, "高客单")
        return made


@pytest.fixture
def start(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> Callable[[Apply], int]:
    """A batch of everybody with a deed of one's own, done in lanes."""

    def begin(apply: Apply) -> int:
        monkeypatch.setitem(DEEDS, "probe", DEEDS["tag"])
        add_deed("probe", Deed("记", lambda _session, _staff, deed: deed, apply, in_lanes=True))
        return _start(brand, "probe", {})

    return begin


def _start(brand: Brand, kind: str, deed: dict[str, object]) -> int:
    with transaction() as session:
        asked = {"customers": list(session.scalars(select(Customer.id).order_by(Customer.id)))}
        return start_batch(session, brand.headquarters, kind, asked, deed, "b1").id


def _note(session: Session, ids: Sequence[int]) -> int:
    """A stroke at each customer's name: done twice it would be two."""
    session.execute(text("UPDATE customer SET corp_name = corp_name || '|' WHERE id = ANY(:ids)"), {"ids": list(ids)})
    return len(ids)


def _told(batch_id: int) -> tuple[str, int, int, list[str]]:
    """How the batch stands, and the strokes of everybody."""
    with transaction() as session:
        batch = session.get_one(CustomerBatch, batch_id)
        strokes = list(session.scalars(select(Customer.corp_name).order_by(Customer.id)))
        return batch.status, batch.done, batch.left_out, strokes


def test_two_stretches_are_under_way_at_once_and_everybody_is_done_once(start: Callable[[Apply], int]) -> None:
    both = threading.Barrier(2, timeout=60)

    def apply(session: Session, _batch: CustomerBatch, ids: Sequence[int]) -> int:
        if ids[0] in (6, 11):
            both.wait()
        return _note(session, ids)

    batch_id = start(apply)
    batch_jobs.work_batch(batch_id, limit=5)
    assert _told(batch_id) == (BatchStatus.DONE, PEOPLE, 0, ["|"] * PEOPLE)


def test_a_lane_the_database_breaks_off_loses_nothing_and_doubles_nothing(start: Callable[[Apply], int]) -> None:
    broken: list[int] = []

    def apply(session: Session, _batch: CustomerBatch, ids: Sequence[int]) -> int:
        done = _note(session, ids)
        if ids[0] in (5, 15) and ids[0] not in broken:
            broken.append(ids[0])
            # The stretch behind it is done by now, and waits.
            time.sleep(0.1)
            session.execute(text("SELECT 1 / 0"))
        return done

    batch_id = start(apply)
    batch_jobs.work_batch(batch_id, limit=2)
    assert broken == [5, 15]
    assert _told(batch_id) == (BatchStatus.DONE, PEOPLE, 0, ["|"] * PEOPLE)


def test_a_lane_that_gets_no_connection_ends_and_the_batch_goes_on(start: Callable[[Apply], int]) -> None:
    broken: list[int] = []

    def apply(session: Session, _batch: CustomerBatch, ids: Sequence[int]) -> int:
        if ids[0] == 5 and not broken:
            broken.append(ids[0])
            raise PoolTimeout("pool of 5")
        return _note(session, ids)

    batch_id = start(apply)
    batch_jobs.work_batch(batch_id, limit=2)
    assert broken == [5]
    assert _told(batch_id) == (BatchStatus.DONE, PEOPLE, 0, ["|"] * PEOPLE)


def test_stopped_between_two_stretches_the_later_one_is_as_if_never_begun(start: Callable[[Apply], int], brand: Brand) -> None:
    def apply(session: Session, batch: CustomerBatch, ids: Sequence[int]) -> int:
        if 9 in ids:
            with transaction() as other:
                cancel_batch(other, brand.headquarters, batch.id)
        return _note(session, ids)

    batch_id = start(apply)
    batch_jobs.work_batch(batch_id, limit=2)
    status, done, left_out, strokes = _told(batch_id)
    assert (status, left_out) == (BatchStatus.CANCELLED, 0)
    assert done < PEOPLE
    assert strokes == ["|"] * done + [""] * (PEOPLE - done)


def test_a_worker_told_to_stop_leaves_after_the_stretches_under_way(start: Callable[[Apply], int]) -> None:
    stopping = threading.get_ident()

    def apply(session: Session, _batch: CustomerBatch, ids: Sequence[int]) -> int:
        if ids[0] == 3:
            # As the broker's middleware does it.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(stopping), ctypes.py_object(KeyboardInterrupt))
        if ids[0] >= 3:
            time.sleep(0.3)
        return _note(session, ids)

    batch_id = start(apply)
    with pytest.raises(KeyboardInterrupt):
        batch_jobs.work_batch(batch_id, limit=1)
    status, done, _, strokes = _told(batch_id)
    assert (status, strokes) == (BatchStatus.RUNNING, ["|"] * done + [""] * (PEOPLE - done))
    batch_jobs.work_batch(batch_id)
    assert _told(batch_id) == (BatchStatus.DONE, PEOPLE, 0, ["|"] * PEOPLE)


def test_a_worker_told_to_stop_while_its_lanes_begin_leaves_no_lane_running_on(
    start: Callable[[Apply], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    class Stopped(ThreadPoolExecutor):
        def submit(self, *lane: Any, **rest: Any) -> Any:
            if begun.is_set():
                raise KeyboardInterrupt
            future = super().submit(*lane, **rest)
            assert begun.wait(60)
            return future

    def apply(session: Session, _batch: CustomerBatch, ids: Sequence[int]) -> int:
        if ids[0] >= 2:
            begun.set()
            time.sleep(0.1)
        return _note(session, ids)

    monkeypatch.setattr(batch_jobs, "ThreadPoolExecutor", Stopped)
    batch_id = start(apply)
    with pytest.raises(KeyboardInterrupt):
        batch_jobs.work_batch(batch_id, limit=1)
    status, done, _, strokes = _told(batch_id)
    assert (status, strokes) == (BatchStatus.RUNNING, ["|"] * done + [""] * (PEOPLE - done))


def test_a_course_ended_while_a_stretch_is_claimed_stays_ended(
    start: Callable[[Apply], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = start(lambda session, _batch, ids: _note(session, ids))
    with transaction() as session:
        course = course_of(session, batch_id)
        assert course is not None

    def ended_meanwhile(*given: Any) -> Any:
        course.over = True
        return next_stretch(*given)

    monkeypatch.setattr(batch_lanes, "next_stretch", ended_meanwhile)
    for more in (True, False):
        with transaction() as session:
            assert work_ahead(session, batch_id, course, 2) is more
    assert _told(batch_id)[1] == 2


def test_a_stretch_ahead_is_not_kept_when_somebody_else_went_on_meanwhile(start: Callable[[Apply], int]) -> None:
    batch_id = start(lambda session, _batch, ids: _note(session, ids))
    with transaction() as session:
        course = course_of(session, batch_id)
        assert course is not None
    with transaction() as session:
        assert work_batch(session, batch_id, 2)
    with pytest.raises(OutOfTurn), transaction() as session:
        work_ahead(session, batch_id, course, 2)
    assert _told(batch_id)[1:] == (2, 0, ["|"] * 2 + [""] * (PEOPLE - 2))


def test_frozen_people_are_read_by_two_stretches_at_once(brand: Brand) -> None:
    with transaction() as session:
        while refresh(session):
            pass
    with transaction() as session:
        who = choose(session, brand.headquarters, {}, "a")
        work_freeze(session, who["chosen_run"])
    with transaction() as one, transaction() as other:
        first = people_of(who).page(one, who, 0, 5)
        other.execute(text("SET LOCAL lock_timeout = '1s'"))
        assert people_of(who).page(other, who, first[-1], 5) == [6, 7, 8, 9, 10]


def test_a_deed_that_cannot_go_on_fails_in_its_turn(start: Callable[[Apply], int], brand: Brand) -> None:
    with transaction() as session:
        tag_id = session.scalars(select(Tag.id)).one()
    batch_id = _start(brand, "tag", {"tag": tag_id})
    with transaction() as session:
        assert work_batch(session, batch_id, 2)
        session.execute(text("UPDATE tag SET removed_at = now()"))
    batch_jobs.work_batch(batch_id, limit=2)
    status, done, _, _ = _told(batch_id)
    assert (status, done) == (BatchStatus.FAILED, 2)


def _waiting() -> int:
    told = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    with transaction() as session:
        return int(session.scalar(told) or 0)


def _work_until_done(batch_id: int) -> None:
    """Asked again and again, as the clock does: the killed one's connections hold their locks until the database notices."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        batch_jobs.work_batch(batch_id, limit=2)
        with transaction() as session:
            if session.get_one(CustomerBatch, batch_id).status != BatchStatus.RUNNING:
                return
        time.sleep(0.1)


def test_a_batch_whose_worker_is_killed_is_done_by_the_next_to_the_same_truth(brand: Brand) -> None:
    with transaction() as session:
        tag_id = session.scalars(select(Tag.id)).one()
    batch_id = _start(brand, "tag", {"tag": tag_id})
    with transaction() as session:
        # Held in the middle, and the stretch behind it waits for its turn.
        session.execute(text("SELECT 1 FROM customer WHERE id = 11 FOR UPDATE"))
        worker = subprocess.Popen([sys.executable, "-c", WORKER, str(batch_id)])
        until = time.monotonic() + 60
        while _waiting() < 2 and time.monotonic() < until:
            time.sleep(0.05)
        worker.kill()
        worker.wait()
        assert session.scalar(select(CustomerBatch.done)) == 10
    _work_until_done(batch_id)
    with transaction() as session:
        batch = session.get_one(CustomerBatch, batch_id)
        assert (batch.status, batch.done, batch.left_out) == (BatchStatus.DONE, PEOPLE, 0)
        assert session.scalar(select(func.count()).select_from(TagMark)) == PEOPLE
        undo_id = undo_batch(session, brand.headquarters, batch_id).id
    batch_jobs.work_batch(undo_id, limit=2)
    with transaction() as session:
        assert session.get_one(CustomerBatch, undo_id).done == PEOPLE
        assert not any(session.scalars(select(Customer.tag_ids)))
