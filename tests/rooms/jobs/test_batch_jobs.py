"""Work behind that the database breaks off does not keep back what waits behind it."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from customers.batch_kinds import DEEDS, Deed, add_deed
from customers.batches import start_batch
from customers.models import Consent, Customer
from customers.tag_models import BatchStatus, CustomerBatch
from foundation.db import transaction
from jobs import import_jobs
from jobs.batch_jobs import work_batches
from segments.choosing import choose
from segments.facts import refresh
from segments.models import RunStatus, SegmentRun
from tests.builders.sop import Brand, make_brand, make_follow


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        made = make_brand(session)
        for number in range(3):
            make_follow(session, made.ai, f"wm{number}", days_ago=10)
        while refresh(session):
            pass
        return made


def test_a_batch_the_database_breaks_off_waits_and_the_next_is_worked(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(session: Session, *_: object) -> int:
        session.execute(text("SET LOCAL statement_timeout = '1ms'"))
        session.execute(text("SELECT pg_sleep(1)"))
        return 0

    monkeypatch.setitem(DEEDS, "probe", DEEDS["consent"])
    add_deed("probe", Deed("坏", lambda _session, _staff, deed: deed, broken))
    with transaction() as session:
        first = start_batch(session, brand.headquarters, "probe", {"customers": [1]}, {}, "a")
        second = start_batch(session, brand.headquarters, "consent", {"customers": [1]}, {"consent": "none"}, "b")
    assert work_batches() == 1
    with transaction() as session:
        waiting = session.get_one(CustomerBatch, first.id)
        assert (waiting.status, waiting.tries) == (BatchStatus.WAITING, 0)
        assert session.get_one(CustomerBatch, second.id).status == BatchStatus.DONE
        assert session.get_one(Customer, 1).consent == Consent.NONE


@pytest.mark.parametrize("trouble", [OperationalError("UPDATE", {}, RuntimeError("deadlock detected")), PoolTimeout("pool of 5")])
def test_a_file_the_database_breaks_off_waits_and_the_next_is_worked(
    database: None, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    worked = []

    def work(import_id: int) -> None:
        if import_id == 1:
            raise trouble
        worked.append(import_id)

    monkeypatch.setattr(import_jobs, "list_waiting", lambda _session: [1, 2])
    monkeypatch.setattr(import_jobs, "work_import", work)
    assert import_jobs.work_imports() == 1
    assert worked == [2]


def test_the_people_of_a_batch_are_frozen_before_its_first_stretch(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def look(session: Session, *_: object) -> int:
        with transaction() as other:
            seen.append(other.scalars(select(SegmentRun.status)).one())
        return 0

    monkeypatch.setitem(DEEDS, "probe", DEEDS["consent"])
    add_deed("probe", Deed("看", lambda _session, _staff, deed: deed, look))
    with transaction() as session:
        who = choose(session, brand.headquarters, {}, "a")
        batch = start_batch(session, brand.headquarters, "probe", who, {}, "a")
    assert work_batches() == 1
    with transaction() as session:
        done = session.get_one(CustomerBatch, batch.id)
        assert (done.status, done.total, done.left_out) == (BatchStatus.DONE, 3, 3)
    assert seen == [RunStatus.DONE]
