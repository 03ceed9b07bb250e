"""接待人员 of a 微信客服 account: members and whole departments (DOC 94645, 94646)."""

from collections.abc import Callable
from typing import Any

from simulator.api.call import Call, Endpoint, integers, strings
from simulator.api.kf_access import account_of, managed
from simulator.errors import TEXTS, ApiError
from simulator.world.kf_accounts import KfAccount

MOST_USERIDS, MOST_DEPARTMENTS = 100, 20
SUCCESS, IGNORED = (0, "success"), (0, "ignored")
Verdict = tuple[int, str]


def add(call: Call) -> dict[str, Any]:
    """One verdict for each; `ignored` is who was there already. 95020 when they would be too many."""
    return _for_each(call, _add_member, _add_department)


def remove(call: Call) -> dict[str, Any]:
    return _for_each(call, _remove_member, _remove_department)


def list_servicers(call: Call) -> dict[str, Any]:
    """status 0 接待中, 1 停止接待 (the event counts from 1); departments stand as such, without their members."""
    account = account_of(call)
    rows: list[dict[str, Any]] = []
    for userid in account.userids:
        stop_type = account.stopped.get(userid.lower())
        status: dict[str, Any] = {"status": 0} if stop_type is None else {"status": 1, "stop_type": stop_type}
        rows.append({"userid": userid, **status})
    return {"servicer_list": rows + [{"department_id": each} for each in account.departments]}


def _for_each(
    call: Call, member: Callable[[Call, KfAccount, str], Verdict], department: Callable[[Call, KfAccount, int], Verdict]
) -> dict[str, Any]:
    account = managed(call)
    userids, departments = strings(call.body, "userid_list"), integers(call.body, "department_id_list")
    if not (userids or departments) or len(userids) > MOST_USERIDS or len(departments) > MOST_DEPARTMENTS:
        raise ApiError(40058)
    rows: list[dict[str, Any]] = []
    for userid in userids:
        code, words = member(call, account, userid)
        rows.append({"userid": userid, "errcode": code, "errmsg": words})
    for each in departments:
        code, words = department(call, account, each)
        rows.append({"department_id": each, "errcode": code, "errmsg": words})
    return {"result_list": rows}


def _add_member(call: Call, account: KfAccount, userid: str) -> Verdict:
    member = call.world.sees(call.app, userid)
    if member is None:
        return _refused(60030 if call.world.member(userid) else 60111)
    if userid.lower() in {each.lower() for each in account.userids}:
        return IGNORED
    if len(account.servicers(call.state.people)) >= call.state.kf.options.max_servicers:
        raise ApiError(95020)
    account.userids.append(member.userid)
    return SUCCESS


def _add_department(call: Call, account: KfAccount, department: int) -> Verdict:
    if department not in call.state.people.departments:
        return _refused(60003)
    if department not in call.world.visibility.departments(call.state.people, call.app):
        return _refused(60030)
    if department in account.departments:
        return IGNORED
    account.departments.append(department)
    if len(account.servicers(call.state.people)) > call.state.kf.options.max_servicers:
        account.departments.remove(department)
        raise ApiError(95020)
    return SUCCESS


def _remove_member(call: Call, account: KfAccount, userid: str) -> Verdict:
    left = [each for each in account.userids if each.lower() != userid.lower()]
    if len(left) == len(account.userids):
        return IGNORED
    account.userids = left
    account.stopped.pop(userid.lower(), None)
    return SUCCESS


def _remove_department(call: Call, account: KfAccount, department: int) -> Verdict:
    if department not in account.departments:
        return IGNORED
    account.departments.remove(department)
    return SUCCESS


def _refused(code: int) -> Verdict:
    return code, TEXTS[code]


ROUTES = {
    "kf/servicer/add": Endpoint("POST", add, "kf"),
    "kf/servicer/del": Endpoint("POST", remove, "kf"),
    "kf/servicer/list": Endpoint("GET", list_servicers, "kf", {"servicer_list": []}),
}
