"""May this call run? Token, address, family of the API, frequency: the checks before any handler (DOC 90664, 90312)."""

from simulator.api.call import Call, Endpoint
from simulator.errors import ApiError
from simulator.quotas import HOUR, MINUTE
from simulator.world.apps import App
from simulator.world.world import World


def admit(world: World, path: str, endpoint: Endpoint, call: Call, running: int) -> None:
    """Raise ApiError or set `call.caller`."""
    if endpoint.family != "open":
        app = holder(world, call.args.get("access_token", ""))
        check_address(app, call.ip)
        call.caller = app
    _check_pace(world, path, call)
    if not _is_free(world, path, call) and not world.limits.allow_call(path, world.now):
        raise ApiError(45009)
    cap = world.limits.in_flight.get(path, world.limits.in_flight.get("*", 0))
    if cap and running > cap:
        raise ApiError(45033)
    if call.caller is not None:
        _check_family(call.caller, endpoint.family)


def _is_free(world: World, path: str, call: Call) -> bool:
    """auth/getuserinfo with a valid code is not counted; guessing codes is."""
    if path != "auth/getuserinfo" or call.caller is None:
        return False
    return world.state.passes.valid_login(call.args.get("code", ""), call.caller.agentid, world.now)


def check_address(app: App, ip: str) -> None:
    """60020 from an address outside 企业可信IP; an app without any takes calls from everywhere."""
    if app.trusted_ips and ip not in app.trusted_ips:
        raise ApiError(60020)


def _check_pace(world: World, path: str, call: Call) -> None:
    """The limits that count callers instead of the corp: a source address and API, and calls in debug mode."""
    quotas, now = world.limits.quotas, world.now
    who, figures = f"{call.ip} {path}", quotas.figures
    inside = quotas.take("ip", who, now, MINUTE, figures["ip_per_minute"])
    inside = quotas.take("ip", who, now, HOUR, figures["ip_per_hour"]) and inside
    if call.args.get("debug") == "1":
        caller = str(call.caller.agentid) if call.caller else call.ip
        inside = quotas.take("debug", caller, now, MINUTE, figures["debug_per_minute"]) and inside
    if not inside:
        raise ApiError(45009)


def holder(world: World, value: str) -> App:
    """The app a token belongs to; 41001 missing, 40014 unknown or revoked, 42001 expired."""
    if not value:
        raise ApiError(41001)
    token = world.state.passes.tokens.get(value)
    if token is None:
        raise ApiError(40014)
    if token.refusal:
        raise ApiError(token.refusal)
    if token.expires_at <= world.now:
        raise ApiError(42001)
    return world.state.apps[token.agentid]


def _check_family(app: App, family: str) -> None:
    if app.kind == "contacts":
        if family == "contacts_read":
            raise ApiError(48009)
        if family not in ("contacts", "contacts_simple", "tokens"):
            raise ApiError(48002)
    elif family == "contacts" or (family == "customer" and not app.customer_contact) or (family == "kf" and not app.kf):
        raise ApiError(48002)
