"""Single members and customers pulled because an event asked for it."""

from sqlalchemy import select

from customers import actions as customers
from customers.models import Customer, Follow
from foundation import clock
from foundation.db import transaction
from jobs import customer_jobs, sync_jobs
from org import actions as org
from org.models import Staff, SyncRun
from tests.builders.corp import Corp
from tests.builders.org import TREE, user_row
from tests.builders.platform import ScriptedPlatform, errcode


def waiting() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Customer.external_userid).where(Customer.pull_wanted_at.is_not(None))))


def want(*external_userids: str) -> None:
    with transaction() as session:
        for external_userid in external_userids:
            customers.want_pull(session, external_userid)


def staff(userid: str) -> Staff:
    with transaction() as session:
        return session.scalars(select(Staff).where(Staff.userid == userid)).one()


def test_wanted_customers_are_pulled_with_all_their_followers(corp: Corp) -> None:
    want("wm0", "wm9")
    assert customer_jobs.pull_wanted() == 2
    assert waiting() == []
    with transaction() as session:
        assert len(session.scalars(select(Follow)).all()) == 3
        assert session.scalars(select(Customer.name)).all() == ["陈女士", "陈女士"]


def test_84061_ends_the_relation_and_is_no_error(corp: Corp) -> None:
    with transaction() as session:
        customers.start_following(session, "ai", "wm_gone", at=clock.now())
    assert customer_jobs.pull_wanted() == 1
    assert waiting() == []
    with transaction() as session:
        assert session.scalars(select(Follow.status)).one() == "ended_by_guide"


def test_a_customer_who_cannot_be_pulled_is_not_asked_for_again(corp: Corp) -> None:
    corp.refused["get", "wm0"] = 48002
    want("wm0", "wm9")
    assert customer_jobs.pull_wanted() == 2
    assert waiting() == []


def test_a_busy_platform_puts_the_pull_off(corp: Corp, platform: ScriptedPlatform) -> None:
    platform.always["externalcontact/get"] = errcode(-1)
    want("wm0")
    assert customer_jobs.pull_wanted() == 0
    assert waiting() == ["wm0"]
    assert customer_jobs.pull_wanted() == 0


def test_a_met_member_is_pulled(corp: Corp) -> None:
    with transaction() as session:
        org.apply_departments(session, TREE, complete=True)
        org.meet(session, "ai")
    assert sync_jobs.pull_staff() == 1
    assert (staff("ai").name, staff("ai").path) == ("Ai", "1.2.3.4.")
    assert sync_jobs.pull_staff() == 0


def test_a_member_the_platform_does_not_know_has_left(corp: Corp) -> None:
    with transaction() as session:
        org.meet(session, "ghost")
    sync_jobs.pull_staff()
    assert staff("ghost").status == "departed"


def test_a_member_out_of_sight_stays_and_is_not_asked_for_again(corp: Corp) -> None:
    corp.refused["user/get", "ai"] = 60011
    with transaction() as session:
        org.meet(session, "ai")
    sync_jobs.pull_staff()
    assert (staff("ai").status, staff("ai").pull_wanted_at) == ("active", None)


def test_a_member_of_an_unknown_department_asks_for_the_departments(corp: Corp) -> None:
    corp.users["new"] = user_row("new", 77)
    with transaction() as session:
        org.meet(session, "new")
    sync_jobs.pull_staff()
    with transaction() as session:
        assert session.scalars(select(SyncRun.kind)).all() == ["org"]


def test_a_busy_platform_puts_members_off(corp: Corp, platform: ScriptedPlatform) -> None:
    platform.always["user/get"] = errcode(-1)
    with transaction() as session:
        org.meet(session, "ai")
    assert sync_jobs.pull_staff() == 0
    wanted_at = staff("ai").pull_wanted_at
    assert wanted_at is not None
    assert wanted_at > clock.now()
