"""/_control for 群发助手: what a member has to send, has sent, and what became of it."""

from typing import Any

from flask import Blueprint, Response

from simulator.control.answer import LOG, answer, number, refuse, world
from simulator.control.enclosures import attachment_row
from simulator.world.group_sends import GroupSend, MemberTask
from simulator.world.world import World

bp = Blueprint("group_sends", __name__, url_prefix="/_control")
SHOWN_TARGETS = 200
WAITING, DONE, STOPPED = 0, 2, -1


@bp.get("/members/<userid>/group_sends")
def list_group_sends(userid: str) -> Response:
    """Newest first; `targets` holds the first 200 of `target_count`."""
    found = world()
    with found.lock:
        if found.member(userid) is None:
            return refuse(f"there is no member {userid}", 404)
        sends = found.state.group_sends.of_member(userid)[: number("limit", LOG)]
        return answer({"group_sends": [_row(found, each, each.tasks[userid.lower()]) for each in sends]})


def _row(found: World, send: GroupSend, task: MemberTask) -> dict[str, Any]:
    targets = task.targets
    if send.owner_chooses and not task.sent_at:
        targets = [each.chat_id for each in found.state.groups.owned_by(task.userid)]
    status = DONE if task.sent_at else STOPPED if send.cancelled else WAITING
    return {
        "msgid": send.msgid, "chat_type": send.chat_type, "create_type": send.create_type, "creator": send.creator,
        "create_time": send.created_at, "status": status, "send_time": task.sent_at,
        "allow_select": send.allow_select or send.owner_chooses, "reminders": len(send.reminders), "text": send.text,
        "attachments": [attachment_row(found, each) for each in send.attachments], "target_count": len(targets),
        "targets": [_target(found, send, each, task.status_of(at)) for at, each in enumerate(targets[:SHOWN_TARGETS])],
    }  # fmt: skip


def _target(found: World, send: GroupSend, target: str, status: int) -> dict[str, Any]:
    if send.chat_type == "group":
        group = found.state.groups.find(target)
        return {"chat_id": target, "name": group.name if group else "", "avatar": "", "status": status}
    customer = found.state.customers.find(target)
    name, avatar = (customer.name, customer.avatar) if customer else ("", "")
    return {"external_userid": target, "name": name, "avatar": avatar, "status": status}
