"""企业群发 looked back at: the sends, each member's task, each customer's result (DOC 93338)."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer, text
from simulator.api.customers import follower
from simulator.api.group_sends import CHAT_TYPES, check_ready, found
from simulator.api.paging import cursor_of, limit_of, position_of
from simulator.days import DAY
from simulator.errors import ApiError
from simulator.world.group_sends import SENT, UNSENT, GroupSend, MemberTask

MONTH = 31 * DAY
CORP, OWN, ALL = 0, 1, 2


def list_sends(call: Call) -> dict[str, Any]:
    chat_type = text(call.body, "chat_type") or "single"
    start, end = period(call, MONTH)
    creator, kind = text(call.body, "creator"), integer(call.body, "filter_type", ALL)
    if chat_type not in CHAT_TYPES or kind not in (CORP, OWN, ALL):
        raise ApiError(40058)
    sends = [
        each for each in call.state.group_sends.by_id.values()
        if each.chat_type == chat_type and start <= each.created_at <= end and kind in (ALL, each.create_type)
        and (not creator or each.creator == creator) and (not each.creator or call.world.sees(call.app, each.creator))
    ]  # fmt: skip
    query, limit = f"groupmsg_list|{chat_type}|{start}|{end}|{creator}|{kind}", limit_of(call, 50, 100)
    first = position_of(call, query, text(call.body, "cursor"))
    rows = [_send(each) for each in sends[first : first + limit]]
    return {"next_cursor": cursor_of(call, query, first + limit, len(sends)), "group_msg_list": rows}


def list_tasks(call: Call) -> dict[str, Any]:
    """Members inside the app's range only."""
    send = found(call)
    check_ready(call, send)
    query, limit = f"groupmsg_task|{send.msgid}", limit_of(call, 500, 1000)
    first = position_of(call, query, text(call.body, "cursor"))
    tasks = [each for each in send.tasks.values() if call.world.sees(call.app, each.userid)]
    rows = [_task(each) for each in tasks[first : first + limit]]
    return {"next_cursor": cursor_of(call, query, first + limit, len(tasks)), "task_list": rows}


def list_results(call: Call) -> dict[str, Any]:
    """One member's customers or groups; groups only stand here once they are sent to."""
    send, userid = found(call), text(call.body, "userid", missing=41009)
    follower(call, userid)
    check_ready(call, send)
    query, limit = f"groupmsg_result|{send.msgid}|{userid.lower()}", limit_of(call, 500, 1000)
    first = position_of(call, query, text(call.body, "cursor"))
    task = send.tasks.get(userid.lower())
    if task is None:
        return {"next_cursor": "", "send_list": []}
    targets = task.targets
    positions = [at for at in range(len(targets)) if send.chat_type == "single" or task.status_of(at) != UNSENT]
    rows = [_result(send, task, targets[at], task.status_of(at)) for at in positions[first : first + limit]]
    return {"next_cursor": cursor_of(call, query, first + limit, len(positions)), "send_list": rows}


def period(call: Call, longest: int) -> tuple[int, int]:
    """start_time and end_time, both needed; 40058 when they are the wrong way round or too far apart."""
    if call.body.get("start_time") is None or call.body.get("end_time") is None:
        raise ApiError(40063)
    start, end = integer(call.body, "start_time"), integer(call.body, "end_time")
    if not 0 <= end - start <= longest:
        raise ApiError(40058)
    return start, end


def _send(send: GroupSend) -> dict[str, Any]:
    """`creator` is left out when an app made it; create_time is a text in the documented sample."""
    shown: dict[str, Any] = {"msgid": send.msgid} | ({"creator": send.creator} if send.creator else {})
    shown |= {"create_time": str(send.created_at), "create_type": send.create_type}
    return shown | {"text": {"content": send.text}, "attachments": send.attachments}


def _task(task: MemberTask) -> dict[str, Any]:
    shown: dict[str, Any] = {"userid": task.userid, "status": 2 if task.sent_at else 0}
    return shown | ({"send_time": task.sent_at} if task.sent_at else {})


def _result(send: GroupSend, task: MemberTask, target: str, status: int) -> dict[str, Any]:
    key = "chat_id" if send.chat_type == "group" else "external_userid"
    shown: dict[str, Any] = {key: target, "userid": task.userid, "status": status}
    return shown | ({"send_time": task.sent_at} if status == SENT else {})


ROUTES = {
    "externalcontact/get_groupmsg_list_v2": Endpoint("POST", list_sends, "customer", {"group_msg_list": []}),
    "externalcontact/get_groupmsg_task": Endpoint("POST", list_tasks, "customer", {"task_list": []}),
    "externalcontact/get_groupmsg_send_result": Endpoint("POST", list_results, "customer", {"send_list": []}),
}
