"""Files that were brought in hold people's data: they go a week after their import ended, at once when somebody is erased."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from customers.import_keeping import files_to_forget
from customers.import_models import CustomerImport, ImportProblem, ImportStatus
from customers.person_requests import ask_for_data, confirm_erasing
from foundation import clock
from foundation.blobs import blob_path, drop_blob
from foundation.db import transaction
from foundation.errors import NotFound
from jobs.import_jobs import work_imports
from jobs.person_jobs import erase_wanted, forget_files, forget_old_imports
from tests.builders.imports import begin, row_of
from tests.builders.sop import Brand, make_brand, make_follow

MEMBERS = "手机号,会员号\n13800138000,VIP1\n不是手机,VIP2\n"


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        made = make_brand(session)
        make_follow(session, made.ai, "wm1")
        return made


def _ended(import_id: int, days: float) -> None:
    with transaction() as session:
        row = session.get_one(CustomerImport, import_id)
        row.status, row.finished_at = ImportStatus.DONE, clock.now() - clock.days(days)


def test_a_file_goes_a_week_after_its_import_ended(brand: Brand) -> None:
    fresh, old = begin(brand, "members", MEMBERS, "1"), begin(brand, "members", MEMBERS + "13900139000,VIP3\n", "2")
    _ended(fresh, 6.9)
    _ended(old, 7.1)
    kept, gone = row_of(fresh).blob_key, row_of(old).blob_key
    assert forget_files() == 1
    assert (row_of(fresh).blob_key, blob_path(kept).exists()) == (kept, True)
    assert (row_of(old).blob_key, blob_path(gone).exists()) == ("", False)
    assert row_of(old).rows == 3
    assert forget_files() == 0


def test_a_file_that_another_import_still_needs_stays(brand: Brand) -> None:
    done, under_way = begin(brand, "members", MEMBERS, "1"), begin(brand, "members", MEMBERS, "2")
    _ended(done, 8)
    assert row_of(done).blob_key == row_of(under_way).blob_key
    assert forget_files() == 0
    _ended(under_way, 8)
    assert forget_files() == 1


def test_killed_between_the_file_and_the_word_of_it_the_next_run_finishes(brand: Brand) -> None:
    done = begin(brand, "members", MEMBERS)
    _ended(done, 8)
    with transaction() as session:
        for key in files_to_forget(session, clock.now()):
            drop_blob(key)
    assert forget_files() == 1
    with pytest.raises(NotFound):
        drop_blob("../etc/passwd")


def test_an_erasing_takes_every_ended_file_with_it(brand: Brand) -> None:
    done, under_way = begin(brand, "members", MEMBERS, "1"), begin(brand, "members", MEMBERS + "13900139000,VIP3\n", "2")
    _ended(done, 0.01)
    key = row_of(done).blob_key
    with transaction() as session:
        asked = ask_for_data(session, brand.headquarters, "wm1", "erase", "出示会员卡", "o")
        confirm_erasing(session, brand.headquarters, asked.id, "删除")
    assert erase_wanted() == 1
    assert not blob_path(key).exists()
    assert blob_path(row_of(under_way).blob_key).exists()


def test_what_nobody_confirms_and_old_problem_rows_go_at_night(brand: Brand) -> None:
    waiting = begin(brand, "members", MEMBERS, "1")
    checked = begin(brand, "members", MEMBERS, "2")
    work_imports()
    _ended(checked, 91)
    with transaction() as session:
        session.get_one(CustomerImport, waiting).created_at -= timedelta(days=31)
        assert session.scalars(select(ImportProblem)).all()
    assert forget_old_imports() >= 3
    ended = row_of(waiting)
    assert (ended.status, "30 天没有确认" in ended.reason) == (ImportStatus.CANCELLED, True)
    with transaction() as session:
        assert set(session.scalars(select(ImportProblem.import_id))) == {waiting}
    assert row_of(checked).blob_key == ""
    assert forget_old_imports() == 0
