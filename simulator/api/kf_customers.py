"""微信客服 customers: who they are, and 升级服务 to a member or a group (DOC 95159, 94674)."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer, mapping, strings, text
from simulator.api.kf_access import managed, manages, session_of
from simulator.errors import ApiError
from simulator.kf_feed import note
from simulator.world.customers import Customer
from simulator.world.kf_sessions import SESSION_LIFE, KfSession

MOST = 100
MEMBER, GROUP = 1, 2


def batchget(call: Call) -> dict[str, Any]:
    """Customers who entered or wrote in the last 48 hours; all others are invalid."""
    wanted = strings(call.body, "external_userid_list")
    in_context = integer(call.body, "need_enter_session_context")
    if not 1 <= len(wanted) <= MOST or in_context not in (0, 1):
        raise ApiError(40058)
    rows: list[dict[str, Any]] = []
    invalid: list[str] = []
    for external_userid in wanted:
        customer, session = call.state.customers.find(external_userid), _active(call, external_userid)
        if customer is None or session is None:
            invalid.append(external_userid)
        else:
            rows.append(_row(customer) | (_context(call, external_userid) if in_context else {}))
    return {"customer_list": rows, "invalid_external_userid": invalid}


def upgrade_config(call: Call) -> dict[str, Any]:
    """What the administrator allows (POST /_control/kf/upgrades)."""
    ranges = call.state.kf.upgrades
    member_range = {"userid_list": ranges.userids, "department_id_list": ranges.departments}
    return {"member_range": member_range, "groupchat_range": {"chat_id_list": ranges.chat_ids}}


def upgrade(call: Call) -> dict[str, Any]:
    """A recommendation in her chat; 95021 when the target is not configured, 95031 when she was silent for 48 hours."""
    session = session_of(call, managed(call))
    kind = integer(call.body, "type")
    if kind not in (MEMBER, GROUP):
        raise ApiError(40058)
    target = _member(call) if kind == MEMBER else _group(call)
    if not session.asked_at or call.world.now >= session.asked_at + SESSION_LIFE:
        raise ApiError(95031)
    session.upgrade = {"type": kind, **target}
    name = target["name"] if kind == MEMBER else "客户群"
    note(call.world, session, f"为你推荐专属服务：{name}。{target['wording']}".rstrip("。"))
    return {}


def cancel_upgrade(call: Call) -> dict[str, Any]:
    session = session_of(call, managed(call))
    session.upgrade = {}
    return {}


def _active(call: Call, external_userid: str) -> KfSession | None:
    """Her session at one of the app's accounts that moved last, inside 48 hours."""
    since = call.world.now - SESSION_LIFE
    mine = [each for each in call.state.kf.of_customer(external_userid) if each.active_at > since and manages(call, each)]
    return max(mine, key=lambda each: each.active_at, default=None)


def _row(customer: Customer) -> dict[str, Any]:
    row: dict[str, Any] = {
        "external_userid": customer.external_userid, "nickname": customer.name, "avatar": customer.avatar,
        "gender": customer.gender,
    }  # fmt: skip
    return row | ({"unionid": customer.unionid} if customer.unionid else {})


def _context(call: Call, external_userid: str) -> dict[str, Any]:
    """Where she came in last; there is none for somebody who only went on writing."""
    since = call.world.now - SESSION_LIFE
    mine = [each for each in call.state.kf.of_customer(external_userid) if each.entered_at > since and manages(call, each)]
    last = max(mine, key=lambda each: each.entered_at, default=None)
    if last is None:
        return {}
    return {"enter_session_context": {key: value for key, value in last.context.items() if value or key != "wechat_channels"}}


def _member(call: Call) -> dict[str, str]:
    given = mapping(call.body, "member")
    userid, wording = text(given, "userid", missing=41009), text(given, "wording")
    member, ranges = call.world.member(userid), call.state.kf.upgrades
    if member is None:
        raise ApiError(60111)
    inside = {each for top in ranges.departments for each in call.state.people.tree(top)}
    if member.userid not in ranges.userids and inside.isdisjoint(member.departments):
        raise ApiError(95021)
    return {"userid": member.userid, "name": member.name, "wording": wording}


def _group(call: Call) -> dict[str, str]:
    given = mapping(call.body, "groupchat")
    chat_id, wording = text(given, "chat_id", missing=40063), text(given, "wording")
    if chat_id not in call.state.kf.upgrades.chat_ids:
        raise ApiError(95021)
    return {"chat_id": chat_id, "wording": wording}


ROUTES = {
    "kf/customer/batchget": Endpoint("POST", batchget, "kf", {"customer_list": []}),
    "kf/customer/get_upgrade_service_config": Endpoint("GET", upgrade_config, "kf"),
    "kf/customer/upgrade_service": Endpoint("POST", upgrade, "kf"),
    "kf/customer/cancel_upgrade_service": Endpoint("POST", cancel_upgrade, "kf"),
}
