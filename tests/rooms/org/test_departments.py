"""The department tree as the platform tells it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from org import actions as org
from org.models import Department, DepartmentKind, Role, Staff, Store
from tests.builders.org import TREE, department_row, user_row


def stores(session: Session) -> dict[str, bool]:
    return {store.name: store.closed_at is None for store in session.scalars(select(Store))}


def path_of(session: Session, number: int) -> str:
    return session.get_one(Department, number).path


def test_a_first_pull_makes_the_tree_and_its_stores(session: Session) -> None:
    assert org.apply_departments(session, TREE, complete=True) == 6
    assert path_of(session, 4) == "1.2.3.4."
    assert stores(session) == {"徐家汇店": True, "静安店": True}


def test_the_same_pull_again_changes_nothing(session: Session) -> None:
    org.apply_departments(session, TREE, complete=True)
    assert org.apply_departments(session, TREE, complete=True) == 0


def test_a_child_told_before_its_parent_finds_its_place_later(session: Session) -> None:
    org.apply_departments(session, [department_row(4, 3, "徐家汇店")])
    assert path_of(session, 4) == "1.4."
    org.apply_departments(session, [department_row(3, 2, "上海分公司")])
    org.apply_departments(session, [department_row(2, 1, "华东大区")])
    assert path_of(session, 4) == "1.2.3.4."


def test_a_moved_branch_takes_its_stores_and_people_along(session: Session) -> None:
    org.apply_departments(session, [*TREE, department_row(9, 1, "华北大区")], complete=True)
    guide = org.apply_user(session, user_row("ai", 4))
    org.apply_departments(session, [{"id": 3, "parentid": 9}])
    session.refresh(guide)
    assert guide.path == "1.9.3.4."
    assert session.get_one(Store, guide.store_id).path == "1.9.3.4."
    assert session.get_one(Department, 3).name == "上海分公司"


def test_a_removed_store_is_closed_and_kept(session: Session) -> None:
    org.apply_departments(session, TREE, complete=True)
    org.remove_department(session, 4)
    assert stores(session) == {"徐家汇店": False, "静安店": True}
    org.apply_departments(session, TREE, complete=True)
    assert stores(session) == {"徐家汇店": True, "静安店": True}


def test_a_complete_pull_removes_what_it_lacks(session: Session) -> None:
    org.apply_departments(session, TREE, complete=True)
    org.apply_departments(session, TREE[:4], complete=True)
    gone = session.scalars(select(Department.id).where(Department.removed_at.is_not(None)).order_by(Department.id)).all()
    assert gone == [5, 6]


def test_a_region_alone_in_the_visible_range_hangs_under_the_root(session: Session) -> None:
    org.apply_departments(session, [department_row(2, 1, "华东大区"), department_row(4, 2, "徐家汇店")], complete=True)
    assert path_of(session, 4) == "1.2.4."
    assert session.get_one(Department, 4).kind == DepartmentKind.STORE


def test_a_department_that_becomes_a_region_makes_its_leader_a_regional_manager(session: Session) -> None:
    org.apply_departments(session, [department_row(1, 0, "雪岭"), department_row(8, 1, "华南")], complete=True)
    leader = org.apply_user(session, user_row("zhao", 8, leads=True))
    assert leader.role == Role.HEADQUARTERS
    org.apply_departments(session, [department_row(9, 8, "广州店")])
    session.refresh(leader)
    assert session.get_one(Staff, leader.id).role == Role.REGIONAL_MANAGER
