"""OAuth inside WeCom and the web login page: a person picks who they are, `?as=<userid>` picks at once (DOC 91022, 98152)."""

import re
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from simulator import ids
from simulator.errors import ApiError, error_body
from simulator.world.apps import App
from simulator.world.passes import LoginCode
from simulator.world.world import World

bp = Blueprint("login", __name__, template_folder="templates")
CODE_LIFE = 300
MOST_SHOWN = 200
SCOPES = ("snsapi_base", "snsapi_privateinfo")
STATE = re.compile(r"[a-zA-Z0-9]{0,128}")


@bp.get("/connect/oauth2/authorize")
def authorize() -> AnyResponse | str:
    """网页授权. Silent in a real client; here a page asks who opened it unless `as` says so."""
    return _serve("oauth")


@bp.get("/wwlogin/sso/login")
def web_login() -> AnyResponse | str:
    """企业微信扫码登录 for a desktop browser; login_type CorpApp only."""
    return _serve("web")


def _serve(kind: str) -> AnyResponse | str:
    world: World = current_app.extensions["world"]
    with world.lock:
        try:
            _check_wording(kind)
            app = _app(world, kind)
            target = _target(world, app)
            if not request.args.get("as"):
                return _choice(world, app, kind)
            code = _code(world, app, request.args["as"])
        except ApiError as error:
            body = error_body(error, world.rng, world.now, request.remote_addr or "")
            return Response(render_template("simulator/refused.html", error=body), 200)
    return redirect(_with(target, code.code, request.args.get("state", "")))


def _check_wording(kind: str) -> None:
    """What 网页授权 says of response_type, scope and state (DOC 91022); the documents give no errcode for it."""
    if kind != "oauth":
        return
    if request.args.get("response_type", "code") != "code":
        raise ApiError(40058, "response_type is code")
    if request.args.get("scope", SCOPES[0]) not in SCOPES:
        raise ApiError(40058, f"scope is one of {', '.join(SCOPES)}")
    if STATE.fullmatch(request.args.get("state", "")) is None:
        raise ApiError(40058, "state is at most 128 letters and digits")


def _app(world: World, kind: str) -> App:
    """The app asked for; without agentid (allowed for snsapi_base) the corp's main one."""
    if request.args.get("appid") != world.state.corpid:
        raise ApiError(40013)
    if kind == "web" and request.args.get("login_type", "CorpApp") != "CorpApp":
        raise ApiError(40058, "login_type is not supported")
    agentid = request.args.get("agentid", "")
    if not agentid and kind == "oauth":
        return world.main_app()
    app = world.state.apps.get(int(agentid)) if agentid.isdecimal() else None
    if app is None or app.kind != "app":
        raise ApiError(40056)
    return app


def _target(world: World, app: App) -> str:
    target = request.args.get("redirect_uri", "")
    if not target.startswith(("http://", "https://")):
        raise ApiError(41010)
    if not world.trusts(app, target, exact=True):
        raise ApiError(50001)
    return target


def _code(world: World, app: App, who: str) -> LoginCode:
    """A code for a member, or for a customer (wm…) who opened the page in WeChat; single use, five minutes."""
    scope = request.args.get("scope", "snsapi_base") if request.args.get("agentid") else "snsapi_base"
    value = ids.opaque(world.rng, 43)
    expires = world.now + CODE_LIFE
    member = world.member(who)
    if member is not None:
        code = LoginCode(value, member.userid, app.agentid, scope, expires)
    elif world.state.customers.find(who):
        code = LoginCode(value, "", app.agentid, scope, expires, external_userid=who)
    else:
        raise ApiError(60111)
    world.state.passes.forget_oldest(world.now)
    world.state.passes.logins[value] = code
    return code


def _choice(world: World, app: App, kind: str) -> str:
    wanted = request.args.get("q", "").strip()
    members = [
        member for member in world.visibility.members(world.state.people, app)
        if wanted in member.name or wanted.lower() in member.userid.lower()
    ]  # fmt: skip
    rows = [
        {
            "name": member.name, "userid": member.userid, "avatar": member.avatar, "position": member.position,
            "department": world.state.people.departments[member.main_department].name,
            "href": f"{request.path}?{urlencode({**request.args.to_dict(), 'as': member.userid})}",
        }
        for member in members[:MOST_SHOWN]
    ]  # fmt: skip
    kept = {key: value for key, value in request.args.items() if key != "q"}
    return render_template(
        "simulator/login.html", app=app, corp=world.state.corp_name, kind=kind, rows=rows, kept=kept, wanted=wanted,
        total=len(members),
    )  # fmt: skip


def _with(target: str, code: str, state: str) -> str:
    """The redirect target with code and state behind whatever query it has."""
    parts = urlsplit(target)
    query = f"{parts.query}&" if parts.query else ""
    return urlunsplit(parts._replace(query=f"{query}{urlencode({'code': code, 'state': state})}"))
