"""The host side of the JS-SDK (DOC 96909, 94315): checks the page's signature as WeCom does, then does what it asks."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from simulator import chat_sends
from simulator.world.windows import PageConfig
from simulator.world.world import World

FREE = frozenset({"checkJsApi", "hideOptionMenu", "showOptionMenu", "closeWindow", "hideMenuItems", "showMenuItems"})
SINGLE_CHAT = frozenset({"single_chat_tools", "contact_profile", "single_kf_tools"})


def answer(world: World, userid: str, name: str, params: dict[str, Any], url: str, context: dict[str, Any]) -> dict[str, Any]:
    """Answer one WeixinJSBridge.invoke of a page at `url` in the WeCom client of member `userid`.

    `context` is where the page was opened: {"entry", "external_userid"?, "chat_id"?}.
    """
    page = url.partition("#")[0]
    with world.lock:
        if world.member(userid) is None:
            result = refuse(name, "fail_no such member")
        elif name == "agentConfig":
            result = _agent_config(world, userid, params, page)
        elif name == "preVerifyJSAPI":
            result = _corp_config(world, userid, params, page)
        else:
            refused = _unverified(world, userid, name, params, page)
            result = refuse(name, refused) if refused else _perform(world, userid, name, params, context)
        world.windows.calls.append(
            {"at": world.now, "userid": userid, "name": name, "params": params, "url": url, "context": context,
             "result": result}
        )  # fmt: skip
    return result


def refuse(name: str, why: str, code: int = -1) -> dict[str, Any]:
    return {"err_msg": f"{name}:{why}", "err_code": code}


def js_signature(ticket: str, nonce: str, timestamp: str, url: str) -> str:
    """The signature over raw values (DOC 96909); `url` without its hash."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _signed(world: World, agentid: int | None, nonce: str, timestamp: str, page: str, signature: str) -> bool:
    now = world.now
    tickets = (each for each in world.state.passes.tickets if each.agentid == agentid and each.expires_at > now)
    return any(js_signature(each.value, nonce, timestamp, page) == signature for each in tickets)


def _agent_config(world: World, userid: str, params: dict[str, Any], page: str) -> dict[str, Any]:
    name, names = "agentConfig", _names(params.get("jsApiList"))
    nonce, timestamp, signature = (str(params.get(key, "")) for key in ("nonceStr", "timestamp", "signature"))
    if not (nonce and timestamp and signature and names):
        return refuse(name, "fail_parameter is empty", 40063)
    if params.get("corpid") != world.state.corpid:
        return refuse(name, "fail_corpid is not the member's", 92002)
    agentid = str(params.get("agentid", ""))
    app = world.state.apps.get(int(agentid)) if agentid.isdecimal() else None
    if app is None or app.kind != "app":
        return refuse(name, "fail_invalid agentid", 40056)
    if not world.trusts(app, page, exact=False):
        return refuse(name, "fail_domain is not trusted", 80001)
    if world.sees(app, userid) is None:
        return refuse(name, "fail_member is not visible", 92000)
    if not _signed(world, app.agentid, nonce, timestamp, page, signature):
        if _signed(world, None, nonce, timestamp, page, signature):
            return refuse(name, "fail_jsapi_ticket of another kind", 42012)
        return refuse(name, "fail_invalid signature", 40093)
    world.windows.accept(PageConfig(userid, app.agentid, timestamp, nonce, signature, _origin(page), frozenset(names)))
    return {"err_msg": "agentConfig:ok", "checkResult": dict.fromkeys(names, True)}


def _corp_config(world: World, userid: str, params: dict[str, Any], page: str) -> dict[str, Any]:
    name, names = "preVerifyJSAPI", _names(params.get("verifyJsApiList"))
    nonce, timestamp = str(params.get("verifyNonceStr", "")), str(params.get("verifyTimestamp", ""))
    signature = str(params.get("verifySignature", ""))
    if params.get("verifyAppId") != world.state.corpid:
        return refuse(name, "fail_invalid corpid", 40013)
    if not any(world.trusts(app, page, exact=False) for app in world.state.apps.values()):
        return refuse(name, "fail_domain is not trusted", 80001)
    if not _signed(world, None, nonce, timestamp, page, signature):
        return refuse(name, "fail_invalid signature", 40093)
    world.windows.accept(PageConfig(userid, None, timestamp, nonce, signature, _origin(page), frozenset(names)))
    return {"err_msg": "preVerifyJSAPI:ok"}


def _unverified(world: World, userid: str, name: str, params: dict[str, Any], page: str) -> str:
    """Why the call may not run, from the six verify fields every call carries; empty when it may."""
    if name in FREE:
        return ""
    config = world.windows.find(userid, str(params.get("verifySignature", "")))
    given = tuple(str(params.get(key, "")) for key in ("verifyAppId", "verifyTimestamp", "verifyNonceStr"))
    if config is None or given != (world.state.corpid, config.timestamp, config.nonce):
        return "fail_invalid signature"
    if params.get("verifySignType", "sha1") != "sha1" or config.origin != _origin(page):
        return "fail_invalid signature"
    if name not in config.names:
        return "permission denied"
    return "fail_no permission" if config.agentid is None and name in PERFORMERS else ""


def _perform(world: World, userid: str, name: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    if name == "checkJsApi":
        return {"err_msg": "checkJsApi:ok", "checkResult": dict.fromkeys(_names(params.get("jsApiList")), True)}
    performer = PERFORMERS.get(name)
    if performer is not None:
        return performer(world, userid, params, context)
    return {"err_msg": f"{name}:ok"}


def _context(world: World, userid: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    return {"err_msg": "getContext:ok", "entry": context.get("entry") or "normal"}


def _contact(world: World, userid: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    name, external_userid = "getCurExternalContact", str(context.get("external_userid") or "")
    if context.get("entry") not in SINGLE_CHAT or not external_userid:
        return refuse(name, "fail without context of external contact")
    follow = world.state.customers.find_follow(userid, external_userid)
    if follow is None:
        return refuse(name, "fail no permission")
    return {"err_msg": f"{name}:ok", "userId": external_userid}


def _chat(world: World, userid: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    name = "getCurExternalChat"
    if context.get("entry") != "group_chat_tools" or not context.get("chat_id"):
        return refuse(name, "fail without context of external contact")
    return {"err_msg": f"{name}:ok", "chatId": str(context["chat_id"])}


def _open_chat(world: World, userid: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    people = f"{params.get('userIds') or ''}{params.get('externalUserIds') or ''}"
    if not people and not params.get("chatId"):
        return refuse("openEnterpriseChat", "fail_invalid userIds")
    return {"err_msg": "openEnterpriseChat:ok", "chatId": str(params.get("chatId") or "")}


def _open_profile(world: World, userid: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    wanted = str(params.get("userid") or "")
    external = str(params.get("type")) == "2"
    found = world.state.customers.find(wanted) if external else world.member(wanted)
    return {"err_msg": "openUserProfile:ok"} if found else refuse("openUserProfile", "fail_invalid userid")


Performer = Callable[[World, str, dict[str, Any], dict[str, Any]], dict[str, Any]]
# Calls that need the app's identity (agentConfig); the rest of the client's calls only need to be listed.
PERFORMERS: dict[str, Performer] = {
    "getContext": _context,
    "getCurExternalContact": _contact,
    "getCurExternalChat": _chat,
    "sendChatMessage": chat_sends.send,
    "openEnterpriseChat": _open_chat,
    "openUserProfile": _open_profile,
}


def _names(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
