"""/_control/kf: accounts, sessions, chats, and the switches where the documents are silent."""

import dataclasses
from typing import Any

from flask import Blueprint, Response, request

from simulator.control.answer import PAGE, answer, body, number, refuse, world
from simulator.control.rows import Row
from simulator.world.kf import KfOptions
from simulator.world.kf_accounts import KfAccount
from simulator.world.kf_sessions import HUMAN, POOL, KfLine, KfSession
from simulator.world.world import World

bp = Blueprint("kf", __name__, url_prefix="/_control/kf")
OVER_ERRCODES = (95013, 95016)
OPTIONS_EXAMPLE = '{"end_from_any": false, "over_errcode": 95016, "straight_to_servicer": true, "empty_pages": true}'
UPGRADES: dict[str, type] = {"userids": str, "departments": int, "chat_ids": str}
UPGRADES_EXAMPLE = '{"userids": ["lixiaomei"], "departments": [101], "chat_ids": []}'


@bp.get("/accounts")
def list_accounts() -> Response:
    found = world()
    with found.lock:
        return answer({"accounts": [_account_row(found, each) for each in found.state.kf.accounts.values()]})


@bp.get("/sessions")
def list_sessions() -> Response:
    """Newest first; `userid` leaves what this servicer may see: hers, once hers, and the pool of her accounts."""
    found, asked, limit = world(), request.args, number("limit", PAGE)
    with found.lock:
        kf = found.state.kf
        external_userid = asked.get("external_userid", "")
        sessions = kf.of_customer(external_userid) if external_userid else list(kf.sessions.values())
        if asked.get("open_kfid"):
            sessions = [each for each in sessions if each.open_kfid == asked["open_kfid"]]
        if asked.get("userid"):
            sessions = [each for each in sessions if _visible(found, each, asked["userid"].lower())]
        sessions = sorted(sessions, key=lambda each: -(each.lines[-1].at if each.lines else each.active_at))
        return answer({"sessions": [_session_row(found, each) for each in sessions[:limit]], "total": len(sessions)})


@bp.get("/chats/<open_kfid>/<external_userid>")
def show_chat(open_kfid: str, external_userid: str) -> Response:
    found, limit = world(), number("limit", PAGE)
    with found.lock:
        session = found.state.kf.session(open_kfid, external_userid)
        if session is None:
            return refuse("these two never met; customer_opens_kf begins a session", 404)
        rows = [_line_row(each) for each in session.lines[-limit:]]
        talk = {"state": session.state, "servicer_userid": session.servicer, "messages": rows}
        return answer(talk | {"now": found.now})


@bp.route("/options", methods=["GET", "POST"])
def options() -> Response:
    """The switches; POST changes the given ones, {"reset": true} gives the defaults back."""
    found, wanted = world(), body()
    with found.lock:
        kf = found.state.kf
        if wanted.pop("reset", False):
            kf.options = KfOptions()
        known = dataclasses.asdict(kf.options)
        if not all(key in known and type(value) is type(known[key]) for key, value in wanted.items()):
            return refuse(f"kf options are {', '.join(known)}; for example {OPTIONS_EXAMPLE}")
        if wanted.get("over_errcode", kf.options.over_errcode) not in OVER_ERRCODES:
            return refuse('over_errcode is 95013 or 95016, for example {"over_errcode": 95016}')
        kf.options = dataclasses.replace(kf.options, **wanted)
        return answer(dataclasses.asdict(kf.options))


@bp.route("/upgrades", methods=["GET", "POST"])
def upgrades() -> Response:
    """升级服务: to whom and into which groups customers may be recommended."""
    found, wanted = world(), body()
    if not all(_is_list(value, UPGRADES.get(key)) for key, value in wanted.items()):
        return refuse(f"the ranges look like {UPGRADES_EXAMPLE}")
    with found.lock:
        found.state.kf.upgrades = dataclasses.replace(found.state.kf.upgrades, **wanted)
        return answer(dataclasses.asdict(found.state.kf.upgrades))


def _is_list(value: Any, kind: type | None) -> bool:
    return kind is not None and isinstance(value, list) and all(type(each) is kind for each in value)


def _account_row(found: World, account: KfAccount) -> Row:
    members = [found.member(userid) for userid in account.servicers(found.state.people)]
    stopped = account.stopped
    return {
        "open_kfid": account.open_kfid, "name": account.name, "avatar": account.avatar, "agentid": account.agentid,
        "url": f"{found.base_url}/kf/{account.link_id}?enc_scene={_plain_scene(account)}",
        "servicers": [
            {"userid": each.userid, "name": each.name, "status": int(each.userid.lower() in stopped),
             "stop_type": stopped.get(each.userid.lower(), 0)}
            for each in members if each
        ],
    }  # fmt: skip


def _plain_scene(account: KfAccount) -> str:
    """The enc_scene of the link without a scene, or of the first there is."""
    return next((sealed for sealed, scene in account.scenes.items() if not scene), next(iter(account.scenes), ""))


def _visible(found: World, session: KfSession, userid: str) -> bool:
    if session.state == HUMAN and session.servicer.lower() == userid:
        return True
    if session.state == POOL:
        return found.state.kf.accounts[session.open_kfid].serves(found.state.people, userid)
    return userid in {each.lower() for each in session.served}


def _session_row(found: World, session: KfSession) -> Row:
    account = found.state.kf.accounts[session.open_kfid]
    customer = found.state.customers.find(session.external_userid)
    last = session.lines[-1] if session.lines else None
    return {
        "open_kfid": session.open_kfid, "kf_name": account.name, "kf_avatar": account.avatar,
        "external_userid": session.external_userid, "name": customer.name if customer else "",
        "avatar": customer.avatar if customer else "", "state": session.state, "servicer_userid": session.servicer,
        "refuses_kf": session.refuses_kf, "refused_by": session.refused_by, "upgrade": session.upgrade,
        "last": {"at": last.at, "from": last.sender, "msgtype": last.msgtype, "body": last.body} if last else None,
    }  # fmt: skip


def _line_row(line: KfLine) -> Row:
    """`failed` is the fail_type of a message that never arrived, -1 otherwise: the customer's phone does not show it."""
    row = dataclasses.asdict(line)
    return {"from": row.pop("sender")} | row
