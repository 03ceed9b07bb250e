"""Exports as jobs: begun anew after a death, refused when too large, deleted after a week; a static list goes out too."""

import pytest
import time_machine

from customers.models import Customer
from customers.person_requests import ask_for_data, confirm_erasing, get_request
from foundation import clock
from foundation.db import transaction
from foundation.errors import NotAllowed, NotFound
from jobs import export_jobs
from jobs.export_jobs import clear_erased, forget_old_exports, write_exports
from jobs.person_jobs import erase_wanted
from org.models import Role
from segments import exporting, facts
from segments.actions import Draft, bring_in, save_segment
from segments.exporting import ask_export, export_path, get_export
from segments.models import RunStatus, SegmentExport, SegmentKind
from tests.builders.customers import make_follow
from tests.builders.org import make_staff


@pytest.fixture
def boss(database):
    """Headquarters, and three customers of one guide."""
    with transaction() as session:
        boss = make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")
        guide = make_staff(session, userid="ai", path="1.2.3.")
        for number in range(3):
            follow = make_follow(session, guide, f"wm{number}", name=f"客{number}")
            session.get_one(Customer, follow.customer_id).owner_id = guide.id
        session.flush()
        while facts.refresh(session):
            continue
        return boss


def asked(boss, **more) -> int:
    with transaction() as session:
        segment = save_segment(session, boss, Draft(name=f"人群{more}", kind=more.pop("kind", SegmentKind.RULE)))
        if segment.kind == SegmentKind.STATIC:
            ids = [customer.id for customer in session.query(Customer).order_by(Customer.id)][:2]
            bring_in(session, boss, segment.id, ids, "once")
        return ask_export(session, boss, segment.id, "csv", "核对名单", "once").id


def found(export_id: int) -> SegmentExport:
    with transaction() as session:
        return session.get_one(SegmentExport, export_id)


def test_an_export_whose_worker_died_is_written_anew(boss):
    export_id = asked(boss)
    with transaction() as session:
        export = session.get_one(SegmentExport, export_id)
        export.status, export.done = RunStatus.RUNNING, 2
    assert write_exports() == 1
    lines = export_path(found(export_id)).read_text("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert not list(export_path(found(export_id)).parent.glob(f"{export_id}.*.part"))


def test_a_file_that_cannot_be_written_keeps_back_none_behind_it(boss):
    first = asked(boss)
    with transaction() as session:
        second = ask_export(session, boss, found(first).segment_id, "csv", "核对名单", "second").id
    in_the_way = export_path(found(first)).with_name(f"{first}.csv.part")
    in_the_way.mkdir(parents=True)
    try:
        with pytest.raises(IsADirectoryError):
            write_exports()
    finally:
        in_the_way.rmdir()
    assert (found(first).status, found(second).status) == (RunStatus.RUNNING, RunStatus.DONE)
    assert write_exports() == 1
    assert found(first).status == RunStatus.DONE


def test_a_static_list_goes_out_as_it_is(boss):
    export_id = asked(boss, kind=SegmentKind.STATIC)
    assert write_exports() == 1
    assert found(export_id).total == 2


def test_too_many_people_are_refused_with_a_way_out(boss, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_CSV", 2)
    export_id = asked(boss)
    assert write_exports() == 0
    assert (found(export_id).status, found(export_id).reason) == ("failed", "有 3 人，一个文件最多 2 人，请按区域分开导出")


def test_a_file_is_gone_after_a_week_and_says_so(boss):
    export_id = asked(boss)
    write_exports()
    path = export_path(found(export_id))
    assert forget_old_exports() == 0
    with time_machine.travel(clock.now() + clock.days(8), tick=False):
        assert forget_old_exports() == 1
    assert not path.exists()
    assert found(export_id).removed_at is not None


def test_nobody_else_and_nobody_moved_down_fetches_it(boss):
    export_id = asked(boss)
    write_exports()
    with transaction() as session:
        other = make_staff(session, userid="other", role=Role.HEADQUARTERS, path="1.")
        with pytest.raises(NotFound):
            get_export(session, other, export_id)
        boss.path = "1.2."
        with pytest.raises(NotFound):
            get_export(session, boss, export_id)
        guide = make_staff(session, userid="bo", path="1.2.3.")
        with pytest.raises(NotAllowed):
            ask_export(session, guide, 1, "csv", "看看", "x")


def erased(boss, external_userid: str) -> int:
    with transaction() as session:
        request = ask_for_data(session, boss, external_userid, "erase", "出示会员卡", external_userid)
        return confirm_erasing(session, boss, request.id, "删除").id


def test_an_erasing_takes_every_file_made_before_it_and_its_proof_names_them(boss):
    before = asked(boss)
    write_exports()
    request_id = erased(boss, "wm1")
    assert erase_wanted() == 1
    assert not export_path(found(before)).exists()
    assert (found(before).status, found(before).reason) == (RunStatus.DONE, "已因个人信息删除而清除")
    with transaction() as session:
        assert get_request(session, boss, request_id).proof["exports"] == [before]
        after = ask_export(session, boss, found(before).segment_id, "csv", "核对名单", "after").id
    write_exports()
    assert (export_path(found(after)).exists(), clear_erased()) == (True, 0)


def test_a_file_that_is_finished_after_an_erasing_began_before_goes_too(boss, monkeypatch):
    export_id, written = asked(boss), export_jobs.export_rows

    def erase_meanwhile(*args):
        rows = written(*args)
        erased(boss, "wm1")
        assert erase_wanted() == 1
        return rows

    monkeypatch.setattr(export_jobs, "export_rows", erase_meanwhile)
    assert write_exports() == 1
    assert not export_path(found(export_id)).exists()
    assert found(export_id).removed_at is not None


def test_killed_between_the_file_and_the_word_of_it_the_next_run_finishes(boss, monkeypatch):
    export_id = asked(boss)
    write_exports()
    with time_machine.travel(clock.now() + clock.days(8), tick=False):
        with monkeypatch.context() as broken:
            broken.setattr(export_jobs, "note_gone", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                forget_old_exports()
        assert (export_path(found(export_id)).exists(), found(export_id).removed_at) == (False, None)
        assert forget_old_exports() == 1
