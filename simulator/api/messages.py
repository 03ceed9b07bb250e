"""message/send and message/recall: who gets it, who is dropped, what is kept (DOC 90236, 94867)."""

import hashlib
import json
from typing import Any

from simulator import ids
from simulator.api.agents import own_app
from simulator.api.audience import audience_of
from simulator.api.call import Call, Endpoint, integer, mapping, text
from simulator.api.cards import CardCheck, answers_back
from simulator.api.message_bodies import CHECKS
from simulator.api.translation import translate
from simulator.days import DAY
from simulator.errors import ApiError
from simulator.world.inboxes import InboxItem, SentMessage
from simulator.world.passes import ResponseCode

RESPONSE_LIFE = 72 * 3600
RECALL_LIFE = 24 * 3600
LONGEST_INTERVAL = 4 * 3600
SAFE_TYPES = frozenset({"text", "image", "video", "file", "mpnews"})
# The one message whose documented sample names no app: the token says which it is.
WITHOUT_AGENTID = "miniprogram_notice"


def send(call: Call) -> dict[str, Any]:
    body = call.body
    msgtype = text(body, "msgtype", missing=40008)
    if msgtype != WITHOUT_AGENTID or body.get("agentid") is not None:
        own_app(call, _agentid(body))
    content = _content(call, msgtype)
    audience = audience_of(call, everybody=msgtype != WITHOUT_AGENTID)
    key, seen = _repeat_key(call), call.state.inboxes.recent_requests
    msgid = ids.opaque(call.world.rng, 48)
    answer: dict[str, Any] = {**audience.as_json(), "msgid": msgid}
    if key and seen.get(key, 0.0) > call.world.now:
        return answer
    _count_for_today(call, len(audience.userids))
    if key:
        _remember(call, key)
    if integer(body, "enable_id_trans"):
        content = translate(call.state.people, msgtype, content)
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
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ApiError(40056)
    return value


def _content(call: Call, msgtype: str) -> dict[str, Any]:
    check_safe(call, msgtype)
    if integer(call.body, "enable_id_trans") not in (0, 1):
        raise ApiError(40058)
    content = mapping(call.body, msgtype)
    if msgtype == "template_card":
        CardCheck(call, content).run()
        if answers_back(content) and not _has_address(call):
            raise ApiError(43012)
        return content
    check = CHECKS.get(msgtype)
    if check is None:
        raise ApiError(40008)
    return check(call, content)


def check_safe(call: Call, msgtype: str) -> None:
    """0 may be shared, 1 is confidential, 2 (mpnews only) stays inside the corp; 40074 where there is no such thing."""
    safe = integer(call.body, "safe")
    if safe not in (0, 1, 2):
        raise ApiError(40058)
    if safe and (msgtype not in SAFE_TYPES or (safe == 2 and msgtype != "mpnews")):
        raise ApiError(40074)


def _has_address(call: Call) -> bool:
    return any(receiver.url for receiver in call.world.receivers_of(call.app.agentid))


def _count_for_today(call: Call, people: int) -> None:
    """Account limit × 200 person-messages a natural day and app (DOC 90312); 45009 over it."""
    quotas = call.world.limits.quotas
    most = quotas.figures["account_limit"] * quotas.figures["messages_per_account"]
    if not quotas.fits("message/send", str(call.app.agentid), call.world.now, DAY, most, people):
        raise ApiError(45009)


def _repeat_key(call: Call) -> str:
    """What the same request inside the check interval is recognised by (answered with ok, not delivered); else empty."""
    if not integer(call.body, "enable_duplicate_check"):
        return ""
    if integer(call.body, "duplicate_check_interval", 1800) <= 0:
        raise ApiError(40058)
    request = f"{call.app.agentid}{json.dumps(call.body, sort_keys=True)}"
    return hashlib.sha1(request.encode(), usedforsecurity=False).hexdigest()


def _remember(call: Call, key: str) -> None:
    seen, interval = call.state.inboxes.recent_requests, integer(call.body, "duplicate_check_interval", 1800)
    seen[key] = call.world.now + min(interval, LONGEST_INTERVAL)
    if len(seen) > 50_000:
        del seen[next(iter(seen))]


def _response_code(call: Call, msgid: str) -> str:
    code = ids.opaque(call.world.rng, 40)
    expires = call.world.now + RESPONSE_LIFE
    call.state.passes.responses[code] = ResponseCode(code, msgid, call.app.agentid, expires)
    call.state.passes.forget_oldest(call.world.now)
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
