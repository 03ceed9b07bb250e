"""Signing in by WeCom's web login (扫码登录) and out again. Identity comes from the platform's code, never from a parameter."""

import secrets

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from foundation import audit
from foundation.config import settings
from foundation.db import transaction
from foundation.errors import AppError, Invalid
from foundation.web import sign_in, sign_out
from hq.routes.door import MANAGERS, GuideAtDoor, allow, bp, current_staff, deed
from org.actions import apply_user, end_sessions, start_run
from org.models import Staff, StaffStatus, SyncStatus
from org.queries import find_staff, page_runs
from wecom.errors import PlatformError
from wecom.oauth import web_login_url
from wecom.reads import get_user, identity_of_code

STATES = "hq_sign_in"
OPEN_TABS = 5
TELL_ROLES = {"first", "full", "org"}


def local_path(wanted: str) -> str:
    """Where to go after signing in: a path of this console, never another site."""
    home = url_for("hq.home")
    if not wanted.startswith("/hq/") or wanted.startswith("/hq/login") or "\\" in wanted or not wanted.isprintable():
        return home
    return wanted


@bp.get("/login")
def show_login() -> ResponseReturnValue:
    """The sign-in page."""
    return render_template("hq/login.html", brand=settings().brand_name, next=local_path(request.args.get("next", "")))


@bp.get("/login/start")
def start_login() -> ResponseReturnValue:
    """Go to the platform's QR page with a fresh state; several tabs may sign in side by side."""
    state = secrets.token_hex(16)
    waiting = dict(cookie.get(STATES, {}))
    waiting[state] = local_path(request.args.get("next", ""))
    cookie[STATES] = dict(list(waiting.items())[-OPEN_TABS:])
    return redirect(web_login_url(settings().public_base_url + url_for("hq.finish_login"), state))


@bp.get("/login/back")
def finish_login() -> ResponseReturnValue:
    """The platform sends the person back with a one-use code (DOC 98176)."""
    try:
        wanted = _spend_state(request.args.get("state", ""))
        staff = _who(request.args.get("code", ""))
    except GuideAtDoor as refusal:
        return render_template("hq/guide.html", message=refusal.message), 403
    except AppError as problem:
        return _refuse(problem.message)
    with transaction() as session:
        audit.record(session, f"staff:{staff.id}", "hq.sign_in", f"staff:{staff.id}", ip=request.remote_addr)
    sign_in(staff.id, staff.epoch)
    return redirect(wanted)


def _spend_state(state: str) -> str:
    """Each state opens the door once, in the browser that asked for it."""
    waiting = dict(cookie.get(STATES, {}))
    if state not in waiting:
        raise Invalid("登录链接已失效，请重新扫码")
    wanted = str(waiting.pop(state))
    cookie[STATES] = waiting
    return wanted


def _who(code: str) -> Staff:
    """The active manager a code stands for. Raises AppError with a text she understands."""
    if not code:
        raise Invalid("登录已取消，请重新扫码")
    userid = identity_of_code(code).userid
    if userid is None:
        raise Invalid("您不是本企业的成员，无法进入控制台")
    return _allowed(_known(userid))


def _known(userid: str) -> Staff:
    """The member, asked of the platform when she signs in before the first sync: somebody must be able to start it."""
    with transaction() as session:
        staff = find_staff(session, userid)
    if staff is not None and staff.pulled_at is not None:
        return staff
    try:
        told = get_user(userid)
    except PlatformError:
        if staff is not None:
            return staff
        raise Invalid("还没有您的资料：请管理员把您加入应用可见范围，并完成一次通讯录同步") from None
    with transaction() as session:
        return apply_user(session, told)


def _allowed(staff: Staff) -> Staff:
    if staff.status != StaffStatus.ACTIVE:
        raise Invalid("您的账号已停用或离职，无法进入控制台")
    if staff.role not in MANAGERS:
        _begin_first_sync(staff)
        raise GuideAtDoor("这里是总部控制台，导购请在企业微信里使用导购台")
    return staff


def _begin_first_sync(staff: Staff) -> None:
    """Before departments are known nobody is seen to be headquarters: the first to come starts the sync that tells."""
    with transaction() as session:
        if any(run.status == SyncStatus.DONE and run.kind in TELL_ROLES for run in page_runs(session, limit=20)):
            return
        start_run(session, "full", f"staff:{staff.id}")
    raise Invalid("正在第一次同步通讯录，请一两分钟后再扫码；若仍不能进入，请在设置里用 HQ_USERIDS 指定总部账号")


def _refuse(message: str) -> ResponseReturnValue:
    return render_template("hq/login.html", brand=settings().brand_name, next=url_for("hq.home"), problem=message), 403


@bp.post("/logout")
@allow(MANAGERS)
def log_out() -> ResponseReturnValue:
    """End her sessions everywhere: the cookie carries them, so a copied one must stop working too."""
    with transaction() as session:
        end_sessions(session, session.get_one(Staff, current_staff().id))
        deed(session, "hq.sign_out", f"staff:{current_staff().id}")
    sign_out()
    return redirect(url_for("hq.show_login"))
