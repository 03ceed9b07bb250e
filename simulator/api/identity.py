"""Who opened the page: codes from OAuth and web login, user tickets (DOC 91023, 95833)."""

from typing import Any

from simulator import ids
from simulator.api.call import Call, Endpoint, text
from simulator.errors import ApiError
from simulator.world.passes import LoginCode, UserTicket

TICKET_LIFE = 1800


def user_info(call: Call) -> dict[str, Any]:
    login = _spend(call)
    if login.external_userid:
        return {"openid": openid_of(login.external_userid)} | _known_customer(call, login.external_userid)
    return {"userid": login.userid} | _ticket(call, login)


def legacy_user_info(call: Call) -> dict[str, Any]:
    """The old shape with capital letters, which wechatpy still asks for."""
    login = _spend(call)
    if login.external_userid:
        openid = {"OpenId": openid_of(login.external_userid), "DeviceId": ""}
        return openid | _known_customer(call, login.external_userid)
    return {"UserId": login.userid, "DeviceId": "SimulatorDevice01"} | _ticket(call, login)


def user_detail(call: Call) -> dict[str, Any]:
    ticket = call.state.passes.user_tickets.get(text(call.body, "user_ticket", missing=84015))
    if ticket is None:
        raise ApiError(84015)
    if ticket.expires_at <= call.world.now:
        raise ApiError(84014)
    member = call.world.member(ticket.userid)
    if member is None:
        raise ApiError(60111)
    return {
        "userid": member.userid, "gender": member.gender, "avatar": member.avatar, "mobile": member.mobile,
        "qr_code": f"{call.world.base_url}/files/qr_member_{member.userid}.png", "email": member.email,
        "biz_mail": member.biz_mail, "address": member.address,
    }  # fmt: skip


def _spend(call: Call) -> LoginCode:
    code = call.args.get("code", "")
    if not code:
        raise ApiError(41008)
    login = call.state.passes.logins.get(code)
    if login is None or login.agentid != call.app.agentid:
        raise ApiError(40029)
    if login.used:
        raise ApiError(42022)
    if login.expires_at <= call.world.now:
        raise ApiError(42003)
    login.used = True
    return login


def _ticket(call: Call, login: LoginCode) -> dict[str, str]:
    if login.scope != "snsapi_privateinfo" or call.world.sees(call.app, login.userid) is None:
        return {}
    value = ids.opaque(call.world.rng, 96)
    call.state.passes.forget_oldest(call.world.now)
    call.state.passes.user_tickets[value] = UserTicket(value, login.userid, call.world.now + TICKET_LIFE)
    return {"user_ticket": value}


def openid_of(external_userid: str) -> str:
    """A WeChat customer's openid, as OAuth gives it to her and externalcontact/convert_to_openid to the corp."""
    return "o" + external_userid[2:29]


def _known_customer(call: Call, external_userid: str) -> dict[str, str]:
    follows = call.state.customers.of_customer(external_userid)
    seen = any(call.world.sees(call.app, follow.userid) for follow in follows)
    return {"external_userid": external_userid} if seen else {}


ROUTES = {
    "auth/getuserinfo": Endpoint("GET", user_info),
    "auth/getuserdetail": Endpoint("POST", user_detail),
    "user/getuserinfo": Endpoint("GET", legacy_user_info),
    "user/getuserdetail": Endpoint("POST", user_detail),
}
