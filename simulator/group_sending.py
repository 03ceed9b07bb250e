"""企业群发 on its way: who gets which customer, what happens when a member confirms, her own 群发助手."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from simulator import chatting, group_chatting, ids
from simulator.group_send_limits import first_own_today, may_receive, note_received
from simulator.world.apps import App
from simulator.world.customers import Follow, Relation
from simulator.world.group_sends import NOT_A_FRIEND, OVER_THE_LIMIT, SENT, UNSENT, GroupSend, MemberTask
from simulator.world.groups import MEMBER
from simulator.world.world import World

# Seconds of work in one go, so that a brand of 16,000 does not stand still while a tag is looked for.
SLICE = 0.03
Fits = Callable[[Follow], bool]


def hand_out_waiting(world: World) -> None:
    """Go on for a slice with the oldest send whose members are still being worked out."""
    for send in world.state.group_sends.unfinished()[:1]:
        hand_out(world, send)


def hand_out(world: World, send: GroupSend) -> None:
    """Give the next members of a send by tags the customers who talked with them last: as many as fit into a slice."""
    app, until, done = world.state.apps.get(send.agentid), time.thread_time() + SLICE, 0
    for userid in send.waiting:
        if app is not None:
            _hand_to(world, app, send, userid)
        done += 1
        if time.thread_time() >= until:
            break
    del send.waiting[:done]


def _hand_to(world: World, app: App, send: GroupSend, userid: str) -> None:
    mine = world.state.customers.of_member(userid)
    targets = [each.external_userid for each in mine if wanted(each, send.tag_groups) and _is_hers(world, app, each, send)]
    if targets:
        world.state.group_sends.give(send, userid, targets)
        world.notices.changed(userid)


def wanted(follow: Follow, tag_groups: list[list[str]]) -> bool:
    """Readable, with one tag of every group (DOC 92135)."""
    return follow.readable and all(any(tag in follow.tags for tag in group) for group in tag_groups)


def last_talker(world: World, app: App | None, external_userid: str, fits: Fits) -> str:
    """The member, visible to the app, who talked with this customer last; empty when nobody follows her."""
    found = [
        each for each in world.state.customers.of_customer(external_userid) if fits(each) and _works(world, app, each.userid)
    ]
    return max(found, key=lambda each: _last_talk(world, each)).userid if found else ""


def confirm(world: World, send: GroupSend, task: MemberTask, chosen: Iterable[str] | None = None) -> dict[str, int]:
    """She presses 发送: every target (or those chosen) gets it, or a reason why not; {sent, failed}."""
    if send.owner_chooses:
        owned = [each.chat_id for each in world.state.groups.owned_by(task.userid)]
        task.aim([each for each in owned if chosen is None or each in chosen])
        chosen = None
    taken = None if chosen is None else set(chosen)
    targets = task.targets
    statuses = bytes(_deliver(world, send, task.userid, each) if taken is None or each in taken else UNSENT for each in targets)
    task.statuses, task.sent_at = statuses, world.seconds
    world.notices.changed(task.userid)
    sent = statuses.count(SENT)
    return {"sent": sent, "failed": len(statuses) - sent - statuses.count(UNSENT)}


def send_own(
    world: World, userid: str, targets: list[str], text: str, attachments: list[dict[str, Any]], chat_type: str = "single"
) -> tuple[GroupSend, dict[str, int]]:
    """A member's own 群发 (create_type 1), sent at once; `targets` are external_userids, or chat_ids for `group`."""
    send = GroupSend(ids.group_send_id(world.rng), chat_type, world.seconds, text, attachments, 1, userid)
    task = world.state.group_sends.give(send, userid, targets)
    keep_media(world, send)
    world.state.group_sends.add(send)
    return send, confirm(world, send, task)


def keep_media(world: World, send: GroupSend) -> None:
    """The platform keeps a copy: a send confirmed after the three days of its media still shows them."""
    for attachment in send.attachments:
        body = attachment[attachment["msgtype"]]
        media = world.state.files.media.get(str(body.get("media_id") or body.get("pic_media_id")))
        if media is not None:
            media.kept = True


def _deliver(world: World, send: GroupSend, userid: str, target: str) -> int:
    """The status of one target after trying."""
    reachable = _owns(world, userid, target) if send.chat_type == "group" else _friends(world, userid, target)
    if not reachable:
        return NOT_A_FRIEND
    if not may_receive(world, target):
        return OVER_THE_LIMIT
    if send.create_type == 1 and send.chat_type == "single" and not first_own_today(world, userid, target):
        return OVER_THE_LIMIT
    note_received(world, target)
    for msgtype, body in lines_of(send):
        if send.chat_type == "group":
            group_chatting.say(world, target, userid, MEMBER, msgtype, body, "group_send")
        else:
            chatting.say(world, userid, target, "guide", msgtype, body, "group_send")
    return SENT


def lines_of(send: GroupSend) -> list[tuple[str, dict[str, Any]]]:
    """What lands in a chat: the text, then each attachment."""
    lines = [("text", {"content": send.text})] if send.text else []
    return lines + [(each["msgtype"], each[each["msgtype"]]) for each in send.attachments]


def _friends(world: World, userid: str, external_userid: str) -> bool:
    found = world.state.customers.of_customer(external_userid)
    return any(each.userid.lower() == userid.lower() and each.relation is Relation.MUTUAL for each in found)


def _owns(world: World, userid: str, chat_id: str) -> bool:
    group = world.state.groups.find(chat_id)
    return group is not None and not group.dismissed and group.owner.lower() == userid.lower()


def _is_hers(world: World, app: App | None, follow: Follow, send: GroupSend) -> bool:
    def fits(each: Follow) -> bool:
        return wanted(each, send.tag_groups)

    return last_talker(world, app, follow.external_userid, fits).lower() == follow.userid.lower()


def _works(world: World, app: App | None, userid: str) -> bool:
    member = world.sees(app, userid) if app else world.member(userid)
    return member is not None and member.customer_contact


def _last_talk(world: World, follow: Follow) -> float:
    lines = world.state.chats.of(follow.userid, follow.external_userid)
    return lines[-1].at if lines else float(follow.createtime)
