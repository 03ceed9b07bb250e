"""微信客服 callbacks: kf_msg_or_event with its sync token, kf_account_auth_change (DOC 94670, 97712)."""

from simulator import ids
from simulator.callbacks import events, xml
from simulator.world.kf import KfToken
from simulator.world.kf_accounts import KfAccount
from simulator.world.world import World

TOKEN_LIFE = 600
NEWS, AUTH = "kf_msg_or_event", "kf_account_auth_change"


def news(world: World, account: KfAccount) -> int:
    """There is something to sync; nobody hears of it when the account is not assigned to an app. No FromUserName here."""
    if not account.agentid:
        return 0
    token = KfToken(ids.kf_token(world.rng), account.open_kfid, world.now + TOKEN_LIFE)
    world.state.kf.keep_token(token)
    fields: xml.Fields = [
        ("ToUserName", world.state.corpid), ("CreateTime", world.seconds), ("MsgType", "event"), ("Event", NEWS),
        ("Token", token.value), ("OpenKfId", account.open_kfid),
    ]  # fmt: skip
    return _to_app(world, account.agentid, NEWS, fields)


def assigned(world: World, agentid: int, open_kfid: str) -> int:
    """The administrator put the account under this app."""
    return _auth(world, agentid, "AuthAddOpenKfId", open_kfid)


def withdrawn(world: World, agentid: int, open_kfid: str) -> int:
    return _auth(world, agentid, "AuthDelOpenKfId", open_kfid)


def _auth(world: World, agentid: int, name: str, open_kfid: str) -> int:
    return _to_app(world, agentid, AUTH, [*events.head(world, events.SYSTEM, AUTH), (name, open_kfid)])


def _to_app(world: World, agentid: int, event: str, fields: xml.Fields) -> int:
    app = world.state.apps.get(agentid)
    return world.tell_app(agentid, event, "", fields) if app is not None and app.kf else 0
