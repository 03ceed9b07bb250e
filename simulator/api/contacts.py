"""Departments and members as an app may read them (DOC 90196, 90200, 90208, 95350, 96067)."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer, number_arg, text
from simulator.api.paging import cursor_of, position_of
from simulator.errors import ApiError
from simulator.world.people import Department, Member


def department_list(call: Call) -> dict[str, Any]:
    return {"department": [_department(each) for each in _tree(call)]}


def department_simple_list(call: Call) -> dict[str, Any]:
    return {"department_id": [{"id": each.id, "parentid": each.parentid, "order": each.order} for each in _tree(call)]}


def department_get(call: Call) -> dict[str, Any]:
    return {"department": _department(_find_department(call, number_arg(call.args, "id", missing=60003)))}


def user_get(call: Call) -> dict[str, Any]:
    userid = call.args.get("userid", "")
    if not userid:
        raise ApiError(41009)
    member = call.world.sees(call.app, userid)
    if member is None:
        raise ApiError(60111)
    return _member(call, member)


def user_simple_list(call: Call) -> dict[str, Any]:
    return {"userlist": [{"userid": each.userid, "name": each.name, "department": each.departments} for each in _users(call)]}


def user_list(call: Call) -> dict[str, Any]:
    return {"userlist": [_member(call, each) for each in _users(call)]}


def user_list_id(call: Call) -> dict[str, Any]:
    limit = integer(call.body, "limit", 10_000)
    if not 1 <= limit <= 10_000:
        raise ApiError(40058)
    pairs = [(each.userid, department) for each in call.state.people.members.values() for department in each.departments]
    start = position_of(call, "user/list_id", text(call.body, "cursor"))
    page = [{"userid": userid, "department": department} for userid, department in pairs[start : start + limit]]
    return {"next_cursor": cursor_of(call, "user/list_id", start + limit, len(pairs)), "dept_user": page}


def _tree(call: Call) -> list[Department]:
    """Departments under ?id= (itself included), or all that the app may see."""
    people, inside = call.state.people, call.world.visibility.departments(call.state.people, call.app)
    if "id" in call.args:
        top = _find_department(call, number_arg(call.args, "id", missing=60003)).id
        return [people.departments[each] for each in people.tree(top)]
    return [each for each in people.departments.values() if each.id in inside]


def _find_department(call: Call, department_id: int) -> Department:
    department = call.state.people.departments.get(department_id)
    if department is None:
        raise ApiError(60003)
    if department_id not in call.world.visibility.departments(call.state.people, call.app):
        raise ApiError(60011)
    return department


def _users(call: Call) -> list[Member]:
    """Members of ?department_id=, one level (the old fetch_child=1 still works)."""
    department = _find_department(call, number_arg(call.args, "department_id", missing=60003))
    if call.args.get("fetch_child") == "1":
        return list(call.state.people.below(department.id).values())
    return call.state.people.inside(department.id)


def _department(each: Department) -> dict[str, Any]:
    return {
        "id": each.id, "name": each.name, "name_en": each.name_en, "department_leader": each.leaders,
        "parentid": each.parentid, "order": each.order,
    }  # fmt: skip


def _member(call: Call, each: Member) -> dict[str, Any]:
    """Apps made after 2022-06-20 get no sensitive fields (avatar, gender, mobile, email, address)."""
    shown: dict[str, Any] = {
        "userid": each.userid, "name": each.name, "department": each.departments,
        "order": each.orders or [0] * len(each.departments), "position": each.position,
        "is_leader_in_dept": each.is_leader, "direct_leader": each.direct_leader, "telephone": each.telephone,
        "alias": each.alias, "main_department": each.main_department, "extattr": each.extattr or {"attrs": []},
        "status": each.status, "external_position": each.external_position,
        "external_profile": each.external_profile or {"external_corp_name": "", "external_attr": []},
    }  # fmt: skip
    if call.app.sensitive_fields:
        shown |= {
            "mobile": each.mobile, "gender": each.gender, "email": each.email, "biz_mail": each.biz_mail,
            "avatar": each.avatar, "thumb_avatar": each.avatar, "address": each.address,
            "qr_code": f"{call.world.base_url}/files/qr_member_{each.userid}.png",
        }  # fmt: skip
    return shown


ROUTES = {
    "department/list": Endpoint("GET", department_list, "contacts_read", {"department": []}),
    "department/simplelist": Endpoint("GET", department_simple_list, "contacts_simple", {"department_id": []}),
    "department/get": Endpoint("GET", department_get),
    "user/get": Endpoint("GET", user_get, "contacts_read", {"department": [], "order": []}),
    "user/simplelist": Endpoint("GET", user_simple_list, "contacts_read", {"userlist": []}),
    "user/list": Endpoint("GET", user_list, "contacts_read", {"userlist": []}),
    "user/list_id": Endpoint("POST", user_list_id, "contacts", {"dept_user": []}),
}
