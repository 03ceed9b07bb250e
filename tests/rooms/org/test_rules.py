"""Where departments stand and what members may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from org.models import DepartmentKind, Role, StaffStatus
from org.rules import Node, is_headquarters, kind_of_department, like_words, places_of, role_of, scope_path, status_of

NAMES = {1: "雪岭", 2: "华东大区", 3: "上海分公司", 4: "徐家汇店", 5: "收银组", 6: "运营部"}


def tree(**parents: int) -> list[Node]:
    return [Node(int(key[1:]), parent, NAMES.get(int(key[1:]), "部门")) for key, parent in parents.items()]


def test_a_chain_of_four_levels_is_headquarters_region_branch_store() -> None:
    places = places_of(tree(n1=0, n2=1, n3=2, n4=3, n5=4, n6=1))
    assert [places[key].kind for key in (1, 2, 3, 4)] == [
        DepartmentKind.HEADQUARTERS, DepartmentKind.REGION, DepartmentKind.BRANCH, DepartmentKind.STORE,
    ]  # fmt: skip
    assert places[4].path == "1.2.3.4."


def test_a_group_inside_a_store_belongs_to_the_store_and_is_none_itself() -> None:
    places = places_of(tree(n1=0, n2=1, n3=2, n4=3, n5=4))
    assert (places[5].kind, places[5].store_id) == (DepartmentKind.STORE, 4)


def test_a_childless_department_under_the_root_is_headquarters_own() -> None:
    assert places_of(tree(n1=0, n2=1, n3=2, n6=1))[6].kind == DepartmentKind.HEADQUARTERS


@pytest.mark.parametrize(
    ("depth", "has_children", "name", "kind"),
    [
        (2, False, "华南大区", DepartmentKind.REGION),
        (2, False, "旗舰店", DepartmentKind.STORE),
        (3, False, "万象城店", DepartmentKind.STORE),
        (3, False, "新分公司", DepartmentKind.BRANCH),
        (2, True, "集团总部", DepartmentKind.HEADQUARTERS),
        (4, True, "总部大厦店", DepartmentKind.STORE),
    ],
)
def test_shops_and_regions_are_known_by_name_where_depth_does_not_tell(
    depth: int, has_children: bool, name: str, kind: DepartmentKind
) -> None:
    assert kind_of_department(depth, has_children, name) == kind


def test_what_stands_below_headquarters_own_department_is_no_store() -> None:
    nodes = [Node(1, None, "雪岭"), Node(2, 1, "总部"), Node(3, 2, "财务部"), Node(4, 3, "应收组"), Node(5, 4, "A")]
    assert {place.kind for place in places_of(nodes).values()} == {DepartmentKind.HEADQUARTERS}


@given(st.dictionaries(st.integers(2, 30), st.integers(0, 40), max_size=25))
def test_no_department_is_lost_whatever_the_parents_say(parents: dict[int, int]) -> None:
    places = places_of([Node(1, None, "root"), *(Node(key, parent, "x") for key, parent in parents.items())])
    assert set(places) == {1, *parents}
    for key, place in places.items():
        ids = [int(part) for part in place.path.split(".") if part]
        assert ids[0] == 1
        assert ids[-1] == key
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("kind", "leads", "is_hq", "role"),
    [
        (DepartmentKind.STORE, True, False, Role.STORE_MANAGER),
        (DepartmentKind.STORE, False, False, Role.GUIDE),
        (DepartmentKind.REGION, True, False, Role.REGIONAL_MANAGER),
        (DepartmentKind.BRANCH, True, False, Role.REGIONAL_MANAGER),
        (DepartmentKind.BRANCH, False, False, Role.GUIDE),
        (DepartmentKind.STORE, False, True, Role.HEADQUARTERS),
        (None, True, False, Role.GUIDE),
    ],
)
def test_only_leaders_manage(kind: DepartmentKind | None, leads: bool, is_hq: bool, role: Role) -> None:
    assert role_of(kind, leads, is_hq) == role


def test_once_people_are_named_only_they_are_headquarters() -> None:
    assert is_headquarters("wang", DepartmentKind.HEADQUARTERS, frozenset())
    assert not is_headquarters("wang", DepartmentKind.HEADQUARTERS, frozenset({"li"}))
    assert is_headquarters("li", DepartmentKind.STORE, frozenset({"li"}))


def test_a_member_without_a_department_sees_nothing() -> None:
    assert scope_path(Role.GUIDE, None) == "0."
    assert scope_path(Role.HEADQUARTERS, "1.6.") == "1."


@pytest.mark.parametrize(
    ("number", "known", "status"),
    [
        (1, None, StaffStatus.ACTIVE),
        (2, StaffStatus.ACTIVE, StaffStatus.DISABLED),
        (5, StaffStatus.ACTIVE, StaffStatus.DEPARTED),
        (None, StaffStatus.DISABLED, StaffStatus.DISABLED),
        (None, StaffStatus.DEPARTED, StaffStatus.ACTIVE),
    ],
)
def test_a_list_without_status_keeps_what_is_known(number: object, known: StaffStatus | None, status: StaffStatus) -> None:
    assert status_of(number, known) == status


def test_percent_and_underscore_are_letters_in_a_search() -> None:
    assert like_words("50%_a\\") == "%50\\%\\_a\\\\%"
