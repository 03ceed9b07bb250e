"""Pickers of the client: customers, customer groups, colleagues. What the person picks is told to her client beforehand."""

import json
from typing import Any

from simulator.actions.request import ImpossibleError
from simulator.jsapi.page_call import PageCall, Result, names_of
from simulator.world.world import World

MOST_CHATS = 5
KEYS = ("userIds", "chatIdList", "userList", "departmentList", "resultStr")
EXAMPLE = '{"userid": "lixiaomei", "next_selection": {"userIds": ["wm…"]}}'


def checked(world: World, userid: str, wanted: Any) -> dict[str, Any]:
    """A selection she can really make; ImpossibleError says what is wrong with it."""
    if not isinstance(wanted, dict) or not wanted or not set(wanted) <= set(KEYS):
        raise ImpossibleError(f"a selection has {', '.join(KEYS)}; for example {EXAMPLE}", 400)
    for external_userid in names_of(wanted.get("userIds")):
        if world.state.customers.find_follow(userid, external_userid) is None:
            raise ImpossibleError(f"{external_userid} is no customer of hers; for example {EXAMPLE}", 404)
    for chat_id in names_of(wanted.get("chatIdList")):
        group = world.state.groups.find(chat_id)
        if group is None or group.find(userid) is None:
            raise ImpossibleError(f"{chat_id} is no group of hers; for example {EXAMPLE}", 404)
    for colleague in names_of(wanted.get("userList")):
        if world.member(colleague) is None:
            raise ImpossibleError(f"there is no member {colleague}", 404)
    for department in wanted.get("departmentList") or []:
        if department not in world.state.people.departments:
            raise ImpossibleError(f"there is no department {department}", 404)
    return wanted


def contacts(call: PageCall) -> Result:
    """filterType 0 all customers, 1 those not selected before."""
    member = call.world.member(call.userid)
    if member is None or not member.customer_contact:
        return call.refuse("fail no permission")
    picked = _take(call)
    return call.ok(userIds=names_of(picked["userIds"])) if picked and "userIds" in picked else call.refuse("cancel")


def chats(call: PageCall) -> Result:
    picked = _take(call)
    if not picked or "chatIdList" not in picked:
        return call.refuse("cancel")
    return call.ok(chatIdList=names_of(picked["chatIdList"])[:MOST_CHATS])


def colleagues(call: PageCall) -> Result:
    """`result` is JSON as a string, as the client gives it; mode single lets her pick one."""
    kinds = names_of(call.params.get("type"))
    if call.params.get("mode") not in ("single", "multi") or not kinds or not set(kinds) <= {"department", "user"}:
        return call.refuse("fail_invalid parameter")
    picked = _take(call)
    if not picked or not ("userList" in picked or "departmentList" in picked):
        return call.refuse("cancel")
    people, world = _people(call, picked, kinds), call.world
    departments = [
        {"id": str(each), "name": world.state.people.departments[each].name}
        for each in picked.get("departmentList") or [] if "department" in kinds
    ]  # fmt: skip
    if call.params["mode"] == "single":
        people, departments = people[:1], [] if people else departments[:1]
    result = {"departmentList": departments, "userList": people, "selectAll": False}
    return call.ok(result=json.dumps(result, ensure_ascii=False))


def scanned(call: PageCall) -> Result:
    """What she holds before the camera."""
    picked = _take(call)
    return call.ok(resultStr=str(picked["resultStr"])) if picked and "resultStr" in picked else call.refuse("cancel")


def _people(call: PageCall, picked: dict[str, Any], kinds: list[str]) -> list[dict[str, str]]:
    found = [call.world.member(each) for each in names_of(picked.get("userList")) if "user" in kinds]
    return [{"id": each.userid, "name": each.name, "avatar": each.avatar} for each in found if each]


def _take(call: PageCall) -> dict[str, Any] | None:
    picked, call.client.selection = call.client.selection, None
    return picked
