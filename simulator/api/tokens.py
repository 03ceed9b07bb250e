"""gettoken, JS tickets, address lists (DOC 91039, 90664, 90312)."""

from typing import Any

from simulator import ids
from simulator.api.access import check_address
from simulator.api.call import Call, Endpoint
from simulator.errors import ApiError
from simulator.quotas import HOUR
from simulator.world.apps import App
from simulator.world.passes import Ticket, Token

LIFE = 7200
ADDRESSES = ["127.0.0.1"]


def get_token(call: Call) -> dict[str, Any]:
    """The same token until it expires or is taken back (an older text says so; the present one is silent)."""
    corpid, secret = call.args.get("corpid", ""), call.args.get("corpsecret", "")
    if not corpid:
        raise ApiError(41002)
    if not secret:
        raise ApiError(41004)
    if corpid != call.state.corpid:
        raise ApiError(40013)
    app = _app_of(call, secret)
    check_address(app, call.ip)
    now, passes = call.world.now, call.state.passes
    token = passes.live_token(app.agentid, now)
    if token is None:
        token = Token(ids.access_token(call.world.rng), app.agentid, now + LIFE)
        passes.forget_oldest(now)
        passes.keep_token(token)
    return {"access_token": token.value, "expires_in": max(1, int(token.expires_at - now))}


def _app_of(call: Call, secret: str) -> App:
    """The app with this secret; an address that guessed wrongly many times waits an hour (45009), right or not."""
    quotas, now = call.world.limits.quotas, call.world.now
    most = quotas.figures["wrong_secrets_per_hour"]
    if quotas.used("wrong secret", call.ip, now, HOUR) >= most:
        raise ApiError(45009)
    app = next((each for each in call.state.apps.values() if each.secret == secret), None)
    if app is None:
        quotas.take("wrong secret", call.ip, now, HOUR, most)
        raise ApiError(40001)
    return app


def corp_ticket(call: Call) -> dict[str, Any]:
    return _ticket(call, None)


def app_ticket(call: Call) -> dict[str, Any]:
    """agent_config for agentConfig; wx_card for invoices, which no page here takes."""
    kind = call.args.get("type", "")
    if kind not in ("agent_config", "wx_card"):
        raise ApiError(91040)
    return _ticket(call, call.app.agentid, invoice=kind == "wx_card")


def _ticket(call: Call, agentid: int | None, invoice: bool = False) -> dict[str, Any]:
    now, passes = call.world.now, call.state.passes
    if not call.world.limits.allow_ticket(agentid, now):
        raise ApiError(45009)
    ticket = passes.live_ticket(agentid, now, invoice)
    if ticket is None:
        ticket = Ticket(ids.opaque(call.world.rng, 86), agentid, now + LIFE, invoice)
        passes.forget_oldest(now)
        passes.tickets.append(ticket)
    return {"ticket": ticket.value, "expires_in": max(1, int(ticket.expires_at - now))}


def addresses(call: Call) -> dict[str, Any]:
    return {"ip_list": ADDRESSES}


ROUTES = {
    "gettoken": Endpoint("GET", get_token, "open"),
    "get_jsapi_ticket": Endpoint("GET", corp_ticket),
    "ticket/get": Endpoint("GET", app_ticket),
    "getcallbackip": Endpoint("GET", addresses, "tokens"),
    "get_api_domain_ip": Endpoint("GET", addresses, "tokens"),
}
