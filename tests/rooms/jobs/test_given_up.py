"""Work behind that fails again and again for a reason nobody knows is ended with a word, and keeps back none behind it."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from customers.batch_kinds import DEEDS, Deed, add_deed
from customers.batches import can_undo, start_batch, undo_batch
from customers.tag_models import BatchStatus, CustomerBatch
from foundation.db import transaction
from foundation.trying import MOST_TRIES
from jobs.batch_jobs import work_batch, work_batches
from jobs.export_jobs import write_exports
from jobs.segment_jobs import freeze_waiting
from segments.actions import Draft, freeze, save_segment
from segments.exporting import ask_export, export_path
from segments.facts import refresh
from segments.models import RunStatus, SegmentExport, SegmentKind, SegmentMember, SegmentRun
from tests.builders.sop import Brand, make_brand, make_follow

PEOPLE = 3


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        made = make_brand(session)
        for number in range(PEOPLE):
            make_follow(session, made.ai, f"wm{number}", days_ago=10)
        while refresh(session):
            pass
        return made


class Probe:
    """A deed that fails at these customers, one a stretch."""

    def __init__(self, *bad: int) -> None:
        self.bad = set(bad)

    def apply(self, _session: Session, _batch: CustomerBatch, ids: list[int]) -> int:
        if self.bad & set(ids):
            raise ZeroDivisionError(f"customer {ids}")
        return len(ids)

    def undo(self, session: Session, _done: CustomerBatch, undo: CustomerBatch, ids: list[int]) -> int:
        return self.apply(session, undo, ids)


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Probe:
    made = Probe()
    monkeypatch.setitem(DEEDS, "probe", DEEDS["consent"])
    add_deed("probe", Deed("试", lambda _session, _staff, deed: deed, made.apply, made.undo))
    return made


def batch_of(batch_id: int) -> CustomerBatch:
    with transaction() as session:
        return session.get_one(CustomerBatch, batch_id)


def test_a_batch_that_keeps_failing_says_so_in_the_end(brand: Brand, probe: Probe) -> None:
    probe.bad = {2}
    with transaction() as session:
        failing = start_batch(session, brand.headquarters, "probe", {"customers": [1, 2]}, {}, "a").id
    for tries in range(1, MOST_TRIES + 1):
        with transaction() as session:
            behind = start_batch(session, brand.headquarters, "probe", {"customers": [3]}, {}, f"b{tries}").id
        with pytest.raises(ZeroDivisionError):
            work_batches()
        assert batch_of(behind).status == BatchStatus.DONE
        assert batch_of(failing).tries == tries
    ended = batch_of(failing)
    assert (ended.status, ended.finished_at is None) == (BatchStatus.FAILED, False)
    assert f"批量操作编号 {failing}" in ended.reason
    assert work_batches() == 0


def test_tries_of_a_batch_are_counted_anew_once_it_got_on(brand: Brand, probe: Probe) -> None:
    probe.bad = {3}
    with transaction() as session:
        batch_id = start_batch(session, brand.headquarters, "probe", {"customers": [1, 2, 3]}, {}, "a").id
        session.get_one(CustomerBatch, batch_id).tries = MOST_TRIES - 1
    with pytest.raises(ZeroDivisionError):
        work_batch(batch_id, limit=1)
    assert (batch_of(batch_id).done, batch_of(batch_id).tries) == (2, 0)


def test_a_batch_that_was_given_up_half_way_is_taken_back(brand: Brand, probe: Probe) -> None:
    probe.bad = {3}
    with transaction() as session:
        batch_id = start_batch(session, brand.headquarters, "probe", {"customers": [1, 2, 3]}, {}, "a").id
    with pytest.raises(ZeroDivisionError):
        work_batch(batch_id, limit=1)
    with transaction() as session:
        session.get_one(CustomerBatch, batch_id).tries = MOST_TRIES - 1
    with pytest.raises(ZeroDivisionError):
        work_batches()
    assert (batch_of(batch_id).status, can_undo(batch_of(batch_id))) == (BatchStatus.FAILED, True)
    with transaction() as session:
        undo_id = undo_batch(session, brand.headquarters, batch_id).id
    for _ in range(MOST_TRIES):
        with pytest.raises(ZeroDivisionError):
            work_batches()
    assert batch_of(undo_id).status == BatchStatus.FAILED
    assert "再点一次撤销" in batch_of(undo_id).reason
    probe.bad = set()
    with transaction() as session:
        assert undo_batch(session, brand.headquarters, batch_id).id == undo_id
    assert batch_of(undo_id).tries == 0
    assert work_batches() == 1
    assert batch_of(batch_id).status == BatchStatus.UNDONE


def test_an_export_that_keeps_failing_says_so_in_the_end(brand: Brand) -> None:
    with transaction() as session:
        segment = save_segment(session, brand.headquarters, Draft(name="全部", kind=SegmentKind.RULE))
        export = ask_export(session, brand.headquarters, segment.id, "csv", "核对名单", "once")
    in_the_way = export_path(export).with_name(f"{export.id}.csv.part")
    in_the_way.mkdir(parents=True)
    try:
        for _ in range(MOST_TRIES):
            with pytest.raises(IsADirectoryError):
                write_exports()
    finally:
        in_the_way.rmdir()
    with transaction() as session:
        ended = session.get_one(SegmentExport, export.id)
    assert (ended.status, ended.done_at is None) == (RunStatus.FAILED, False)
    assert f"导出编号 {export.id}" in ended.reason
    assert write_exports() == 0


def test_a_list_that_keeps_failing_says_so_in_the_end_and_keeps_back_none_behind_it(brand: Brand) -> None:
    with transaction() as session:
        segment = save_segment(session, brand.headquarters, Draft(name="全部", kind=SegmentKind.RULE))
        failing = freeze(session, brand.headquarters, segment.id, "a").id
        behind = freeze(session, brand.headquarters, segment.id, "b").id
        # A member it is going to write stands there already.
        session.add(SegmentMember(run_id=failing, customer_id=1, staff_id=None))
    for tries in range(1, MOST_TRIES + 1):
        with pytest.raises(IntegrityError):
            freeze_waiting()
        with transaction() as session:
            runs = {run.id: run for run in session.scalars(select(SegmentRun))}
        assert (runs[behind].status, runs[behind].count) == (RunStatus.DONE, PEOPLE)
        assert runs[failing].tries == tries
    assert runs[failing].status == RunStatus.FAILED
    assert f"名单编号 {failing}" in runs[failing].reason
    assert freeze_waiting() == 0
