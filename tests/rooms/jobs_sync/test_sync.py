"""The first sync and the nightly one, against a platform that answers over HTTP."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from customers.models import Customer, Follow, Tag, TagGroup
from foundation import clock
from foundation.db import Json, transaction
from jobs import sync_jobs, sync_run
from jobs.daily import for_day
from jobs.tick import again_since
from org import actions as org
from org.models import Department, Staff, Store, SyncRun, SyncStatus
from tests.builders.corp import Corp
from tests.builders.platform import RESET, ScriptedPlatform, errcode


def asked(kind: str = "full") -> int:
    with transaction() as session:
        return org.start_run(session, kind, "staff:1").id


def sync(kind: str = "full") -> SyncRun:
    number = asked(kind)
    sync_jobs.run_waiting()
    return run(number)


def run(number: int) -> SyncRun:
    with transaction() as session:
        return session.get_one(SyncRun, number)


def statuses() -> dict[str, str]:
    with transaction() as session:
        return {row.userid: row.status for row in session.execute(select(Staff.userid, Staff.status))}


def follows() -> dict[tuple[str, str], str]:
    with transaction() as session:
        rows = session.execute(
            select(Staff.userid, Customer.external_userid, Follow.status)
            .join(Follow, Follow.staff_id == Staff.id)
            .join(Customer, Customer.id == Follow.customer_id)
        )
        return {(row.userid, row.external_userid): row.status for row in rows}


def problems(report: Json) -> dict[str, list[str]]:
    return {one["reason"]: one["examples"] for one in report.get("problems", [])}


def test_a_first_sync_brings_everything(corp: Corp) -> None:
    done = sync("first")
    assert (done.status, done.error) == (SyncStatus.DONE, "")
    assert done.done == done.total
    with transaction() as session:
        assert len(session.scalars(select(Department)).all()) == 6
        assert sorted(session.scalars(select(Store.name))) == ["徐家汇店", "静安店"]
        pulled = session.scalars(select(Tag.name).where(Tag.platform_id.is_not(None))).all()
        assert pulled == ["会员"]
        groups = set(session.scalars(select(TagGroup.name)))
        assert {"消费属性", "行为偏好"} <= groups, "a corp that has neither group gets both"
        assert len(session.scalars(select(Customer).where(Customer.tag_ids != [])).all()) == 5
    assert len(follows()) == 7
    assert done.report["steps"]["customers"] == {"guides": 3, "seen": 7, "new": 7}
    assert done.report["steps"]["departments"] == {"seen": 6, "changed": 6}
    assert problems(done.report) == {}


def test_a_second_sync_changes_nothing(corp: Corp) -> None:
    sync()
    again = sync()
    assert again.report["steps"]["departments"]["changed"] == 0
    assert again.report["steps"]["customers"]["new"] == 0


def test_who_left_departs_and_whose_relation_ended_unheard_ends(corp: Corp) -> None:
    sync()
    corp.users.pop("bo")
    corp.follow_users.remove("bo")
    corp.rows = [row for row in corp.rows if row["external_contact"]["external_userid"] != "wm3"]
    done = sync()
    assert statuses()["bo"] == "departed"
    assert follows()["ai", "wm3"] == "ended_by_guide"
    assert follows()["bo", "wm9"] == "active"
    assert done.report["steps"]["unseen"] == {"departed": 1}
    assert done.report["steps"]["customers"]["ended"] == 1


def test_a_department_that_may_not_be_seen_is_reported_and_nobody_departs(corp: Corp) -> None:
    sync()
    corp.refused["user/list", "5"] = corp.refused["user/simplelist", "5"] = 60011
    corp.users.pop("bo")
    done = sync()
    assert done.status == SyncStatus.DONE
    assert statuses()["bo"] == "active"
    told = problems(done.report)
    assert any("可见范围" in why and "静安店" in names for why, names in told.items())
    assert any("没有把未出现的成员标为离职" in why for why in told)


def test_members_without_details_are_taken_with_a_note(corp: Corp) -> None:
    for number in range(1, 7):
        corp.refused["user/list", str(number)] = 48009
    done = sync("org")
    assert statuses()["ai"] == "active"
    assert any("详细资料" in why and len(names) == 4 for why, names in problems(done.report).items())


def test_an_app_without_customer_permission_is_told_so(corp: Corp) -> None:
    corp.refused["follow", ""] = 48002
    done = sync()
    assert done.status == SyncStatus.DONE
    assert [one["errcode"] for one in done.report["problems"]] == [48002]


def test_guides_without_customer_contact_and_without_licence_are_listed(corp: Corp) -> None:
    corp.follow_users.remove("bo")
    corp.unlicensed = ["chen"]
    told = problems(sync().report)
    assert any("客户联系权限" in why and names == ["Bo"] for why, names in told.items())
    assert any("接口许可" in why and names == ["chen"] for why, names in told.items())


def test_one_refused_member_does_not_cost_the_others_their_customers(corp: Corp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNC_WORKERS", "1")
    sync_jobs.settings.cache_clear()
    corp.refused["batch", "chen"] = 60011
    done = sync()
    assert len(follows()) == 7
    assert any("chen" in names for names in problems(done.report).values())


def test_a_stopped_sync_goes_on_where_it_was(corp: Corp, platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNC_WORKERS", "1")
    sync_jobs.settings.cache_clear()
    page = platform.always["externalcontact/batch/get_by_user"]
    pages = 0

    def breaks_at_the_second(call: object) -> object:
        nonlocal pages
        pages += 1
        return page(call) if pages == 1 else errcode(-1)

    platform.always["externalcontact/batch/get_by_user"] = breaks_at_the_second
    failed = sync()
    assert failed.status == SyncStatus.FAILED
    assert len(follows()) == 2
    platform.always["externalcontact/batch/get_by_user"] = page
    before = len(platform.of("department/list"))
    done = sync()
    assert (done.id, done.status) == (failed.id, SyncStatus.DONE)
    assert len(platform.of("department/list")) == before
    assert len(follows()) == 7
    assert done.done == done.total


def test_a_killed_sync_is_taken_over_after_its_silence(corp: Corp) -> None:
    number = asked()
    with transaction() as session:
        org.claim_run(session)
    assert sync_jobs.run_waiting() == 0
    with transaction() as session:
        session.get_one(SyncRun, number).beat_at = clock.now() - timedelta(minutes=3)
    assert sync_jobs.run_waiting() == 1
    assert run(number).status == SyncStatus.DONE


def test_a_live_sync_is_not_taken_over_however_long_the_platform_lets_it_wait(
    corp: Corp, platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_run, "BEAT_EVERY", 0.05)
    number, answer, taken = asked("org"), platform.always["department/list"], []

    def answers_late(call: object) -> object:
        silent = clock.now() - timedelta(minutes=3)
        with transaction() as session:
            session.get_one(SyncRun, number).beat_at = silent
        until = time.monotonic() + 60
        while run(number).beat_at == silent and time.monotonic() < until:
            time.sleep(0.05)
        with transaction() as session:
            taken.append(org.claim_run(session))
        return answer(call)

    platform.always["department/list"] = answers_late
    assert sync_jobs.run_waiting() == 1
    assert taken == [None]
    assert run(number).status == SyncStatus.DONE


def test_a_cursor_no_longer_good_begins_its_chunk_again(corp: Corp, platform: ScriptedPlatform) -> None:
    page = platform.always["externalcontact/batch/get_by_user"]
    refused = []

    def forgets_a_cursor_once(call: object) -> object:
        if call.json["cursor"] == "2" and not refused:  # type: ignore[attr-defined]
            refused.append(1)
            return errcode(50100)
        return page(call)

    platform.always["externalcontact/batch/get_by_user"] = forgets_a_cursor_once
    assert sync().status == SyncStatus.DONE
    assert refused
    assert len(follows()) == 7


def test_what_passes_is_waited_out(corp: Corp, platform: ScriptedPlatform) -> None:
    platform.then("department/list", errcode(-1))
    platform.then("externalcontact/get_follow_user_list", RESET)
    assert sync().status == SyncStatus.DONE


def test_a_platform_that_stays_silent_fails_the_sync_with_a_reason(corp: Corp, platform: ScriptedPlatform) -> None:
    platform.always["department/list"] = errcode(-1)
    failed = sync()
    assert failed.status == SyncStatus.FAILED
    assert failed.error


@pytest.mark.parametrize("path", ["department/list", "externalcontact/get_follow_user_list", "externalcontact/batch/get_by_user"])
def test_a_connection_that_is_wrong_fails_the_sync_instead_of_reporting_emptiness(
    corp: Corp, platform: ScriptedPlatform, path: str
) -> None:
    platform.always[path] = errcode(60020)
    failed = sync()
    assert failed.status == SyncStatus.FAILED
    assert "IP" in failed.error


def test_a_hidden_parent_is_reported(corp: Corp) -> None:
    corp.departments = [row for row in corp.departments if row["id"] != 2]
    assert problems(sync("org").report) == {"上级部门不在应用的可见范围里，它下面的部门暂挂在总部之下": ["2"]}


def test_an_unknown_tag_asks_for_the_tags_once(corp: Corp) -> None:
    tags, corp.tags = corp.tags, []
    sync()
    with transaction() as session:
        assert session.scalars(select(SyncRun.kind).where(SyncRun.asked_by == "platform")).all() == ["tags"]
    corp.tags = tags
    sync_jobs.run_waiting()
    sync()
    with transaction() as session:
        assert len(session.scalars(select(Customer).where(Customer.tag_ids != [])).all()) == 5


def test_an_unknown_kind_ends_as_failed(corp: Corp) -> None:
    with pytest.raises(KeyError):
        sync("nonsense")
    with transaction() as session:
        assert session.scalars(select(SyncRun.status)).all() == [SyncStatus.FAILED]


def test_the_nightly_sync_is_asked_once(corp: Corp) -> None:
    assert sync_jobs.ask_reconcile() == sync_jobs.ask_reconcile()


def test_a_throttle_of_an_hour_is_not_slept_through() -> None:
    slept: list[float] = []
    answers = [sync_run.Throttled("x", call="c", window_seconds=60), None]

    def ask() -> str:
        trouble = answers.pop(0)
        if trouble:
            raise trouble
        return "ok"

    assert sync_run.patiently(ask, slept.append) == "ok"
    assert slept == [61]
    answers[:] = [sync_run.Throttled("x", call="c", window_seconds=3600)]
    with pytest.raises(sync_run.Throttled):
        sync_run.patiently(ask, slept.append)


def test_after_the_first_sync_of_everything_the_pages_are_counted_anew_and_only_then(corp: Corp) -> None:
    def wanted() -> bool:
        with transaction() as session:
            return bool(again_since(session, "customers.work_night"))

    sync("org")
    assert not wanted()
    sync("full")
    assert wanted()
    for_day("customers.work_night", lambda _day: None)(clock.today().isoformat())
    sync("full")
    assert not wanted()
