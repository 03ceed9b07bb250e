"""Who may say what in a 微信客服 chat: customer, servicer in the client, app through the API (DOC 94669, 94670, 94677)."""

from typing import Any

from simulator import kf_moves
from simulator.actions.request import ImpossibleError
from simulator.kf_feed import FROM_CUSTOMER, FROM_SERVICER, give, show, tell
from simulator.world.kf_sessions import HUMAN, OVER, SESSION_LIFE, KfLine, KfSession
from simulator.world.world import World

REJECTED = 10
# key in sendChatMessage: key in sync_msg
LINK_KEYS = {"title": "title", "desc": "desc", "link": "url", "imgUrl": "pic_url"}
MINIPROGRAM_KEYS = {"title": "title", "appid": "appid", "page": "pagepath"}
PRODUCT_KEYS = {
    "productId": "product_id",
    "imgUrl": "head_image",
    "title": "title",
    "sellingPrice": "sales_price",
    "shopNickname": "shop_nickname",
    "shopImgUrl": "shop_head_image",
}


def customer_says(world: World, session: KfSession, msgtype: str, body: dict[str, Any]) -> tuple[KfLine, int]:
    """The line and the id of the callback: the session lives on for 48 h, five answers are free again."""
    if session.refused_by:
        raise ImpossibleError(f"{session.refused_by} has switched her messages off (reject_customer_msg)")
    if session.state == OVER:
        kf_moves.begin(world, session)
    session.asked_at = session.active_at = world.now
    session.sends = 0
    session.refuses_kf = False
    line = show(world, session, "customer", msgtype, body)
    return line, give(world, session, FROM_CUSTOMER, line)


def servicer_says(
    world: World, userid: str, open_kfid: str, external_userid: str, msgtype: str, body: dict[str, Any]
) -> tuple[KfLine, int]:
    """A member writes in the client, with a body of sync_msg or of sendChatMessage. In a session of hers that
    ended she takes it up again (change_type 4). ImpossibleError when it is not hers to write in."""
    account = world.state.kf.accounts.get(open_kfid)
    session = world.state.kf.session(open_kfid, external_userid)
    if account is None or session is None:
        raise ImpossibleError("there is no such kf session", 404)
    if not account.serves(world.state.people, userid):
        raise ImpossibleError(f"{userid} is not a servicer of {account.name}")
    kf_moves.end_old_sessions(world)
    if world.now >= session.asked_at + SESSION_LIFE:
        raise ImpossibleError("she has not written for 48 hours: nobody can write to her")
    if session.servicer.lower() != userid.lower() or session.state != HUMAN:
        _reopen(world, session, userid)
    line = show(world, session, "servicer", *as_synced(msgtype, body), userid)
    return line, give(world, session, FROM_SERVICER, line)


def _reopen(world: World, session: KfSession, userid: str) -> None:
    """Only in a session that ended, and only who served her in it before (DOC 94669: state 4 goes to 3)."""
    if session.state == HUMAN:
        raise ImpossibleError(
            f"{session.servicer} serves this session now: she hands it over (servicer_hands_kf_over) or ends it"
        )
    if session.state != OVER or userid.lower() not in {each.lower() for each in session.served}:
        raise ImpossibleError("she does not serve this session: take it first (servicer_takes_kf)")
    old = session.servicer or session.served[-1]
    world.state.kf.put(session, HUMAN, userid)
    account = world.state.kf.accounts[session.open_kfid]
    who = {"external_userid": session.external_userid, "old_servicer_userid": old, "new_servicer_userid": userid}
    tell(world, account, "session_status_change", **who, change_type=4)


def api_says(world: World, session: KfSession, msgtype: str, body: dict[str, Any], msgid: str) -> KfLine:
    """What an app sent. It is not given back by sync_msg; when it never arrives msg_send_fail says so."""
    account, fail_type = world.state.kf.accounts[session.open_kfid], world.state.kf.options.fail_type
    line = show(world, session, "api", msgtype, body, msgid=msgid)
    line.failed = REJECTED if session.refuses_kf else fail_type
    if line.failed >= 0:
        why = {"fail_msgid": line.msgid, "fail_type": line.failed}
        tell(world, account, "msg_send_fail", external_userid=session.external_userid, **why)
    return line


def as_synced(msgtype: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A sendChatMessage payload as sync_msg gives it out (news is a link there); anything else as it is."""
    if "mediaid" in body:
        return msgtype, {"media_id": body["mediaid"]}
    if msgtype == "news":
        return "link", _renamed(body, LINK_KEYS)
    if msgtype == "miniprogram" and "page" in body:
        return msgtype, _renamed(body, MINIPROGRAM_KEYS) | {"thumb_media_id": ""}
    if msgtype == "channels_shop_product" and "productId" in body:
        return msgtype, _renamed(body, PRODUCT_KEYS)
    return msgtype, body


def _renamed(body: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    return {new: body.get(old, "") for old, new in keys.items()}
