"""Signing in silently inside WeCom (网页授权). Identity comes from the platform's code, never from a parameter; never loops."""

import secrets

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from foundation.config import settings
from foundation.db import transaction
from foundation.errors import AppError, Invalid, SignInNeeded
from foundation.web import answer_error, sign_in, wants_json
from org.models import Staff, StaffStatus
from org.queries import find_staff
from sidebar.routes.door import bp
from wecom.oauth import authorize_url
from wecom.reads import identity_of_code

STATES = "sidebar_sign_in"
OPEN_TABS = 5
CAME_BACK = "signed"


@bp.errorhandler(SignInNeeded)
def ask_to_sign_in(error: SignInNeeded) -> ResponseReturnValue:
    """Send her to the platform and back, once: who comes back without a cookie is told so instead of being sent round."""
    if wants_json() or request.method != "GET":
        return answer_error(error.code, error.status, error.message, error.facts)
    if "wxwork/" not in request.headers.get("User-Agent", "").lower():
        return render_template("sidebar/outside.html"), 401
    if CAME_BACK in request.args:
        return _stop("登录没有保存下来", "请在企业微信里关闭此页再打开；如仍出现，请检查手机时间和网络。", request.path)
    state = secrets.token_hex(16)
    waiting = dict(cookie.get(STATES, {}))
    waiting[state] = request.full_path.rstrip("?")
    cookie[STATES] = dict(list(waiting.items())[-OPEN_TABS:])
    return redirect(authorize_url(settings().public_base_url + url_for("sidebar.finish_login"), state))


@bp.get("/login/back")
def finish_login() -> ResponseReturnValue:
    """The platform sends her back with a one-use code (DOC 91022, 91023)."""
    waiting = dict(cookie.get(STATES, {}))
    wanted = waiting.pop(request.args.get("state", ""), None)
    cookie[STATES] = waiting
    if wanted is None:
        # Tabs opened side by side: the first to come back started a fresh session, which may already be hers.
        if "person_id" in cookie:
            return redirect(url_for("sidebar.show_home"))
        return _stop("登录已失效", "请重新打开。", url_for("sidebar.show_home"))
    try:
        staff = _who(request.args.get("code", ""))
    except AppError as problem:
        return _stop("没能登录", problem.message, str(wanted))
    sign_in(staff.id, staff.epoch)
    return redirect(f"{wanted}{'&' if '?' in wanted else '?'}{CAME_BACK}=1")


def _who(code: str) -> Staff:
    """The member at work a code stands for. Raises AppError with a text she understands."""
    userid = identity_of_code(code).userid if code else None
    if userid is None:
        raise Invalid("您不是本企业的成员，导购台只给店员使用。")
    with transaction() as session:
        staff = find_staff(session, userid)
    if staff is None:
        raise Invalid("通讯录里还没有您。请店长联系总部，把您加入应用可见范围并同步通讯录。")
    if staff.status != StaffStatus.ACTIVE:
        raise Invalid("您的账号已停用或已离职，如有疑问请联系店长。")
    return staff


def _stop(title: str, advice: str, again: str) -> ResponseReturnValue:
    return render_template("sidebar/stopped.html", title=title, advice=advice, again=again), 403
