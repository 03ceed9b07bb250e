"""The state of a 微信客服 session, read and changed by the app (DOC 94669)."""

from typing import Any

from simulator import kf_moves
from simulator.api.call import Call, Endpoint, integer, text
from simulator.api.kf_access import managed, session_of
from simulator.errors import ApiError
from simulator.world.kf_accounts import KfAccount
from simulator.world.kf_sessions import ASSISTANT, HUMAN, OVER, POOL, UNTREATED, KfSession

# Where the API may lead a session from where; ending one nobody human serves is a switch (end_from_any).
NEXT: dict[int, tuple[int, ...]] = {
    UNTREATED: (ASSISTANT, POOL, HUMAN),
    ASSISTANT: (POOL, HUMAN),
    POOL: (HUMAN,),
    HUMAN: (HUMAN, OVER),
}


def get(call: Call) -> dict[str, Any]:
    session = session_of(call, managed(call))
    return {"service_state": session.state} | ({"servicer_userid": session.servicer} if session.state == HUMAN else {})


def trans(call: Call) -> dict[str, Any]:
    """No session_status_change follows: only what people do in the client causes one."""
    account = managed(call)
    session = session_of(call, account)
    wanted = call.body.get("service_state")
    if wanted is None or integer(call.body, "service_state") not in range(OVER + 1):
        raise ApiError(40058)
    state = int(wanted)
    servicer = _servicer(call, account) if state == HUMAN else ""
    _check_step(call, session, state, servicer)
    code = kf_moves.move(call.world, session, state, servicer)
    return {"msg_code": code} if code else {}


def _servicer(call: Call, account: KfAccount) -> str:
    """A servicer with an active account (95014) who is 接待中 (95019)."""
    userid = text(call.body, "servicer_userid", missing=41009)
    member = call.world.member(userid)
    if member is None or member.status != 1 or not account.serves(call.state.people, userid):
        raise ApiError(95014)
    if not account.receives(userid):
        raise ApiError(95019)
    return member.userid


def _check_step(call: Call, session: KfSession, state: int, servicer: str) -> None:
    options = call.state.kf.options
    if session.state == OVER:
        raise ApiError(options.over_errcode)
    allowed = state in NEXT[session.state] or (state == OVER and options.end_from_any)
    if not allowed or (session.state == HUMAN and session.servicer == servicer):
        raise ApiError(95016)


ROUTES = {
    "kf/service_state/get": Endpoint("POST", get, "kf"),
    "kf/service_state/trans": Endpoint("POST", trans, "kf"),
}
