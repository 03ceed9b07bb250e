"""Who a page is for its WeCom client: agentConfig, config, and the six verify fields of every later call (DOC 96909)."""

import hashlib
from urllib.parse import urlsplit

from simulator.jsapi.page_call import ClientCall, PageCall, Result, names_of, older
from simulator.jsapi.table import has
from simulator.world.windows import PageConfig
from simulator.world.world import World

# Clients before this one run agentConfig only on a page whose config has succeeded
AGENT_CONFIG_ALONE = "3.0.24"
# A page's configuration opens its calls for as long as a ticket lives.
CONFIG_LIFE = 7200
LONGEST_AGENTID = 18


def js_signature(ticket: str, nonce: str, timestamp: str, url: str) -> str:
    """The signature over raw values (DOC 96909); `url` without its hash."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def agent_config(call: PageCall) -> Result:
    """The app's identity: 40063, 92002, 40056, 80001, 92000, 42012, 40093."""
    world, params = call.world, call.params
    names = names_of(params.get("jsApiList"))
    nonce, timestamp, signature = (str(params.get(key) or "") for key in ("nonceStr", "timestamp", "signature"))
    if not (nonce and timestamp and signature and names and params.get("corpid")):
        return call.refuse("fail_parameter is empty", 40063)
    if params["corpid"] != world.state.corpid:
        return call.refuse("fail_corpid is not the member's", 92002)
    agentid = str(params.get("agentid", ""))
    app = world.state.apps.get(int(agentid)) if agentid.isdecimal() and len(agentid) <= LONGEST_AGENTID else None
    if app is None or app.kind != "app":
        return call.refuse("fail_invalid agentid", 40056)
    if not world.trusts(app, call.page, exact=False):
        return call.refuse("fail_domain is not trusted", 80001)
    if world.sees(app, call.userid) is None:
        return call.refuse("fail_member is not visible", 92000)
    if not _signed(world, app.agentid, nonce, timestamp, call.page, signature):
        return _wrong_signature(call, nonce, timestamp, signature)
    if older(call.client.version, AGENT_CONFIG_ALONE) and not world.windows.has_corp_config(call.userid, call.page, world.now):
        return call.refuse("fail_config first", 40093)
    until = world.now + CONFIG_LIFE
    world.windows.accept(PageConfig(call.userid, app.agentid, timestamp, nonce, signature, call.page, frozenset(names), until))
    return call.ok(checkResult={name: has(call, name) for name in names})


def corp_config(call: PageCall) -> Result:
    """The corp's identity (wx.config): 40063, 92002, 80001, 42012, 40093."""
    world, params = call.world, call.params
    keys = ("verifyNonceStr", "verifyTimestamp", "verifySignature", "verifyAppId")
    nonce, timestamp, signature, corpid = (str(params.get(key) or "") for key in keys)
    if not (nonce and timestamp and signature and corpid):
        return call.refuse("fail_parameter is empty", 40063)
    if corpid != world.state.corpid:
        return call.refuse("fail_corpid is not the member's", 92002)
    if not any(world.trusts(app, call.page, exact=False) for app in world.state.apps.values()):
        return call.refuse("fail_domain is not trusted", 80001)
    if not _signed(world, None, nonce, timestamp, call.page, signature):
        return _wrong_signature(call, nonce, timestamp, signature)
    names, until = names_of(params.get("verifyJsApiList")), world.now + CONFIG_LIFE
    world.windows.accept(PageConfig(call.userid, None, timestamp, nonce, signature, call.page, frozenset(names), until))
    return call.ok()


def unverified(call: PageCall, wanted: ClientCall) -> str:
    """Why the call may not run, from the six verify fields every call carries; empty when it may."""
    windows, now = call.world.windows, call.world.now
    config = windows.find(call.userid, str(call.params.get("verifySignature", "")), now)
    given = tuple(str(call.params.get(key, "")) for key in ("verifyAppId", "verifyTimestamp", "verifyNonceStr"))
    if config is None or given != (call.world.state.corpid, config.timestamp, config.nonce):
        return "fail_invalid signature"
    if call.params.get("verifySignType", "sha1") != "sha1" or _origin(config.page) != _origin(call.page):
        return "fail_invalid signature"
    app = config if config.agentid is not None else windows.app_of(call.userid, call.page, now)
    if wanted.identity == "app" and app is None:
        return "fail_no permission"
    names = config.names | (app.names if app else frozenset())
    return "" if call.name in names else "permission denied"


def _signed(world: World, agentid: int | None, nonce: str, timestamp: str, page: str, signature: str) -> bool:
    now = world.now
    tickets = (
        each for each in world.state.passes.tickets if each.agentid == agentid and not each.invoice and each.expires_at > now
    )
    return any(js_signature(each.value, nonce, timestamp, page) == signature for each in tickets)


def _wrong_signature(call: PageCall, nonce: str, timestamp: str, signature: str) -> Result:
    """42012 when another kind of ticket, or another app's, would have made it; 40093 otherwise."""
    kinds = {None, *call.world.state.apps}
    if any(_signed(call.world, each, nonce, timestamp, call.page, signature) for each in kinds):
        return call.refuse("fail_jsapi_ticket of another kind", 42012)
    return call.refuse("fail_invalid signature", 40093)


def _origin(url: str) -> str:
    """Empty when it is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
