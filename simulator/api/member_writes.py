"""Members made, changed and deleted with the secret of 通讯录同步 (DOC 90195, 90197, 90198, 90199)."""

import re
from typing import Any

from simulator import group_changes, transferring
from simulator.api import member_fields
from simulator.api.call import Call, Endpoint, boolean, strings, text
from simulator.api.member_fields import Wanted
from simulator.callbacks.range_events import tell_apps
from simulator.errors import ApiError
from simulator.quotas import MONTH
from simulator.world.people import Member

USERID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_\-@.]{0,63}")
MOST_AT_ONCE = 200


def create(call: Call) -> dict[str, Any]:
    """She is invited and not active (status 4) until she opens WeCom: the deed member_activates."""
    userid = text(call.body, "userid", missing=41009)
    if not USERID.fullmatch(userid):
        raise ApiError(40003)
    if call.world.member(userid) is not None:
        raise ApiError(60102)
    for key, code in (("name", 60112), ("department", 60127)):
        if call.body.get(key) is None:
            raise ApiError(code)
    boolean(call.body, "to_invite", True)
    wanted = member_fields.read(call, None)
    if not (wanted.simple.get("mobile") or wanted.simple.get("email")):
        raise ApiError(60129)
    _count_account(call)
    avatar = f"{call.world.base_url}/files/avatar_{userid}.png"
    member = Member(userid, "", wanted.departments or [], list(wanted.leads), avatar=avatar, status=4)
    member_fields.put(member, wanted)
    member.orders = wanted.orders
    call.state.people.add(member)
    transferring.member_came(call.world, userid)
    _lead(call, member)
    return {"errmsg": "created"}


def update(call: Call) -> dict[str, Any]:
    member = _find(call, text(call.body, "userid", missing=41009))
    if call.body.get("new_userid") is not None:
        raise ApiError(40058, "only a userid made by the system can be changed")
    wanted = member_fields.read(call, member)
    member_fields.put(member, wanted)
    _move(call, member, wanted)
    call.world.notices.changed(member.userid)
    return {"errmsg": "updated"}


def delete(call: Call) -> dict[str, Any]:
    userid = call.args.get("userid", "")
    if not userid:
        raise ApiError(41009)
    _remove(call, _find(call, userid))
    return {"errmsg": "deleted"}


def delete_many(call: Call) -> dict[str, Any]:
    """All of them or nobody: one userid that is not there refuses the whole list."""
    userids = strings(call.body, "useridlist")
    if not userids:
        raise ApiError(40063)
    if len(userids) > MOST_AT_ONCE:
        raise ApiError(40032)
    members = {userid.lower(): call.world.sees(call.app, userid) for userid in userids}
    if None in members.values():
        raise ApiError(40031)
    for member in members.values():
        if member is not None:
            _remove(call, member)
    return {"errmsg": "deleted"}


def _find(call: Call, userid: str) -> Member:
    member = call.world.member(userid)
    if member is None:
        raise ApiError(60111)
    if call.world.sees(call.app, userid) is None:
        raise ApiError(60011)
    return member


def _count_account(call: Call) -> None:
    """As many members as the account limit, three times as many made a month (DOC 90312)."""
    quotas, most = call.world.limits.quotas, call.world.limits.quotas.figures["account_limit"]
    if len(call.state.people.members) >= most:
        raise ApiError(45024)
    if not quotas.fits("user/create", "corp", call.world.now, MONTH, 3 * most):
        raise ApiError(45009)


def _move(call: Call, member: Member, wanted: Wanted) -> None:
    if wanted.departments is None:
        return
    _unlead(call, member)
    call.state.people.move(member, wanted.departments)
    member.is_leader, member.orders = wanted.leads, wanted.orders
    _lead(call, member)


def _remove(call: Call, member: Member) -> None:
    tell_apps(call.world, member, "unsubscribe")
    _unlead(call, member)
    call.state.people.remove(member)
    transferring.member_left(call.world, member)
    member.status = 5
    group_changes.resigned(call.world, member)
    call.world.notices.changed(member.userid)


def _lead(call: Call, member: Member) -> None:
    for department, leads in zip(member.departments, member.is_leader, strict=True):
        leaders = call.state.people.departments[department].leaders
        if leads and member.userid not in leaders:
            leaders.append(member.userid)


def _unlead(call: Call, member: Member) -> None:
    for department in member.departments:
        leaders = call.state.people.departments[department].leaders
        leaders[:] = [each for each in leaders if each != member.userid]


ROUTES = {
    "user/create": Endpoint("POST", create, "contacts"),
    "user/update": Endpoint("POST", update, "contacts"),
    "user/delete": Endpoint("GET", delete, "contacts"),
    "user/batchdelete": Endpoint("POST", delete_many, "contacts"),
}
