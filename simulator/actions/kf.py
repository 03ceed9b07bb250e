"""What a customer does with 微信客服: opens its link, writes, presses a menu, takes back, refuses; and the admin's switch."""

from typing import Any
from urllib.parse import unquote, urlsplit

from simulator import kf_chatting, kf_moves, kf_received
from simulator.actions.customer import scanner
from simulator.actions.request import ImpossibleError, Wish
from simulator.callbacks import kf_events
from simulator.kf_feed import notify, tell
from simulator.world.kf_accounts import KfAccount
from simulator.world.kf_sessions import KfLine, KfSession

RECALL_LIFE = 120
LONGEST_PARAM = 128


def opens(wish: Wish) -> dict[str, Any]:
    """By `url` (as add_contact_way gave it, with &scene_param=…) or by `open_kfid` with `scene` and `scene_param`.

    A link that was changed still opens the chat, but no enter_session comes of it (`event_id` 0).
    """
    account, scene, param = _by_url(wish) if wish.body.get("url") else _by_id(wish)
    customer = scanner(wish)
    answer: dict[str, Any] = {"open_kfid": account.open_kfid, "external_userid": customer.external_userid}
    if scene is None or len(unquote(param).encode()) > LONGEST_PARAM:
        session = kf_moves.session_of(wish.world, account.open_kfid, customer.external_userid)
        notify(wish.world, session)
        return answer | {"welcome_code": "", "event_id": 0}
    given = param if scene else ""
    given = unquote(given) if wish.world.state.kf.options.scene_param_decoded else given
    channels = wish.mapping("wechat_channels")
    return answer | kf_moves.enter(wish.world, account, customer.external_userid, scene, given, channels)


def writes(wish: Wish) -> dict[str, Any]:
    account, customer = account_of(wish), wish.customer()
    msgtype, body = kf_received.message(wish, kf_received.KEYS)
    session = kf_moves.session_of(wish.world, account.open_kfid, customer.external_userid)
    line, event_id = kf_chatting.customer_says(wish.world, session, msgtype, body)
    return {"msgid": line.msgid, "state": session.state, "event_id": event_id}


def clicks_menu(wish: Wish) -> dict[str, Any]:
    """She presses an item that answers; one that opens a page or a mini program writes nothing."""
    session, line = _line(wish)
    menu_id = wish.text("menu_id")
    items = [each.get("click") or {} for each in line.body.get("list") or [] if each.get("type") == "click"]
    item = next((each for each in items if menu_id in (each.get("id"), each.get("content"))), None)
    if item is None:
        raise ImpossibleError("the message has no click item with this menu_id", 404)
    known_id = {"menu_id": item["id"]} if item.get("id") else {}
    said, event_id = kf_chatting.customer_says(wish.world, session, "text", {"content": item["content"], **known_id})
    return {"msgid": said.msgid, "event_id": event_id}


def recalls(wish: Wish) -> dict[str, Any]:
    """Two minutes long she can take back what she wrote; it stays in sync_msg, followed by user_recall_msg."""
    session, line = _line(wish)
    check_recall(wish, line, "customer")
    line.recalled = True
    notify(wish.world, session)
    account = wish.world.state.kf.accounts[session.open_kfid]
    fields = {"external_userid": session.external_userid, "recall_msgid": line.msgid}
    return {"event_id": tell(wish.world, account, "user_recall_msg", **fields)}


def rejects(wish: Wish) -> dict[str, Any]:
    """She refuses the account's messages (`refuses` false takes it back, so does writing): msg_send_fail, fail_type 10."""
    session = session_of(wish)
    session.refuses_kf = bool(wish.body.get("refuses", True))
    notify(wish.world, session)
    return {"refuses": session.refuses_kf}


def is_assigned(wish: Wish) -> dict[str, Any]:
    """The administrator puts the account under an app's API (`assigned` false takes it away): kf_account_auth_change."""
    account, app = account_of(wish), wish.app()
    before, event_id = account.agentid, 0
    account.agentid = app.agentid if wish.body.get("assigned", True) else 0
    if before and before != account.agentid:
        event_id = kf_events.withdrawn(wish.world, before, account.open_kfid)
    if account.agentid and before != account.agentid:
        event_id = kf_events.assigned(wish.world, account.agentid, account.open_kfid)
    return {"agentid": account.agentid, "event_id": event_id}


def account_of(wish: Wish) -> KfAccount:
    account = wish.world.state.kf.accounts.get(wish.text("open_kfid"))
    if account is None:
        raise ImpossibleError("there is no such kf account; GET /_control/kf/accounts lists them", 404)
    return account


def session_of(wish: Wish) -> KfSession:
    """The session of open_kfid and external_userid, which must have begun once."""
    account, customer = account_of(wish), wish.customer()
    if wish.world.state.kf.session(account.open_kfid, customer.external_userid) is None:
        raise ImpossibleError("she never opened this kf account (customer_opens_kf)", 404)
    return kf_moves.session_of(wish.world, account.open_kfid, customer.external_userid)


def check_recall(wish: Wish, line: KfLine, sender: str) -> None:
    if line.sender != sender or line.recalled:
        raise ImpossibleError(f"only a {sender}'s own message can be taken back, once")
    if wish.world.now > line.at + RECALL_LIFE:
        raise ImpossibleError("two minutes have passed: it cannot be taken back any more")


def _line(wish: Wish) -> tuple[KfSession, KfLine]:
    session = session_of(wish)
    line = session.find_line(wish.text("msgid"))
    if line is None:
        raise ImpossibleError("there is no message with this msgid in the chat", 404)
    return session, line


def _by_id(wish: Wish) -> tuple[KfAccount, str | None, str]:
    return account_of(wish), wish.text("scene", ""), wish.text("scene_param", "")


def _by_url(wish: Wish) -> tuple[KfAccount, str | None, str]:
    """Account, scene (None: the link was tampered with) and scene_param as it stands in the link."""
    address = urlsplit(wish.text("url"))
    account = wish.world.state.kf.find_link(address.path.rpartition("/")[2])
    if account is None:
        raise ImpossibleError("this is no kf link of this corp", 404)
    query = {key: value for key, _, value in (each.partition("=") for each in address.query.split("&"))}
    return account, account.scenes.get(query.get("enc_scene", "")), query.get("scene_param", "")
