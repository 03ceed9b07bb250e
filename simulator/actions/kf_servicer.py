"""What a servicer does with 微信客服 in her client: answers, takes from the pool, hands over, ends, goes off duty."""

from typing import Any

from simulator import kf_chatting, kf_moves, kf_received
from simulator.actions.kf import account_of, check_recall, session_of
from simulator.actions.request import ImpossibleError, Wish
from simulator.kf_feed import notify, tell
from simulator.world.kf_accounts import KfAccount
from simulator.world.kf_sessions import HUMAN, OVER, POOL, KfSession
from simulator.world.people import Member

GREETING = "您好，我继续为您服务"


def answers(wish: Wish) -> dict[str, Any]:
    """In her own session; in one of hers that ended it takes the session up again (change_type 4)."""
    member, session = wish.member(), session_of(wish)
    msgtype, body = kf_received.message(wish, kf_received.SERVICER_KEYS)
    who = (member.userid, session.open_kfid, session.external_userid)
    line, event_id = kf_chatting.servicer_says(wish.world, *who, msgtype, body)
    return {"msgid": line.msgid, "event_id": event_id}


def takes(wish: Wish) -> dict[str, Any]:
    """Out of the pool (change_type 1), with the code for her first words."""
    member, account = _servicer(wish)
    session = session_of(wish)
    if session.state != POOL:
        raise ImpossibleError("only a session that waits in the pool (state 2) can be taken")
    if not kf_moves.may_receive(wish.world, account, member.userid):
        raise ImpossibleError(f"{member.userid} does not receive now: servicer_changes_status {{status: 1}} first")
    code = kf_moves.move(wish.world, session, HUMAN, member.userid) or kf_moves.give_code(wish.world, session, "taken")
    return _changed(wish, account, session, 1, new_servicer_userid=member.userid, msg_code=code)


def hands_over(wish: Wish) -> dict[str, Any]:
    member, session, account = _her_session(wish)
    other = wish.member("to")
    if other.userid == member.userid or not account.serves(wish.world.state.people, other.userid):
        raise ImpossibleError(f"to is another servicer of {account.name}")
    kf_moves.move(wish.world, session, HUMAN, other.userid)
    who = {"old_servicer_userid": member.userid, "new_servicer_userid": other.userid}
    return _changed(wish, account, session, 2, **who)


def ends(wish: Wish) -> dict[str, Any]:
    """结束会话 (change_type 3), with the code for the last words."""
    member, session, account = _her_session(wish)
    code = kf_moves.move(wish.world, session, OVER)
    return _changed(wish, account, session, 3, old_servicer_userid=member.userid, msg_code=code)


def reopens(wish: Wish) -> dict[str, Any]:
    """She writes into an ended session of hers: the only way the client opens one again."""
    if session_of(wish).state != OVER:
        raise ImpossibleError("the session has not ended (state 4)")
    return answers(Wish(wish.world, {"content": GREETING, **wish.body}))


def changes_status(wish: Wish) -> dict[str, Any]:
    """status 1 接待中, 2 停止接待 (stop_type 0 停止接待, 1 暂时挂起), as the event counts."""
    member, account = _servicer(wish)
    status, stop_type = wish.number("status"), wish.number("stop_type", 0)
    if status not in (1, 2) or stop_type not in (0, 1):
        raise ImpossibleError('status is 1 or 2 and stop_type 0 or 1, for example {"status": 2, "stop_type": 1}', 400)
    if status == 1:
        account.stopped.pop(member.userid.lower(), None)
    else:
        account.stopped[member.userid.lower()] = stop_type
    wish.world.notices.changed(member.userid)
    stopped = {"stop_type": stop_type} if status == 2 else {}
    event_id = tell(wish.world, account, "servicer_status_change", servicer_userid=member.userid, status=status, **stopped)
    return {"event_id": event_id}


def recalls(wish: Wish) -> dict[str, Any]:
    member, session, account = _her_session(wish)
    line = session.find_line(wish.text("msgid"))
    if line is None or line.servicer_userid.lower() != member.userid.lower():
        raise ImpossibleError("she wrote no message with this msgid in the chat", 404)
    check_recall(wish, line, "servicer")
    line.recalled = True
    notify(wish.world, session)
    fields = {"external_userid": session.external_userid, "recall_msgid": line.msgid, "servicer_userid": member.userid}
    return {"event_id": tell(wish.world, account, "servicer_recall_msg", **fields)}


def refuses_customer(wish: Wish) -> dict[str, Any]:
    """不再接收消息 of one customer (`refuses` false takes it back): reject_customer_msg_switch_change."""
    member, account = _servicer(wish)
    session, refuses = session_of(wish), bool(wish.body.get("refuses", True))
    session.refused_by = member.userid if refuses else ""
    notify(wish.world, session)
    fields = {"servicer_userid": member.userid, "external_userid": session.external_userid, "reject_switch": int(refuses)}
    return {"event_id": tell(wish.world, account, "reject_customer_msg_switch_change", **fields)}


def _servicer(wish: Wish) -> tuple[Member, KfAccount]:
    member, account = wish.member(), account_of(wish)
    if not account.serves(wish.world.state.people, member.userid):
        raise ImpossibleError(f"{member.userid} is not a servicer of {account.name}")
    return member, account


def _her_session(wish: Wish) -> tuple[Member, KfSession, KfAccount]:
    member, account = _servicer(wish)
    session = session_of(wish)
    if session.state != HUMAN or session.servicer.lower() != member.userid.lower():
        raise ImpossibleError(f"{member.userid} does not serve this session")
    return member, session, account


def _changed(wish: Wish, account: KfAccount, session: KfSession, change_type: int, **fields: str) -> dict[str, Any]:
    head = {"external_userid": session.external_userid, "change_type": change_type}
    event_id = tell(wish.world, account, "session_status_change", **head, **fields)
    return {"event_id": event_id, "msg_code": fields.get("msg_code", "")}
