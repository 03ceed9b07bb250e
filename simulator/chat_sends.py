"""sendChatMessage from the sidebar: checks the payload (DOC 100749) and puts it into the open chat, group or kf chat."""

from collections.abc import Callable
from typing import Any

from simulator import chatting, group_chatting, kf_chatting
from simulator.actions.request import ImpossibleError
from simulator.jsapi.page_call import PageCall, Result, is_address, older
from simulator.world.groups import MEMBER
from simulator.world.world import World

NOWHERE = "fail without context of external contact"
KF_ONLY = frozenset({"msgmenu", "channels_shop_product"})
BODY_KEYS = {"channels_shop_product": "channelsShopProduct"}
SHOP_KEYS = ("productId", "shopAppId", "imgUrl", "title", "sellingPrice", "shopImgUrl", "shopNickname")
SHOP_SINCE = "4.1.6"
MENU_KEYS = {"click": "content", "view": "url", "miniprogram": "appid", "text": "content"}


def send(call: PageCall) -> Result:
    """Lands in the chat the page was opened from; `sendChatMessage:cancel` when the member will not."""
    in_kf = call.entry == "single_kf_tools"
    group_wanted = call.entry == "group_chat_tools" or (call.entry == "chat_attachment" and call.about("chat_id"))
    if call.entry == "chat_attachment" and call.device == "mac":
        return call.refuse("function not exist")
    if not call.about("chat_id" if group_wanted else "external_userid"):
        return call.refuse(NOWHERE)
    why, msgtype, body = _read(call, in_kf)
    if why:
        return call.refuse(why)
    if call.client.cancel_next_send:
        call.client.cancel_next_send = False
        return call.refuse("cancel")
    land: Land = _into_kf if in_kf else _into_group if group_wanted else _into_chat
    if not land(call, msgtype, body):
        return call.refuse("fail no permission")
    return call.ok()


Land = Callable[[PageCall, str, dict[str, Any]], bool]


def put_into_group(world: World, userid: str, chat_id: str, msgtype: str, body: dict[str, Any]) -> bool:
    """False when she is not in a living group of this id."""
    group = world.state.groups.find(chat_id)
    if group is None or group.dismissed or group.find(userid) is None:
        return False
    group_chatting.say(world, chat_id, userid, MEMBER, msgtype, body, "sidebar")
    return True


def _into_group(call: PageCall, msgtype: str, body: dict[str, Any]) -> bool:
    landed = put_into_group(call.world, call.userid, call.about("chat_id"), msgtype, body)
    if landed and call.params.get("enterChat") is True:
        call.go("group", chat_id=call.about("chat_id"))
    return landed


def _into_chat(call: PageCall, msgtype: str, body: dict[str, Any]) -> bool:
    external_userid = call.about("external_userid")
    follow = call.world.state.customers.find_follow(call.userid, external_userid)
    if follow is None or not follow.readable:
        return False
    chatting.say(call.world, call.userid, external_userid, "guide", msgtype, body, "sidebar")
    if call.params.get("enterChat") is True:
        call.go("chat", external_userid=external_userid)
    return True


def _into_kf(call: PageCall, msgtype: str, body: dict[str, Any]) -> bool:
    external_userid = call.about("external_userid")
    open_kfid = call.about("open_kfid") or _kf_of(call, external_userid)
    try:
        kf_chatting.servicer_says(call.world, call.userid, open_kfid, external_userid, msgtype, body)
    except ImpossibleError:
        return False
    if call.params.get("enterChat") is True:
        call.go("kf", open_kfid=open_kfid, external_userid=external_userid)
    return True


def _kf_of(call: PageCall, external_userid: str) -> str:
    """The account at which she serves this customer, when the page does not say."""
    accounts = call.world.state.kf.accounts
    sessions = (call.world.state.kf.session(each, external_userid) for each in accounts)
    return next((each.open_kfid for each in sessions if each and each.servicer.lower() == call.userid.lower()), "")


def _read(call: PageCall, in_kf: bool) -> tuple[str, str, dict[str, Any]]:
    """What is wrong with the payload (empty when nothing is), the msgtype, the body."""
    msgtype = call.text("msgtype")
    check = CHECKS.get(msgtype)
    if check is None or (msgtype in KF_ONLY and not in_kf):
        return "fail_unsupported msgtype", msgtype, {}
    body = call.mapping(BODY_KEYS.get(msgtype, msgtype))
    return check(call, body), msgtype, dict(body)


def _text(call: PageCall, body: dict[str, Any]) -> str:
    content = body.get("content")
    return "" if content and isinstance(content, str) else "fail_text content is empty"


def _media(call: PageCall, body: dict[str, Any]) -> str:
    media = call.world.state.files.find_alive(str(body.get("mediaid") or ""), call.world.now)
    return "" if media and media.type == call.text("msgtype") else "fail_invalid mediaid"


def _news(call: PageCall, body: dict[str, Any]) -> str:
    if not is_address(body.get("link")):
        return "fail_invalid link"
    return "fail invalid imgUrl" if body.get("imgUrl") and not is_address(body["imgUrl"]) else ""


def _miniprogram(call: PageCall, body: dict[str, Any]) -> str:
    if not is_address(body.get("imgUrl")):
        return "fail invalid imgUrl"
    return "" if body.get("appid") and body.get("title") and body.get("page") else "fail_invalid miniprogram"


def _menu(call: PageCall, body: dict[str, Any]) -> str:
    items = body.get("list")
    if not body.get("head_content") and not items:
        return "fail_invalid msgmenu"
    if not isinstance(items, list) or not all(map(_menu_item, items)):
        return "fail_invalid msgmenu list"
    return ""


def _menu_item(item: Any) -> bool:
    kind = str(item.get("type")) if isinstance(item, dict) else ""
    inside = item.get(kind) if kind in MENU_KEYS else None
    return isinstance(inside, dict) and bool(inside.get(MENU_KEYS[kind]))


def _product(call: PageCall, body: dict[str, Any]) -> str:
    if older(call.client.version, SHOP_SINCE):
        return "fail_unsupported msgtype"
    if not all(is_address(body.get(key)) for key in ("imgUrl", "shopImgUrl")):
        return "fail invalid imgUrl"
    return "" if all(body.get(key) for key in SHOP_KEYS) else "fail_invalid channelsShopProduct"


CHECKS: dict[str, Callable[[PageCall, dict[str, Any]], str]] = {
    "text": _text, "image": _media, "video": _media, "file": _media, "news": _news, "miniprogram": _miniprogram,
    "msgmenu": _menu, "channels_shop_product": _product,
}  # fmt: skip
