"""Group chats made by an app: create, change, look, send (DOC 90245, 98913, 98914, 90248)."""

import re
from typing import Any

from simulator import ids
from simulator.api.call import Call, Endpoint, mapping, strings, text
from simulator.api.message_bodies import CHECKS
from simulator.api.messages import check_safe
from simulator.days import DAY
from simulator.errors import ApiError
from simulator.quotas import HOUR, MINUTE
from simulator.world.appchats import AppChat
from simulator.world.people import ROOT

CHATID = re.compile(r"[0-9a-zA-Z]{1,32}")
MOST_MEMBERS = 2000
NAME_CHARS = 50
WITHOUT = frozenset({"miniprogram_notice"})


def create(call: Call) -> dict[str, Any]:
    """Owner drawn from the members when none is named, a long name is cut, `chatid` may be chosen."""
    _check_app(call)
    userids = _members(call, strings(call.body, "userlist"), "userlist", 86204)
    _check_count(userids)
    owner = text(call.body, "owner")
    if owner and owner.lower() not in {each.lower() for each in userids}:
        raise ApiError(86207)
    chatid, name = _new_chatid(call), text(call.body, "name")[:NAME_CHARS]
    if not _take(call, "appchat/create", "corp", DAY, "appchats_per_day"):
        raise ApiError(45009)
    chatid = chatid or ids.opaque(call.world.rng, 32)
    owner = _spelt(call, owner) if owner else call.world.rng.choice(userids)
    call.state.appchats.by_id[chatid] = AppChat(chatid, name or "群聊", owner, userids, call.app.agentid)
    return {"chatid": chatid}


def update(call: Call) -> dict[str, Any]:
    """Members come and go; the owner may leave only when another one is named."""
    chat = _own(call, text(call.body, "chatid", missing=86201))
    coming = _members(call, strings(call.body, "add_user_list"), "add_user_list", 0)
    going = {userid.lower() for userid in strings(call.body, "del_user_list")}
    left = [each for each in chat.userlist if each.lower() not in going]
    left += [each for each in coming if each not in left and each.lower() not in going]
    _check_count(left)
    owner = text(call.body, "owner") or chat.owner
    if owner.lower() not in {each.lower() for each in left}:
        raise ApiError(86207)
    name = text(call.body, "name")[:NAME_CHARS] or chat.name
    if not _take(call, "appchat/update", "corp", HOUR, "appchat_changes_per_hour"):
        raise ApiError(45009)
    chat.userlist, chat.owner, chat.name = left, _spelt(call, owner), name
    return {}


def get(call: Call) -> dict[str, Any]:
    chat = _own(call, call.args.get("chatid", ""))
    shown: dict[str, Any] = {
        "chatid": chat.chatid, "name": chat.name, "owner": chat.owner, "userlist": chat.userlist, "chat_type": 0,
    }  # fmt: skip
    return {"chat_info": shown}


def send(call: Call) -> dict[str, Any]:
    """Into the chat; a member over 200 a minute or 10,000 a day is left out without a word."""
    chat = _own(call, text(call.body, "chatid", missing=86201))
    msgtype = text(call.body, "msgtype", missing=40008)
    check = None if msgtype in WITHOUT else CHECKS.get(msgtype)
    if check is None:
        raise ApiError(40008)
    check_safe(call, msgtype)
    content = check(call, mapping(call.body, msgtype))
    people = len(chat.userlist)
    in_time = _take(call, "appchat/send", "corp", MINUTE, "appchat_per_minute", people)
    if not in_time or not _take(call, "appchat/send", "corp", HOUR, "appchat_per_hour", people):
        raise ApiError(45009)
    missed = [userid for userid in chat.userlist if not _may_get(call, userid.lower())]
    call.state.appchats.say(chat, call.world.now, msgtype, content, missed)
    for userid in chat.userlist:
        call.world.notices.changed(userid)
    return {}


def _check_app(call: Call) -> None:
    """Only an app whose range is the root department may have chats of its own."""
    if ROOT not in call.app.visible_departments:
        raise ApiError(60011)


def _own(call: Call, chatid: str) -> AppChat:
    _check_app(call)
    if not chatid:
        raise ApiError(86201)
    chat = call.state.appchats.by_id.get(chatid)
    if chat is None:
        raise ApiError(86003)
    if chat.maker != call.app.agentid:
        raise ApiError(86008)
    return chat


def _members(call: Call, userids: list[str], key: str, missing: int) -> list[str]:
    """As the contacts spell them, each once; 86216 when one is nobody the app may see."""
    if not userids and missing:
        raise ApiError(missing)
    found: dict[str, None] = {}
    for userid in userids:
        member = call.world.sees(call.app, userid)
        if member is None:
            raise ApiError(86216, f"{key} has a member who is not there")
        found[member.userid] = None
    return list(found)


def _check_count(userids: list[str]) -> None:
    if not 2 <= len(userids) <= MOST_MEMBERS:
        raise ApiError(86006)


def _new_chatid(call: Call) -> str:
    """The chatid the caller chose, empty when it chose none."""
    wanted = text(call.body, "chatid")
    if wanted and not CHATID.fullmatch(wanted):
        raise ApiError(86001)
    if wanted in call.state.appchats.by_id:
        raise ApiError(86215)
    return wanted


def _spelt(call: Call, userid: str) -> str:
    member = call.world.member(userid)
    return member.userid if member else userid


def _take(call: Call, rule: str, who: str, window: int, figure: str, amount: int = 1) -> bool:
    quotas = call.world.limits.quotas
    return quotas.take(rule, who, call.world.now, window, quotas.figures[figure], amount)


def _may_get(call: Call, userid: str) -> bool:
    today = _take(call, "appchat member", userid, DAY, "appchat_member_per_day")
    return _take(call, "appchat member", userid, MINUTE, "appchat_member_per_minute") and today


ROUTES = {
    "appchat/create": Endpoint("POST", create),
    "appchat/update": Endpoint("POST", update),
    "appchat/get": Endpoint("GET", get),
    "appchat/send": Endpoint("POST", send),
}
