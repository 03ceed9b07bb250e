"""企业群发: plans one, reminds, stops it; nothing is sent before the member confirms (DOC 92135, 97610, 97611)."""

from typing import Any

from simulator import group_sending, ids
from simulator.api import enclosures
from simulator.api.call import Call, Endpoint, boolean, mapping, mappings, strings, text
from simulator.api.customers import follower
from simulator.days import DAY
from simulator.errors import ApiError
from simulator.group_send_limits import may_receive
from simulator.world.customers import Follow
from simulator.world.group_sends import GroupSend

CHAT_TYPES = ("single", "group")
MOST_CUSTOMERS, MOST_CHATS, MOST_TAGS = 10_000, 2_000, 100
REMINDERS_A_DAY = 3


def add(call: Call) -> dict[str, Any]:
    """41048 when nobody is left, or everybody has had as many as the limit allows."""
    chat_type = text(call.body, "chat_type") or "single"
    if chat_type not in CHAT_TYPES:
        raise ApiError(40058)
    content, lines = enclosures.content_of(call), enclosures.enclosed(call)
    if not content and not lines:
        raise ApiError(40063)
    attachments = [{"msgtype": msgtype, msgtype: body} for msgtype, body in lines]
    send = GroupSend(ids.group_send_id(call.world.rng), chat_type, call.world.seconds, content, attachments)
    send.agentid, send.allow_select = call.app.agentid, boolean(call.body, "allow_select", False) and chat_type == "single"
    send.ready_at = call.world.now + call.world.limits.quotas.figures["group_send_dispatch_seconds"]
    failed = _to_groups(call, send) if chat_type == "group" else _to_customers(call, send)
    _check_somebody(call, send)
    group_sending.keep_media(call.world, send)
    call.state.group_sends.add(send)
    for task in send.tasks.values():
        call.world.notices.changed(task.userid)
    return {"fail_list": failed, "msgid": send.msgid}


def remind(call: Call) -> dict[str, Any]:
    """The members who have not confirmed see it again; three times in 24 hours, then 41094."""
    send = found(call)
    check_ready(call, send)
    if send.cancelled:
        raise ApiError(41093)
    send.reminders = [at for at in send.reminders if at > call.world.now - DAY]
    if len(send.reminders) >= REMINDERS_A_DAY:
        raise ApiError(41094)
    send.reminders.append(call.world.seconds)
    _tell_waiting(call, send)
    return {}


def cancel(call: Call) -> dict[str, Any]:
    """Stops whoever has not sent yet; what is sent stays."""
    send = found(call)
    if send.create_type == 1:
        raise ApiError(41047)
    if send.cancelled:
        raise ApiError(41093)
    send.cancelled, send.waiting = True, []
    _tell_waiting(call, send)
    return {}


def found(call: Call) -> GroupSend:
    send = call.state.group_sends.find(text(call.body, "msgid", missing=41046))
    if send is None:
        raise ApiError(41047)
    return send


def check_ready(call: Call, send: GroupSend) -> None:
    if send.waiting or call.world.now < send.ready_at:
        raise ApiError(41063)


def _to_groups(call: Call, send: GroupSend) -> list[str]:
    """Groups the sender owns; without a list she picks among them when she confirms."""
    sender = follower(call, text(call.body, "sender", missing=41009)).userid
    chat_ids = list(dict.fromkeys(strings(call.body, "chat_id_list", MOST_CHATS)))
    owned = [each.chat_id for each in call.state.groups.owned_by(sender)]
    send.owner_chooses = not chat_ids
    reachable = [each for each in chat_ids if each in owned]
    if reachable or (send.owner_chooses and owned):
        call.state.group_sends.give(send, sender, reachable)
    return [each for each in chat_ids if each not in owned]


def _to_customers(call: Call, send: GroupSend) -> list[str]:
    sender = text(call.body, "sender")
    sender = follower(call, sender).userid if sender else ""
    listed = list(dict.fromkeys(strings(call.body, "external_userid", MOST_CUSTOMERS)))
    send.tag_groups = [] if listed else _tag_groups(call)
    if listed:
        return _to_listed(call, send, sender, listed)
    if sender:
        targets = [
            each.external_userid for each in call.state.customers.of_member(sender) if group_sending.wanted(each, send.tag_groups)
        ]
        if targets:
            call.state.group_sends.give(send, sender, targets)
    elif send.tag_groups:
        send.waiting = [
            each.userid for each in call.world.visibility.members(call.state.people, call.app) if each.customer_contact
        ]
        group_sending.hand_out(call.world, send)
    else:
        raise ApiError(40063)
    return []


def _to_listed(call: Call, send: GroupSend, sender: str, listed: list[str]) -> list[str]:
    """Each to the sender, or to whoever talked with her last; returns those nobody can reach, 40096 when none is known."""
    parts: dict[str, list[str]] = {}
    failed: list[str] = []
    for external_userid in listed:
        userid = group_sending.last_talker(call.world, call.app, external_userid, lambda each: _fits(each, sender))
        if userid:
            parts.setdefault(userid, []).append(external_userid)
        else:
            failed.append(external_userid)
    if not parts and not any(call.state.customers.find(each) for each in listed):
        raise ApiError(40096)
    for userid, targets in parts.items():
        call.state.group_sends.give(send, userid, targets)
    return failed


def _fits(follow: Follow, sender: str) -> bool:
    return follow.readable and (not sender or follow.userid == sender)


def _tag_groups(call: Call) -> list[list[str]]:
    """OR inside a tag_list, AND between them (DOC 92135)."""
    groups = [strings(each, "tag_list", MOST_TAGS) for each in mappings(mapping(call.body, "tag_filter"), "group_list")]
    groups = [each for each in groups if each]
    if any(call.state.tags.find(tag_id) is None for group in groups for tag_id in group):
        raise ApiError(40068)
    return groups


def _check_somebody(call: Call, send: GroupSend) -> None:
    if send.waiting or (send.owner_chooses and send.tasks):
        return
    if not any(may_receive(call.world, each) for task in send.tasks.values() for each in task.targets):
        raise ApiError(41048)


def _tell_waiting(call: Call, send: GroupSend) -> None:
    for task in send.tasks.values():
        if not task.sent_at:
            call.world.notices.changed(task.userid)


ROUTES = {
    "externalcontact/add_msg_template": Endpoint("POST", add, "customer", {"fail_list": [], "msgid": ""}),
    "externalcontact/remind_groupmsg_send": Endpoint("POST", remind, "customer"),
    "externalcontact/cancel_groupmsg_send": Endpoint("POST", cancel, "customer"),
}
