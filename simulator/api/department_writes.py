"""Departments made, changed and deleted with the secret of 通讯录同步 (DOC 90205, 90206, 90207)."""

import re
from typing import Any

from simulator.api.call import Call, Endpoint, integer, number_arg, text
from simulator.errors import ApiError
from simulator.world.people import ROOT, Department

MOST_LEVELS = 15
MOST = 30_000
ILLEGAL = re.compile(r'[\\:*?"<>｜|]')
HIGHEST = 2**32


def create(call: Call) -> dict[str, Any]:
    people = call.state.people
    if call.body.get("parentid") is None:
        raise ApiError(60004)
    parentid = _parent(call, integer(call.body, "parentid"))
    name = _name(call, parentid, 0)
    wanted = integer(call.body, "id") if call.body.get("id") is not None else max(people.departments) + 1
    if wanted <= ROOT or wanted >= HIGHEST:
        raise ApiError(60123)
    if wanted in people.departments:
        raise ApiError(60008)
    if len(people.departments) >= MOST:
        raise ApiError(81001)
    _check_room(call, parentid, 1)
    department = Department(wanted, name, parentid, _order(call, 0), name_en=text(call.body, "name_en", max_chars=64))
    people.add_department(department)
    return {"errmsg": "created", "id": wanted}


def update(call: Call) -> dict[str, Any]:
    """What is given changes; the root keeps its place."""
    people, department = call.state.people, _find(call, integer(call.body, "id"))
    parentid = department.parentid
    if call.body.get("parentid") is not None and integer(call.body, "parentid") != parentid:
        if department.id == ROOT:
            raise ApiError(60007)
        parentid = _parent(call, integer(call.body, "parentid"))
        below = list(people.tree(department.id))
        if parentid in below:
            raise ApiError(60010)
        _check_room(call, parentid, 1 + max(map(people.depth, below)) - people.depth(department.id))
    name = _name(call, parentid, department.id) if "name" in call.body else department.name
    english, order = text(call.body, "name_en", max_chars=64), _order(call, department.order)
    if parentid != department.parentid:
        people.move_department(department, parentid)
    department.name, department.name_en, department.order = name, english or department.name_en, order
    people.version += 1
    return {"errmsg": "updated"}


def delete(call: Call) -> dict[str, Any]:
    """Only an empty one that is not the root."""
    department = _find(call, number_arg(call.args, "id", missing=60003))
    if department.id == ROOT:
        raise ApiError(60007)
    if call.state.people.children(department.id):
        raise ApiError(60006)
    if call.state.people.inside(department.id):
        raise ApiError(60005)
    call.state.people.remove_department(department)
    return {"errmsg": "deleted"}


def _find(call: Call, department_id: int) -> Department:
    department = call.state.people.departments.get(department_id)
    if department is None:
        raise ApiError(60003)
    if department_id not in call.world.visibility.departments(call.state.people, call.app):
        raise ApiError(60011)
    return department


def _parent(call: Call, parentid: int) -> int:
    if parentid not in call.state.people.departments:
        raise ApiError(60004)
    return _find(call, parentid).id


def _name(call: Call, parentid: int, own: int) -> str:
    """1 to 64 characters, none of \\ : * ? " < > |, and unlike its sisters'."""
    name, people = text(call.body, "name", missing=60001), call.state.people
    if len(name) > 64:
        raise ApiError(60001)
    if ILLEGAL.search(name):
        raise ApiError(60009)
    if any(people.departments[each].name == name for each in people.children(parentid) if each != own):
        raise ApiError(60008)
    return name


def _order(call: Call, present: int) -> int:
    order = integer(call.body, "order", present)
    if not 0 <= order < HIGHEST:
        raise ApiError(40058)
    return order


def _check_room(call: Call, parentid: int, levels: int) -> None:
    """15 levels down at most, 30,000 departments and members directly inside one."""
    people = call.state.people
    if people.depth(parentid) + levels > MOST_LEVELS:
        raise ApiError(81002)
    if len(people.children(parentid)) + len(people.inside(parentid)) >= MOST:
        raise ApiError(81001)


ROUTES = {
    "department/create": Endpoint("POST", create, "contacts"),
    "department/update": Endpoint("POST", update, "contacts"),
    "department/delete": Endpoint("GET", delete, "contacts"),
}
