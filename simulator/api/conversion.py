"""Between userid, external_userid and openid (DOC 93274)."""

from typing import Any

from simulator.api.call import Call, Endpoint, text
from simulator.api.customers import known
from simulator.api.identity import openid_of
from simulator.errors import ApiError

WECHAT_USER = 1


def customer_to_openid(call: Call) -> dict[str, Any]:
    """Of a WeChat customer some visible member has; 41056 for a WeCom user, 84061 for nobody's."""
    customer = known(call, text(call.body, "external_userid", missing=41035))
    if customer.type != WECHAT_USER:
        raise ApiError(41056)
    follows = call.state.customers.of_customer(customer.external_userid)
    if not any(each.readable and call.world.sees(call.app, each.userid) for each in follows):
        raise ApiError(84061)
    return {"openid": openid_of(customer.external_userid)}


def member_to_openid(call: Call) -> dict[str, Any]:
    """43004 until she has bound her WeChat, which comes with activating her account."""
    userid = text(call.body, "userid", missing=41009)
    member = call.world.sees(call.app, userid)
    if member is None:
        raise ApiError(60111 if call.world.member(userid) is None else 60011)
    if member.status != 1:
        raise ApiError(43004)
    return {"openid": call.state.openids.of_member(call.state.corpid, member.userid)}


def openid_to_member(call: Call) -> dict[str, Any]:
    """Of an openid user/convert_to_openid gave, while its member is still there."""
    openid = text(call.body, "openid", missing=40073)
    member = call.world.sees(call.app, call.state.openids.userids.get(openid, ""))
    if member is None:
        raise ApiError(40073)
    return {"userid": member.userid}


ROUTES = {
    "externalcontact/convert_to_openid": Endpoint("POST", customer_to_openid, "customer"),
    "user/convert_to_openid": Endpoint("POST", member_to_openid),
    "user/convert_to_userid": Endpoint("POST", openid_to_member),
}
