"""What a member does in 群发助手: confirms what the corp wants sent, sends her own."""

from typing import Any

from simulator import group_sending
from simulator.actions.enclosed import attachments
from simulator.actions.request import ImpossibleError, Wish
from simulator.world.group_sends import GroupSend, MemberTask

KINDS = ("image", "link", "miniprogram", "video", "file")
MOST_CUSTOMERS, MOST_CHATS = 20_000, 2_000


def confirms(wish: Wish) -> dict[str, Any]:
    """She presses 发送; `targets` are the customers or groups she picks, when the send lets her."""
    member = wish.member()
    send, task = _task(wish, member.userid)
    if send.cancelled:
        raise ImpossibleError("this 群发 has been stopped")
    if task.sent_at:
        raise ImpossibleError("she has sent it already")
    chosen = wish.texts("targets") or None
    if chosen is not None and not (send.allow_select or send.owner_chooses):
        raise ImpossibleError("this 群发 does not let her choose (allow_select is false)")
    known = set(task.targets) or {each.chat_id for each in wish.world.state.groups.owned_by(member.userid)}
    if chosen is not None and not set(chosen) <= known:
        raise ImpossibleError("targets are some of those the 群发 is meant for", 400)
    return group_sending.confirm(wish.world, send, task, chosen)


def sends_own(wish: Wish) -> dict[str, Any]:
    """Her own: to customers of hers (external_userids) or to groups she owns (chat_ids), at once."""
    member = wish.member()
    if not member.customer_contact:
        raise ImpossibleError(f"{member.userid} may not serve customers")
    chats, customers = list(dict.fromkeys(wish.texts("chat_ids"))), list(dict.fromkeys(wish.texts("external_userids")))
    if bool(chats) == bool(customers):
        raise ImpossibleError('name external_userids or chat_ids, for example {"external_userids": ["wm…"]}', 400)
    if len(customers) > MOST_CUSTOMERS or len(chats) > MOST_CHATS:
        raise ImpossibleError(f"one 群发 reaches {MOST_CUSTOMERS} customers or {MOST_CHATS} groups at most", 400)
    text, enclosed = wish.text("text", ""), attachments(wish, KINDS)
    if not text and not enclosed:
        raise ImpossibleError('there is nothing to send; for example "text": "周末到店试穿有礼"', 400)
    send, count = group_sending.send_own(
        wish.world, member.userid, chats or customers, text, enclosed, "group" if chats else "single"
    )
    return {"msgid": send.msgid} | count


def _task(wish: Wish, userid: str) -> tuple[GroupSend, MemberTask]:
    send = wish.world.state.group_sends.find(wish.text("msgid"))
    task = send.tasks.get(userid.lower()) if send else None
    if send is None or task is None:
        raise ImpossibleError("she has no such 群发 to confirm; GET members/<userid>/group_sends lists hers", 404)
    return send, task
