"""The host side of the JS-SDK (DOC 96909, 94315): checks who the page is and where it stands, then does what it asks."""

from typing import Any

from simulator.jsapi.identity import agent_config, corp_config, js_signature, unverified
from simulator.jsapi.page_call import PageCall, Result, older
from simulator.jsapi.table import CALLS, KNOWN_NAMES
from simulator.world.world import World

__all__ = ["answer", "js_signature", "refused"]


def answer(world: World, userid: str, name: str, params: dict[str, Any], url: str, context: dict[str, Any]) -> Result:
    """Answer one WeixinJSBridge.invoke of a page at `url` in the WeCom client of member `userid`.

    `context` is where the page was opened: {"entry", "external_userid"?, "chat_id"?, "open_kfid"?, "user_agent"?}.
    """
    with world.lock:
        member = world.member(userid)
        call = PageCall(world, member.userid if member else userid, name, params, url.partition("#")[0], context)
        result = _answer(call) if member else call.refuse("fail_no such member")
        world.windows.calls.append(
            {"at": world.now, "userid": call.userid, "name": name, "params": params, "url": url, "context": context,
             "result": result}
        )  # fmt: skip
    return result


def refused(asked: dict[str, Any], what: str) -> Result:
    """What a page hears whose call cannot be looked at: `what` of it is invalid."""
    name = asked.get("name")
    said = name if isinstance(name, str) and name.isascii() else "invoke"
    return {"err_msg": f"{said}:fail_invalid {what}", "err_code": -1}


def _answer(call: PageCall) -> Result:
    if call.name == "agentConfig":
        return agent_config(call)
    if call.name == "preVerifyJSAPI":
        return corp_config(call)
    wanted = CALLS.get(call.name)
    if wanted is None:
        return call.refuse("fail_unsupported" if call.name in KNOWN_NAMES else "function not exist")
    if older(call.client.version, wanted.since) or (wanted.devices and call.device not in wanted.devices):
        return call.refuse("function not exist")
    refused = unverified(call, wanted) if wanted.identity != "free" else ""
    if refused:
        return call.refuse(refused)
    if wanted.entries and call.entry not in wanted.entries:
        return call.refuse(wanted.outside)
    return wanted.perform(call)
