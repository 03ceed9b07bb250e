"""send_welcome_msg: once, within twenty seconds, into the new customer's chat, before either of them has written (DOC 92137)."""

from typing import Any

from simulator import chatting
from simulator.api import enclosures
from simulator.api.call import Call, Endpoint, text
from simulator.errors import ApiError


def send_welcome(call: Call) -> dict[str, Any]:
    value = text(call.body, "welcome_code", missing=41049)
    code = call.state.passes.welcomes.get(value)
    if code is None or call.world.sees(call.app, code.userid) is None:
        raise ApiError(41050)
    if code.used:
        raise ApiError(41051)
    if code.expires_at < call.world.now:
        raise ApiError(41050)
    if chatting.have_talked(call.world, code.userid, code.external_userid, code.after_line):
        raise ApiError(41051)
    lines = _lines(call)
    follow = call.state.customers.find_follow(code.userid, code.external_userid)
    code.used = True
    if follow is not None:
        follow.welcomed = True
    for msgtype, body in lines:
        chatting.say(call.world, code.userid, code.external_userid, "guide", msgtype, body, "welcome")
    return {}


def _lines(call: Call) -> list[tuple[str, dict[str, Any]]]:
    content = enclosures.content_of(call)
    lines = [("text", {"content": content})] if content else []
    lines += enclosures.enclosed(call)
    if not lines:
        raise ApiError(40063)
    return lines


ROUTES = {"externalcontact/send_welcome_msg": Endpoint("POST", send_welcome, "customer")}
