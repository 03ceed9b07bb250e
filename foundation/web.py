"""What every door of the web app shares: who is signed in, one error handler, security headers, a request's own id."""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge
from werkzeug.routing import IntegerConverter, Map

from foundation.config import Settings
from foundation.errors import AppError, SignInNeeded
from foundation.log import logger
from foundation.sessions import Sessions

log = logger(__name__)
csrf = CSRFProtect()
MAX_BODY = 20 * 1024 * 1024
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'NONCE",
        "style-src 'self' 'unsafe-inline'",
        # Avatars and QR codes stand on the platform's hosts.
        "img-src 'self' data: blob: https: http:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
    )
)


class Id(IntegerConverter):
    """A number in an address that fits a table's id; a longer one is no page, instead of an error of the database."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": 2**63 - 1, **kwargs})


@dataclass(frozen=True)
class SignedIn:
    """Who a session cookie speaks for. `epoch` must still be the person's: raising it ends all her sessions."""

    person_id: int
    epoch: int


def sign_in(person_id: int, epoch: int) -> None:
    """Start a fresh session: nothing of an older one survives (no fixation)."""
    session.clear()
    session["person_id"], session["epoch"] = person_id, epoch
    session.permanent = True


def sign_out() -> None:
    """Forget who is signed in."""
    session.clear()


def signed_in() -> SignedIn:
    """Who the request speaks for; raises SignInNeeded."""
    if "person_id" not in session:
        raise SignInNeeded("请先登录")
    return SignedIn(session["person_id"], session["epoch"])


def actor() -> str:
    """How this request is named in the audit."""
    return f"staff:{session['person_id']}" if "person_id" in session else "visitor"


def wants_json() -> bool:
    """A page's script asks for JSON; a person's browser asks for a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" or request.is_json


def csp_nonce() -> str:
    """The nonce of this request for the few inline scripts a page needs."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _start_request() -> None:
    g.request_id = uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    # No table holds a NUL, so nothing in an address may.
    if "\0" in request.path or any("\0" in value for values in request.args.listvalues() for value in values):
        raise BadRequest
    _make_room()


@dataclass(frozen=True)
class Room:
    """How many bytes the body of a request may have, once `lock` has let its sender in (it raises for everybody else)."""

    most: int
    lock: Callable[[], None]


_LARGE: dict[str, Room] = {}


def take_large(endpoint: str, most: int, lock: Callable[[], None]) -> None:
    """Let an endpoint take a file of up to `most` bytes as its body (application/octet-stream), which its view streams away."""
    _LARGE[endpoint] = Room(most, lock)


def _make_room() -> None:
    # Before CSRF looks for its token in the form: that opens the body with the limit of that moment. And only for whoever
    # may send the file: a stranger could fill the disk.
    room = _LARGE.get(request.endpoint or "")
    if room is not None and request.mimetype == "application/octet-stream":
        room.lock()
        request.max_content_length = room.most


def _headers(response: Response) -> Response:
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    response.headers.setdefault("Content-Security-Policy", POLICY.replace("NONCE", nonce))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def answer_error(code: str, status: int, message: str, facts: dict[str, object]) -> ResponseReturnValue:
    """One shape for every error: JSON for scripts, a plain Chinese page for people."""
    if wants_json():
        return jsonify({"error": code, "message": message, **facts}), status
    return render_template(
        "foundation/error.html", code=code, status=status, message=message, request_id=g.get("request_id")
    ), status


def _on_app_error(error: AppError) -> ResponseReturnValue:
    if error.status in {403, 404}:
        log.info("refused", path=request.path, problem=error.code, who=actor())
    return answer_error(error.code, error.status, error.message, error.facts)


def _on_http_error(error: HTTPException) -> ResponseReturnValue:
    texts = {404: "没有这个页面", 405: "不支持这样访问", 429: "操作太频繁，请稍后再试", 400: "请求有误"}
    status = error.code or 500
    if isinstance(error, RequestEntityTooLarge):
        most = request.max_content_length or MAX_BODY
        return answer_error("too_large", 413, f"文件太大，最多 {most // 1024 // 1024} MB", {})
    if isinstance(error, CSRFError):
        return answer_error("csrf", 400, "页面停留太久，请刷新后再试", {})
    return answer_error("http", status, texts.get(status, "出错了"), {})


def _on_unstorable(error: DataError | UnicodeEncodeError) -> ResponseReturnValue:
    log.info("refused", path=request.path, why="a value no column can hold", who=actor())
    return answer_error("bad_request", 400, "请求里有系统存不下的内容", {})


def _on_crash(error: Exception) -> ResponseReturnValue:
    log.exception("crash", path=request.path)
    return answer_error("crash", 500, "系统出错了，已记录，请稍后再试", {"request_id": g.get("request_id")})


def set_up_web(app: Flask, settings: Settings) -> None:
    """Give an app its sessions, headers and error answers. In tests unknown errors are re-raised, not dressed up."""
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        SESSION_COOKIE_NAME="guidedesk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(days=7),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = Sessions()
    app.url_map.converters["int"] = Id
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    # First of all, so that whatever is refused is logged as this request and not as the one before.
    app.before_request(_start_request)
    csrf.init_app(app)
    app.after_request(_headers)
    app.register_error_handler(AppError, _on_app_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(DataError, _on_unstorable)
    # Half a surrogate pair, which JSON can write and UTF-8 cannot.
    app.register_error_handler(UnicodeEncodeError, _on_unstorable)
    if not app.testing:
        app.register_error_handler(Exception, _on_crash)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
