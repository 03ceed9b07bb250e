"""Groups given to another owner by the corp: of members still here, and of those who resigned (DOC 95703, 92127)."""

from collections.abc import Callable
from typing import Any

from simulator import group_changes
from simulator.api.call import Call, Endpoint, strings, text
from simulator.api.customers import follower
from simulator.api.groups import owner_seen
from simulator.days import DAY, midnight
from simulator.errors import TEXTS, ApiError
from simulator.world.groups import MOVED, MOVING, NORMAL, Group
from simulator.world.people import Member

MOST_A_CALL = 100
MOST_A_DAY = 300
TIMES, WITHIN_DAYS = 2, 90
Check = Callable[[Call, Group], int]
Move = Callable[[Call, Group, Member], None]


def onjob(call: Call) -> dict[str, Any]:
    """In service: the group changes hands at once."""
    return _each(call, _onjob_refusal, _hand_over)


def resigned(call: Call) -> dict[str, Any]:
    """The owner has left: status 2 until the takeover is done, then 3."""
    return _each(call, _resigned_refusal, _inherit)


def _each(call: Call, refusal: Check, move: Move) -> dict[str, Any]:
    chat_ids = strings(call.body, "chat_id_list", MOST_A_CALL)
    if not chat_ids:
        raise ApiError(40063)
    heir = follower(call, text(call.body, "new_owner", missing=40063))
    if heir.status != 1:
        raise ApiError(41054)
    failed = []
    for chat_id in chat_ids:
        group = call.state.groups.find(chat_id)
        code = (_refusal(call, group, heir) or refusal(call, group)) if group else 90501
        if code:
            failed.append({"chat_id": chat_id, "errcode": code, "errmsg": TEXTS[code]})
        elif group is not None:
            call.state.groups.note_handed(group.owner, call.world.now)
            move(call, group, heir)
    return {"failed_chat_list": failed}


def _refusal(call: Call, group: Group, heir: Member) -> int:
    """What stands against giving this group to her, whoever owns it; 0 when nothing does."""
    if group.dismissed:
        return 49008
    if not owner_seen(call, group):
        return 60011
    if group.owner.lower() == heir.userid.lower():
        return 90504
    if group.status == MOVING:
        return 90507
    # The owner who has left makes room for her heir.
    size = len(group.people) - (call.world.member(group.owner) is None)
    if group.find(heir.userid) is None and size >= group_changes.capacity(call.world):
        return 90503
    return 40128 if call.state.groups.count_handed(group.owner, call.world.now) >= MOST_A_DAY else 0


def _onjob_refusal(call: Call, group: Group) -> int:
    if call.world.member(group.owner) is None:
        return 90502
    since = midnight(call.world.now) - WITHIN_DAYS * DAY
    return 40128 if sum(at >= since for at in group.handed) >= TIMES else 0


def _resigned_refusal(call: Call, group: Group) -> int:
    if call.world.member(group.owner) is None:
        return 0
    return 90508 if group.status == MOVED else 90500


def _hand_over(call: Call, group: Group, heir: Member) -> None:
    group.handed.append(call.world.seconds)
    group_changes.give(call.world, group, heir)
    group.status = NORMAL


def _inherit(call: Call, group: Group, heir: Member) -> None:
    group_changes.inherit(call.world, group, heir)


ROUTES = {
    "externalcontact/groupchat/onjob_transfer": Endpoint("POST", onjob, "customer", {"failed_chat_list": []}),
    "externalcontact/groupchat/transfer": Endpoint("POST", resigned, "customer", {"failed_chat_list": []}),
}
