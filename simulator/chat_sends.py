"""sendChatMessage from the sidebar: checks the payload (DOC 100749) and puts it into the open chat."""

from typing import Any

from simulator import chatting
from simulator.world.world import World

NAME = "sendChatMessage"
CHAT_ENTRIES = frozenset({"single_chat_tools", "chat_attachment", "single_kf_tools"})
MEDIA_TYPES = frozenset({"image", "video", "file"})


def send(world: World, userid: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    """Lands in the chat with the customer of the context; `sendChatMessage:cancel` when the member will not."""
    external_userid = str(context.get("external_userid") or "")
    if context.get("entry") not in CHAT_ENTRIES or not external_userid:
        return _refuse("fail without context of external contact")
    if userid.lower() in world.windows.cancel_next_send:
        world.windows.cancel_next_send.discard(userid.lower())
        return _refuse("cancel")
    follow = world.state.customers.find_follow(userid, external_userid)
    if follow is None or not follow.readable:
        return _refuse("fail no permission")
    msgtype = str(params.get("msgtype") or "")
    body = params.get(msgtype)
    why = _wrong(world, msgtype, body if isinstance(body, dict) else {})
    if why:
        return _refuse(why)
    chatting.say(world, userid, external_userid, "guide", msgtype, dict(params[msgtype]), "sidebar")
    return {"err_msg": f"{NAME}:ok"}


def _refuse(why: str) -> dict[str, Any]:
    return {"err_msg": f"{NAME}:{why}", "err_code": -1}


def _wrong(world: World, msgtype: str, body: dict[str, Any]) -> str:
    """What is wrong with the payload; empty when nothing is."""
    if msgtype == "text":
        return "" if body.get("content") else "fail_text content is empty"
    if msgtype in MEDIA_TYPES:
        media = world.state.files.find_alive(str(body.get("mediaid") or ""), world.now)
        return "" if media and media.type == msgtype else "fail_invalid mediaid"
    if msgtype == "news":
        if not _is_address(body.get("link")):
            return "fail_invalid link"
        return "fail invalid imgUrl" if body.get("imgUrl") and not _is_address(body["imgUrl"]) else ""
    if msgtype == "miniprogram":
        if not _is_address(body.get("imgUrl")):
            return "fail invalid imgUrl"
        return "" if body.get("appid") and body.get("title") and body.get("page") else "fail_invalid miniprogram"
    return "fail_unsupported msgtype"


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))
