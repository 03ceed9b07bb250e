"""kf/send_msg and kf/send_msg_on_event: five messages in 48 hours, or one for a code (DOC 94677, 95122)."""

from typing import Any

from simulator import kf_chatting, kf_moves
from simulator.api.call import Call, Endpoint, text
from simulator.api.kf_access import check_managed, managed, session_of, wanted_msgid
from simulator.api.kf_bodies import checked
from simulator.errors import ApiError
from simulator.world.kf import KfCode
from simulator.world.kf_accounts import KfAccount
from simulator.world.kf_sessions import ASSISTANT, OVER, SESSION_LIFE, UNTREATED, KfSession

MOST_SENDS = 5
MOST_EVENT_ITEMS = 10
ON_EVENT: dict[str, tuple[str, ...]] = {
    "welcome": ("text", "msgmenu"),
    "pool": ("text",),
    "taken": ("text",),
    "ended": ("text", "msgmenu"),
}


def send_msg(call: Call) -> dict[str, Any]:
    """Only where no human serves (95018); 95002 after 48 hours, 95001 for the sixth. `ok` is not delivered:
    msg_send_fail comes through sync_msg."""
    account = managed(call)
    session = session_of(call, account, "touser")
    msgtype, body = checked(call)
    if session.asked_at and call.world.now >= session.asked_at + SESSION_LIFE:
        raise ApiError(95002)
    if session.state not in (UNTREATED, ASSISTANT):
        raise ApiError(95018)
    msgid = wanted_msgid(call, account)
    if session.sends >= MOST_SENDS:
        raise ApiError(95001)
    session.sends += 1
    return _sent(call, account, session, msgtype, body, msgid)


def send_msg_on_event(call: Call) -> dict[str, Any]:
    """One message for a code: 95007 used, too late or unknown; 95013 or 95018 when the session went on meanwhile."""
    code = call.state.kf.codes.get(text(call.body, "code", missing=95007))
    account = call.state.kf.accounts.get(code.open_kfid) if code else None
    if code is None or account is None or code.used or code.expires_at <= call.world.now:
        raise ApiError(95007)
    check_managed(call, account)
    session = kf_moves.session_of(call.world, code.open_kfid, code.external_userid)
    _check_state(code, session)
    msgtype, body = checked(call, ON_EVENT[code.kind])
    if len(body.get("list") or []) > MOST_EVENT_ITEMS:
        raise ApiError(95008)
    msgid = wanted_msgid(call, account)
    code.used = True
    if code.kind == "welcome":
        session.welcomed_at = call.world.now
    return _sent(call, account, session, msgtype, body, msgid)


def _check_state(code: KfCode, session: KfSession) -> None:
    speaks_in = kf_moves.CODES[code.kind][1]
    if speaks_in is None or (session.state == speaks_in and session.round == code.round):
        return
    raise ApiError(95013 if session.state == OVER else 95018)


def _sent(call: Call, account: KfAccount, session: KfSession, msgtype: str, body: dict[str, Any], msgid: str) -> dict[str, Any]:
    line = kf_chatting.api_says(call.world, session, msgtype, body, msgid)
    if msgid:
        account.take_msgid(msgid, call.world.now)
    return {"msgid": line.msgid}


ROUTES = {
    "kf/send_msg": Endpoint("POST", send_msg, "kf", {"msgid": ""}),
    "kf/send_msg_on_event": Endpoint("POST", send_msg_on_event, "kf", {"msgid": ""}),
}
