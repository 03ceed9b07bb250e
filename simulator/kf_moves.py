"""How a 微信客服 session goes from state to state, and the codes each step gives (DOC 94669, 95122)."""

from typing import Any

from simulator import ids
from simulator.kf_feed import note, notify, tell
from simulator.world.kf import KfCode
from simulator.world.kf_accounts import KfAccount
from simulator.world.kf_sessions import HUMAN, OVER, POOL, SESSION_LIFE, UNTREATED, KfSession
from simulator.world.world import World

SHORT = 20
# kind of code: (seconds it lives, the state it speaks in; None: any)
CODES: dict[str, tuple[int, int | None]] = {
    "welcome": (SHORT, None),
    "pool": (SESSION_LIFE, POOL),
    "taken": (SESSION_LIFE, HUMAN),
    "ended": (SHORT, OVER),
}
KIND_OF = {POOL: "pool", HUMAN: "taken", OVER: "ended"}


def session_of(world: World, open_kfid: str, external_userid: str) -> KfSession:
    """The session of the two as it stands now, made when they never met."""
    session = world.state.kf.add_session(open_kfid, external_userid)
    _end_if_over(world, session)
    return session


def look_at(world: World, open_kfid: str, external_userid: str) -> KfSession:
    """The same for a look: two who never met get an ended session that is not kept."""
    session = world.state.kf.session(open_kfid, external_userid)
    if session is None:
        return KfSession(open_kfid, external_userid)
    _end_if_over(world, session)
    return session


def end_old_sessions(world: World) -> None:
    """Settler: a session lives 48 hours after the customer last wrote; its end calls nobody."""
    for session in world.state.kf.live():
        _end_if_over(world, session)


def _end_if_over(world: World, session: KfSession) -> None:
    if session.state != OVER and world.now >= session.asked_at + SESSION_LIFE:
        world.state.kf.put(session, OVER)
        note(world, session, "会话超过 48 小时，已自动结束")


def give_code(world: World, session: KfSession, kind: str) -> str:
    """A fresh code for send_msg_on_event."""
    code = KfCode(
        ids.kf_code(world.rng), kind, session.open_kfid, session.external_userid, session.round, world.now + CODES[kind][0]
    )
    world.state.kf.keep_code(code)
    return code.code


def enter(
    world: World, account: KfAccount, external_userid: str, scene: str, scene_param: str, channels: dict[str, Any]
) -> dict[str, Any]:
    """She opens the account's link: enter_session, with a welcome code when neither spoke for 48 hours."""
    session = session_of(world, account.open_kfid, external_userid)
    session.active_at = session.entered_at = world.now
    session.context = {"scene": scene, "scene_param": scene_param, "wechat_channels": channels}
    silent_since = world.now - SESSION_LIFE
    fresh = session.welcomed_at <= silent_since and session.asked_at <= silent_since
    fields: dict[str, Any] = {"external_userid": external_userid, "scene": scene, "scene_param": scene_param}
    welcome_code = give_code(world, session, "welcome") if fresh else ""
    optional = {"welcome_code": welcome_code, "wechat_channels": channels}
    fields |= {key: value for key, value in optional.items() if value}
    notify(world, session)
    return {"welcome_code": welcome_code, "event_id": tell(world, account, "enter_session", **fields)}


def begin(world: World, session: KfSession) -> None:
    """A new session: the app's to treat, or straight to somebody 接待中 (no API, or switched on)."""
    kf = world.state.kf
    account = kf.accounts[session.open_kfid]
    session.round += 1
    session.greeted = []
    native = not account.agentid
    servicer = free_servicer(world, account) if native or kf.options.straight_to_servicer else ""
    kf.put(session, HUMAN if servicer else POOL if native else UNTREATED, servicer)


def free_servicer(world: World, account: KfAccount) -> str:
    """Who serves fewest of those 接待中; empty when nobody does."""
    load: dict[str, int] = {userid: 0 for userid in account.servicers(world.state.people) if may_receive(world, account, userid)}
    for session in world.state.kf.live():
        if session.open_kfid == account.open_kfid and session.servicer in load:
            load[session.servicer] += 1
    return min(load, key=load.__getitem__, default="")


def may_receive(world: World, account: KfAccount, userid: str) -> bool:
    member = world.member(userid)
    return member is not None and member.status == 1 and account.receives(userid)


def move(world: World, session: KfSession, state: int, servicer: str = "") -> str:
    """Change the state; the code that comes with the first change to 2 or 3 of a session and with its end."""
    before = session.servicer
    world.state.kf.put(session, state, servicer)
    note(world, session, _words(world, session, before))
    if state not in KIND_OF or (state != OVER and state in session.greeted):
        return ""
    session.greeted.append(state)
    return give_code(world, session, KIND_OF[state])


def _words(world: World, session: KfSession, before: str) -> str:
    if session.state == HUMAN:
        member = world.member_ever(session.servicer)
        name = member.name if member else session.servicer
        return f"会话已转接给 {name}" if before else f"{name} 为你服务"
    return {POOL: "正在排队，等待人工接待", OVER: "会话已结束"}.get(session.state, "由智能助手接待")
