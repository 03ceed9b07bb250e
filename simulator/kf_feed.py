"""The two places a word in 微信客服 goes to: the chat that people see, and what sync_msg gives to the app (DOC 94670)."""

from typing import Any

from simulator import ids
from simulator.callbacks import kf_events
from simulator.world.kf_accounts import KfAccount, KfItem
from simulator.world.kf_sessions import KfLine, KfSession
from simulator.world.world import World

FROM_CUSTOMER, FROM_SYSTEM, FROM_SERVICER = 3, 4, 5


def show(
    world: World, session: KfSession, sender: str, msgtype: str, body: dict[str, Any], servicer_userid: str = "", msgid: str = ""
) -> KfLine:
    """One line in the chat; `sender` is customer, api, servicer or system."""
    msgid = msgid or ids.kf_msgid(world.rng)
    line = KfLine(world.state.kf.next_id(), msgid, world.now, sender, msgtype, body, servicer_userid)
    session.keep(line)
    notify(world, session)
    return line


def note(world: World, session: KfSession, content: str) -> None:
    """A grey line of the platform itself; no app hears of it."""
    show(world, session, "system", "text", {"content": content})


def give(world: World, session: KfSession, origin: int, line: KfLine) -> int:
    """What a person wrote goes to the app; the id of the callback (0: nobody is called)."""
    account = world.state.kf.accounts[session.open_kfid]
    row = (session.external_userid, line.servicer_userid, line.msgtype, line.body)
    account.keep(KfItem(0, line.at, line.msgid, origin, *row))
    return kf_events.news(world, account)


def tell(world: World, account: KfAccount, event_type: str, **fields: Any) -> int:
    """An event row of sync_msg; the id of the callback (0: nobody is called)."""
    body = {"event_type": event_type, "open_kfid": account.open_kfid, **fields}
    account.keep(KfItem(0, world.now, ids.kf_msgid(world.rng), FROM_SYSTEM, "", "", "event", body))
    return kf_events.news(world, account)


def notify(world: World, session: KfSession) -> None:
    """Pages of the customer and of every member who may see the session change."""
    # Who serves an account may be a whole department: nothing to go through for nobody.
    if not world.notices.watched:
        return
    account = world.state.kf.accounts[session.open_kfid]
    # Also while one serves: the others have just seen it leave the pool.
    for userid in {*account.servicers(world.state.people), *session.served}:
        world.notices.changed(userid, session.external_userid)
    world.notices.changed("", session.external_userid)
