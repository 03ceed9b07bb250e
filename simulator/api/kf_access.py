"""Which 微信客服 account and which customer a call is about, and whether the app may manage it (DOC 94638)."""

import re

from simulator import kf_moves
from simulator.api.call import Call, text
from simulator.api.customers import known
from simulator.errors import ApiError
from simulator.world.kf_accounts import KfAccount
from simulator.world.kf_sessions import KfSession

OPEN_KFID = re.compile(r"wk[0-9A-Za-z_-]{1,62}")
MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")


def account_of(call: Call) -> KfAccount:
    """The account named by open_kfid; 95000 when missing or malformed, 95004 when there is none."""
    open_kfid = text(call.body, "open_kfid", missing=95000) if call.body else call.args.get("open_kfid", "")
    if not OPEN_KFID.fullmatch(open_kfid):
        raise ApiError(95000)
    account = call.state.kf.accounts.get(open_kfid)
    if account is None:
        raise ApiError(95004)
    return account


def managed(call: Call) -> KfAccount:
    """An account assigned to this app with all its servicers in the app's range; 48007 and 60030 otherwise."""
    account = account_of(call)
    check_managed(call, account)
    return account


def check_managed(call: Call, account: KfAccount) -> None:
    if account.agentid != call.app.agentid:
        raise ApiError(48007)
    inside = call.world.visibility.departments(call.state.people, call.app)
    if any(each in call.state.people.departments and each not in inside for each in account.departments):
        raise ApiError(60030)
    if any(call.world.member(each) and call.world.sees(call.app, each) is None for each in account.userids):
        raise ApiError(60030)


def manages(call: Call, session: KfSession) -> bool:
    account = call.state.kf.accounts.get(session.open_kfid)
    return account is not None and account.agentid == call.app.agentid


def session_of(call: Call, account: KfAccount, key: str = "external_userid") -> KfSession:
    """Her session at this account as it stands now; 41035 and 40096 when it is not said whose."""
    customer = known(call, text(call.body, key, missing=41035))
    return kf_moves.look_at(call.world, account.open_kfid, customer.external_userid)


def wanted_msgid(call: Call, account: KfAccount) -> str:
    """The msgid the caller chose, empty when none; malformed 40058, repeated 95033."""
    msgid = text(call.body, "msgid")
    if msgid and not MSGID.fullmatch(msgid):
        raise ApiError(40058, "msgid is malformed")
    if msgid in account.msgids:
        raise ApiError(95033)
    return msgid
