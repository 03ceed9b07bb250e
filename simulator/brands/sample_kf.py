"""微信客服 of the sample brand: one account with two servicers, and a talk that ended yesterday."""

import random

from simulator import ids
from simulator.world.customers import Customer
from simulator.world.kf import KfUpgrades
from simulator.world.kf_accounts import KfAccount, KfItem
from simulator.world.kf_sessions import OVER, KfLine, KfSession
from simulator.world.state import State

NAME, SCENE = "雪岭官方客服", "official"
SERVICERS = ["lixiaomei", "chenjing"]
YESTERDAY, PAUSE = 20 * 3600, 70
# sender, what was said; the servicer is the first of SERVICERS
TALK = (
    ("customer", "请问羽绒服可以机洗吗？"),
    ("servicer", "您好，建议用羽绒专用洗涤剂轻柔机洗，低温烘干就能恢复蓬松。"),
    ("customer", "好的，谢谢"),
    ("servicer", "不客气，有需要随时找我。"),
    ("system", "会话已结束"),
)
ORIGIN = {"customer": 3, "servicer": 5}


def fill(state: State, rng: random.Random, now: float, base_url: str) -> None:
    """Assigned to the app that may use 微信客服; nobody has it when none may."""
    agentid = min((app.agentid for app in state.apps.values() if app.kf), default=0)
    avatar = f"{base_url}/files/avatar_kf.png"
    account = KfAccount(ids.open_kfid(rng), NAME, avatar, ids.kf_link(rng), agentid, list(SERVICERS))
    account.scenes = {ids.kf_scene(rng): scene for scene in ("", SCENE)}
    state.kf.accounts[account.open_kfid] = account
    state.kf.upgrades = KfUpgrades(list(SERVICERS), [101])
    _talk(state, rng, now - YESTERDAY, account, _customer(state, rng, base_url))


def _customer(state: State, rng: random.Random, base_url: str) -> str:
    """Nobody's friend: she only ever wrote to 微信客服."""
    external_userid = ids.external_userid(rng)
    avatar = f"{base_url}/files/avatar_{external_userid}.png"
    state.customers.add(Customer(external_userid, "林知秋", 2, avatar))
    return external_userid


def _talk(state: State, rng: random.Random, at: float, account: KfAccount, external_userid: str) -> None:
    session: KfSession = state.kf.add_session(account.open_kfid, external_userid)
    session.round, session.entered_at, session.served = 1, at, [SERVICERS[0]]
    session.context = {"scene": SCENE, "scene_param": "", "wechat_channels": {}}
    for number, (sender, content) in enumerate(TALK):
        moment, body = at + number * PAUSE, {"content": content}
        by = SERVICERS[0] if sender == "servicer" else ""
        line = KfLine(state.kf.next_id(), ids.kf_msgid(rng), moment, sender, "text", body, by)
        session.keep(line)
        if sender in ORIGIN:
            account.keep(KfItem(0, moment, line.msgid, ORIGIN[sender], external_userid, by, "text", body))
        if sender == "customer":
            session.asked_at = session.active_at = moment
    ended = {"event_type": "session_status_change", "open_kfid": account.open_kfid, "external_userid": external_userid,
             "change_type": 3, "old_servicer_userid": SERVICERS[0], "msg_code": ids.kf_code(rng)}  # fmt: skip
    account.keep(KfItem(0, session.lines[-1].at, ids.kf_msgid(rng), 4, "", "", "event", ended))
    state.kf.put(session, OVER)
