"""Members: arriving, changing, leaving, coming back."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.errors import NotFound, SignInNeeded
from org import actions as org
from org.models import Role, Staff, StaffDepartment, StaffStatus
from org.queries import (
    colleagues_of,
    count_active_guides,
    find_staff,
    get_department_in,
    list_active_guides,
    list_departments_in,
    list_stores_in,
    list_wanted_staff,
    signed_in_staff,
)
from tests.builders.org import TREE, make_staff, user_row


@pytest.fixture
def brand(session: Session) -> dict[str, Staff]:
    org.apply_departments(session, TREE, complete=True)
    rows = [
        user_row("wang", 6),
        user_row("zhao", 2, leads=True),
        user_row("chen", 4, leads=True),
        user_row("ai", 4),
        user_row("bo", 5),
    ]
    return {staff.userid: staff for staff in org.apply_users(session, rows)}


def test_roles_and_scopes_follow_from_where_people_stand(brand: dict[str, Staff]) -> None:
    assert {staff.userid: (staff.role, staff.path) for staff in brand.values()} == {
        "wang": (Role.HEADQUARTERS, "1."), "zhao": (Role.REGIONAL_MANAGER, "1.2."), "chen": (Role.STORE_MANAGER, "1.2.3.4."),
        "ai": (Role.GUIDE, "1.2.3.4."), "bo": (Role.GUIDE, "1.2.3.5."),
    }  # fmt: skip


def test_a_role_set_by_hand_is_kept(session: Session, brand: dict[str, Staff]) -> None:
    brand["ai"].role, brand["ai"].role_set_by_hand = Role.STORE_MANAGER, True
    session.flush()
    assert org.apply_user(session, user_row("ai", 5)).role == Role.STORE_MANAGER


def test_a_reduced_row_keeps_what_it_does_not_tell(session: Session, brand: dict[str, Staff]) -> None:
    again = org.apply_user(session, {"userid": "chen", "name": "陈静", "department": [4]})
    assert (again.name, again.role, again.status) == ("陈静", Role.STORE_MANAGER, StaffStatus.ACTIVE)


def test_moving_to_another_store_changes_scope_and_memberships(session: Session, brand: dict[str, Staff]) -> None:
    moved = org.apply_user(session, user_row("ai", 5))
    assert moved.path == "1.2.3.5."
    held = session.scalars(select(StaffDepartment.department_id).where(StaffDepartment.staff_id == moved.id)).all()
    assert held == [5]


def test_an_unknown_member_is_met_once_and_sees_nothing(session: Session, brand: dict[str, Staff]) -> None:
    met = org.meet(session, "new")
    assert org.meet(session, "new").id == met.id
    assert list_wanted_staff(session, 10) == ["new"]
    assert list_active_guides(session, met.path) == []
    assert list_departments_in(session, met) == []
    with pytest.raises(NotFound):
        get_department_in(session, met, 4)


def test_a_member_of_an_invisible_department_is_kept_and_stands_nowhere(session: Session, brand: dict[str, Staff]) -> None:
    assert org.apply_user(session, user_row("far", 99)).path == "0."


def test_leaving_ends_sessions_and_keeps_the_person(session: Session, brand: dict[str, Staff]) -> None:
    guide, epoch = brand["ai"], brand["ai"].epoch
    assert signed_in_staff(session, guide.id, epoch) is guide
    org.depart(session, "ai", clock.now() + timedelta(seconds=1))
    assert guide.status == StaffStatus.DEPARTED
    with pytest.raises(SignInNeeded):
        signed_in_staff(session, guide.id, epoch)
    assert find_staff(session, "ai") is guide


def test_a_deletion_older_than_our_last_sight_only_asks_for_a_pull(session: Session, brand: dict[str, Staff]) -> None:
    org.depart(session, "ai", clock.now() - timedelta(minutes=5))
    assert brand["ai"].status == StaffStatus.ACTIVE
    assert list_wanted_staff(session, 10) == ["ai"]


def test_who_is_hired_again_is_active_again(session: Session, brand: dict[str, Staff]) -> None:
    org.depart(session, "ai", clock.now() + timedelta(seconds=1))
    back = org.apply_user(session, user_row("ai", 4), fetched_at=clock.now() + timedelta(seconds=3))
    assert (back.status, back.departed_at) == (StaffStatus.ACTIVE, None)


def test_an_answer_asked_for_before_she_left_does_not_bring_her_back(session: Session, brand: dict[str, Staff]) -> None:
    asked = clock.now() + timedelta(seconds=5)
    org.depart(session, "ai", asked)
    stale = org.apply_user(session, user_row("ai", 5), fetched_at=asked)
    assert (stale.status, stale.path) == (StaffStatus.DEPARTED, "1.2.3.4.")
    assert list_wanted_staff(session, 10) == ["ai"]


@pytest.mark.parametrize("until", [None, timedelta(minutes=1)])
def test_a_pull_that_failed_keeps_a_wish_that_is_newer(
    session: Session, brand: dict[str, Staff], until: timedelta | None
) -> None:
    asked = clock.now()
    org.want_staff(session, "ai").pull_wanted_at = asked + timedelta(milliseconds=1)
    session.flush()
    org.postpone_staff(session, "ai", until and asked + until, fetched_at=asked)
    assert brand["ai"].pull_wanted_at == asked + timedelta(milliseconds=1)
    org.postpone_staff(session, "ai", until and asked + until, fetched_at=asked + timedelta(seconds=1))
    assert brand["ai"].pull_wanted_at == (until and asked + until)


def test_a_deletion_of_somebody_never_heard_of_is_nothing(session: Session) -> None:
    assert org.depart(session, "ghost", clock.now()) is None


def test_a_disabled_member_cannot_go_on(session: Session, brand: dict[str, Staff]) -> None:
    epoch = brand["ai"].epoch
    org.apply_user(session, user_row("ai", 4, status=2))
    assert brand["ai"].epoch == epoch + 1


def test_a_renamed_member_stays_the_same_person(session: Session, brand: dict[str, Staff]) -> None:
    met = org.meet(session, "ai_new")
    renamed = org.move_userid(session, "ai", "ai_new")
    assert renamed.id == brand["ai"].id
    assert find_staff(session, "ai_new") is renamed
    assert met.status == StaffStatus.DEPARTED
    assert org.move_userid(session, "ghost", "real").userid == "real"


def test_guides_of_a_path_come_in_pages_without_the_absent(session: Session, brand: dict[str, Staff]) -> None:
    make_staff(session, userid="gone", path="1.2.3.4.", status=StaffStatus.DEPARTED)
    first = list_active_guides(session, "1.2.", limit=2)
    rest = list_active_guides(session, "1.2.", after_id=first[-1].id)
    assert [staff.userid for staff in (*first, *rest)] == ["ai", "bo", "chen"] or len(first) + len(rest) == 3
    assert count_active_guides(session, "1.2.3.4.") == 2
    assert count_active_guides(session, "") == 0


def test_a_path_that_only_begins_alike_is_another_subtree(session: Session, brand: dict[str, Staff]) -> None:
    make_staff(session, userid="other", path="1.23.31.41.")
    assert {staff.userid for staff in list_active_guides(session, "1.2.")} == {"ai", "bo", "chen"}


def test_everybody_sees_her_own_subtree_only(session: Session, brand: dict[str, Staff]) -> None:
    assert {staff.userid for staff in list_active_guides(session, brand["chen"].path)} == {"chen", "ai"}
    assert {store.name for store in list_stores_in(session, brand["chen"])} == {"徐家汇店"}
    assert len(list_departments_in(session, brand["wang"])) == 6
    assert {staff.userid for staff in colleagues_of(session, brand["ai"])} == {"chen", "ai"}
    with pytest.raises(NotFound):
        get_department_in(session, brand["chen"], 5)
