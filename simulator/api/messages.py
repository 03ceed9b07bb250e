"""message/send and message/recall: who gets it, who is dropped, what is kept (DOC 90236, 94867)."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from simulator import ids
from simulator.api.agents import own_app
from simulator.api.call import Call, Endpoint, integer, mapping, text
from simulator.api.cards import CardCheck, answers_back
from simulator.api.message_bodies import CHECKS
from simulator.api.translation import translate
from simulator.errors import ApiError, NotServedError
from simulator.world.inboxes import InboxItem, SentMessage
from simulator.world.passes import ResponseCode

RESPONSE_LIFE = 72 * 3600
RECALL_LIFE = 24 * 3600
NOT_SERVED = frozenset({"mpnews", "miniprogram_notice"})
SAFE_TYPES = frozenset({"text", "image", "video", "file", "mpnews"})


@dataclass(slots=True)
class Audience:
    """Recipients by lower-case userid, and what could not be reached, as the answer names it."""

    userids: dict[str, None] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, str]:
        named = {"invaliduser": self.users, "invalidparty": self.parties, "invalidtag": self.tags}
        return {key: "|".join(values) for key, values in named.items() if values}


def send(call: Call) -> dict[str, Any]:
    body = call.body
    own_app(call, _agentid(body))
    msgtype = text(body, "msgtype", missing=40008)
    content = _content(call, msgtype)
    audience = _audience(call)
    if not audience.userids:
        raise ApiError(81013, **audience.as_json())
    msgid = ids.opaque(call.world.rng, 48)
    answer: dict[str, Any] = {**audience.as_json(), "msgid": msgid}
    if _is_repeat(call):
        return answer
    if integer(body, "enable_id_trans"):
        content = translate(call.state.people, content)
    sent = SentMessage(msgid, call.world.now, call.app.agentid, msgtype, content, list(audience.userids))
    if msgtype == "template_card" and answers_back(content):
        answer["response_code"] = sent.response_code = _response_code(call, msgid)
    _deliver(call, sent)
    return answer


def recall(call: Call) -> dict[str, Any]:
    message = call.state.inboxes.sent.get(text(call.body, "msgid", missing=40058))
    if message is None or message.agentid != call.app.agentid:
        raise ApiError(40058)
    if call.world.now - message.at > RECALL_LIFE:
        raise ApiError(42052)
    message.recalled = True
    for userid in message.recipients:
        call.world.notices.changed(userid)
    return {}


def _agentid(body: dict[str, Any]) -> int:
    """An integer, though the platform also takes it as a string (wechatpy users send both)."""
    value = body.get("agentid")
    if value is None:
        raise ApiError(41011)
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ApiError(40056)
    return value


def _content(call: Call, msgtype: str) -> dict[str, Any]:
    if integer(call.body, "safe") and msgtype not in SAFE_TYPES:
        raise ApiError(40074)
    content = mapping(call.body, msgtype)
    if msgtype == "template_card":
        CardCheck(call, content).run()
        if answers_back(content) and not _has_address(call):
            raise ApiError(43012)
        return content
    if msgtype in NOT_SERVED:
        raise NotServedError(f"message/send {msgtype}")
    check = CHECKS.get(msgtype)
    if check is None:
        raise ApiError(40008)
    return check(call, content)


def _has_address(call: Call) -> bool:
    receivers = call.state.receivers.values()
    return any(receiver.url for receiver in receivers if receiver.agentid == call.app.agentid)


def _audience(call: Call) -> Audience:
    users, parties, tags = (text(call.body, key) for key in ("touser", "toparty", "totag"))
    if not (users or parties or tags):
        raise ApiError(82001)
    audience = Audience()
    if users == "@all":
        members = call.world.visibility.members(call.state.people, call.app)
        audience.userids = dict.fromkeys(member.userid.lower() for member in members)
        return audience
    _add_users(call, audience, users.split("|") if users else [])
    _add_parties(call, audience, parties.split("|") if parties else [])
    _add_tags(call, audience, tags.split("|") if tags else [])
    return audience


def _add_users(call: Call, audience: Audience, userids: list[str]) -> None:
    if len(userids) > 1000:
        raise ApiError(40032)
    for userid in userids:
        if call.world.sees(call.app, userid):
            audience.userids[userid.lower()] = None
        else:
            audience.users.append(userid.lower())


def _add_parties(call: Call, audience: Audience, parties: list[str]) -> None:
    if len(parties) > 100:
        raise ApiError(82002)
    inside = call.world.visibility.departments(call.state.people, call.app) if parties else frozenset()
    for party in parties:
        if party.isdecimal() and int(party) in inside:
            audience.userids |= dict.fromkeys(call.state.people.below(int(party)))
        else:
            audience.parties.append(party)


def _add_tags(call: Call, audience: Audience, tags: list[str]) -> None:
    if len(tags) > 100:
        raise ApiError(82003)
    for each in tags:
        tag = call.state.people.tags.get(int(each)) if each.isdecimal() else None
        found = [userid.lower() for userid in tag.users if call.world.sees(call.app, userid)] if tag else []
        if not found:
            audience.tags.append(each)
        audience.userids |= dict.fromkeys(found)


def _is_repeat(call: Call) -> bool:
    """The same request inside the check interval is answered with ok and not delivered."""
    if not integer(call.body, "enable_duplicate_check"):
        return False
    interval = min(integer(call.body, "duplicate_check_interval", 1800), 4 * 3600)
    key = hashlib.sha1(json.dumps(call.body, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
    seen, now = call.state.inboxes.recent_requests, call.world.now
    if seen.get(key, 0.0) > now:
        return True
    seen[key] = now + interval
    if len(seen) > 50_000:
        del seen[next(iter(seen))]
    return False


def _response_code(call: Call, msgid: str) -> str:
    code = ids.opaque(call.world.rng, 40)
    expires = call.world.now + RESPONSE_LIFE
    call.state.passes.responses[code] = ResponseCode(code, msgid, call.app.agentid, expires)
    call.state.passes.forget_oldest()
    return code


def _deliver(call: Call, sent: SentMessage) -> None:
    inboxes, limits, notices = call.state.inboxes, call.world.limits, call.world.notices
    inboxes.keep_sent(sent)
    for userid in sent.recipients:
        allowed = limits.allow_message(sent.agentid, userid, sent.at)
        inboxes.deliver(userid, InboxItem(sent.msgid, sent.at, not allowed))
        notices.changed(userid)


ROUTES = {
    "message/send": Endpoint("POST", send, empty={"msgid": ""}),
    "message/recall": Endpoint("POST", recall),
}
