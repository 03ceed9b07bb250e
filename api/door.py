"""The open door (/api/v1): every request signed by a key of ours, fresh, asked once, within its scope and its share of calls."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from flask.blueprints import BlueprintSetupState
from pydantic import BaseModel, ValidationError
from redis import RedisError
from sqlalchemy.orm import Session

from api.keys import answer_once, find_key, note_use
from api.models import ApiKey
from api.problems import BUSY_FOR, MOST_BODY, answer_in_problems, fields_of
from api.rules import LONGEST_NONCE, LONGEST_ONCE, SHORTEST_NONCE, WINDOW, digest_of, is_fresh, is_signed, said
from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from foundation.errors import AppError, Invalid, NotAllowed, NotFound, SignInNeeded
from foundation.redis import redis_client
from foundation.web import csrf

bp = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(bp)
answer_in_problems(bp)
OPEN = frozenset({"openapi", "nothing_here"})
REFUSED = "签名不对，请检查密钥、时间和签名的写法"


@dataclass(frozen=True)
class Operation:
    """One thing other systems may ask: declared once, served, documented and checked from here."""

    name: str
    method: str
    path: str
    scope: str
    says: str
    asks: type[BaseModel]
    answers: type[BaseModel]

    @property
    def writes(self) -> bool:
        """Whether it changes something and so wants an Idempotency-Key."""
        return self.method != "GET"


class Busy(AppError):
    """More calls than this key's share."""

    code, status = "too_many", 429


class Away(AppError):
    """What we need to refuse replays is away for a moment."""

    code, status = "unavailable", 503


OPERATIONS: dict[str, Operation] = {}
Handler = Callable[..., BaseModel]


def serve(
    method: str, path: str, *, scope: str, says: str, asks: type[BaseModel], answers: type[BaseModel]
) -> Callable[[Handler], Handler]:
    """Open `path` to keys with this scope. The handler gets the session, the key, the checked request and the path's words."""

    def mark(handler: Handler) -> Handler:
        operation = Operation(handler.__name__, method, path, scope, says, asks, answers)
        OPERATIONS[operation.name] = operation

        @wraps(handler)
        def view(**words: Any) -> Response:
            return _answer(operation, handler, words)

        bp.add_url_rule(path, operation.name, view, methods=[method])
        return handler

    return mark


def _answer(operation: Operation, handler: Handler, words: dict[str, Any]) -> Response:
    asked = _read(operation)
    once, key = request.headers.get("Idempotency-Key", ""), current_key()
    if operation.writes and not (1 <= len(once) <= LONGEST_ONCE and once.isascii() and once.isprintable()):
        raise Invalid("写请求要带 Idempotency-Key", {"Idempotency-Key": f"1 到 {LONGEST_ONCE} 个字母数字，每次写用不同的"})
    with transaction() as session:

        def act() -> dict[str, Any]:
            return handler(session, key, asked, **words).model_dump(mode="json")

        if not operation.writes:
            return jsonify(act())
        digest = digest_of(f"{operation.method} {request.path}\n".encode() + request.get_data())
        body, known = answer_once(session, key, once, digest, act)
    answer = jsonify(body)
    if known:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _read(operation: Operation) -> BaseModel:
    try:
        if operation.writes:
            return operation.asks.model_validate_json(request.get_data())
        return operation.asks.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise Invalid("请求内容有误", fields_of(error)) from None


@bp.before_request
def lock() -> None:
    """Let nobody in without a right signature of this very request."""
    name = (request.endpoint or "").removeprefix("api.")
    if name in OPEN:
        return
    request.max_content_length = MOST_BODY
    operation = OPERATIONS[name]
    with transaction() as session:
        key = _signed_by(session)
        note_use(session, key)
    if operation.scope not in key.scopes:
        raise NotAllowed("这个密钥没有这项权限")
    try:
        _refuse_replay(key)
        _count(key)
    except RedisError:
        raise Away("系统暂时不能校验请求，请稍后重试") from None
    g.api_key = key


def _signed_by(session: Session) -> ApiKey:
    timestamp, nonce = request.headers.get("X-Timestamp", ""), request.headers.get("X-Nonce", "")
    if not is_fresh(timestamp, clock.now().timestamp()):
        raise SignInNeeded("X-Timestamp 和服务器时间相差超过 5 分钟")
    if not (SHORTEST_NONCE <= len(nonce) <= LONGEST_NONCE and nonce.isascii() and nonce.isalnum()):
        raise SignInNeeded(f"X-Nonce 要 {SHORTEST_NONCE} 到 {LONGEST_NONCE} 个字母数字")
    key = find_key(session, request.headers.get("X-Api-Key", "")[:40])
    query = request.query_string.decode("ascii", "replace")
    address = request.path + (f"?{query}" if query else "")
    text = said(request.method, address, timestamp, nonce, digest_of(request.get_data()))
    if key is None or not is_signed(key.secret, text, request.headers.get("X-Signature", "")):
        raise SignInNeeded(REFUSED)
    return key


def _refuse_replay(key: ApiKey) -> None:
    mark, seconds = f"api:nonce:{key.id}:{request.headers['X-Nonce']}", int(WINDOW.total_seconds()) * 2 + 1
    if not redis_client().set(mark, 1, nx=True, ex=seconds):
        raise SignInNeeded("这个请求已经发过了，重试时请换一个 X-Nonce 重新签名")


def _count(key: ApiKey) -> None:
    """A window of one minute for each key."""
    now, most = int(clock.now().timestamp()), settings().api_calls_per_minute
    mark, left = f"api:calls:{key.id}:{now // 60}", 60 - now % 60
    pipe = redis_client().pipeline()
    pipe.incr(mark)
    pipe.expire(mark, 120)
    used = int(pipe.execute()[0])
    g.api_left = (most, max(0, most - used), left)
    if used > most:
        raise Busy(f"每分钟最多 {most} 次，请 {left} 秒后再试")


def current_key() -> ApiKey:
    """Whose request this is."""
    key: ApiKey = g.api_key
    return key


@bp.after_request
def tell_share(answer: Response) -> Response:
    """How many calls are left in this minute."""
    if "api_left" in g:
        most, left, seconds = g.api_left
        answer.headers["RateLimit"] = f'"minute";r={left};t={seconds}'
        answer.headers["RateLimit-Policy"] = f'"minute";q={most};w=60'
        if answer.status_code == 429:
            answer.headers["Retry-After"] = str(seconds)
    if answer.status_code == 503:
        answer.headers["Retry-After"] = str(BUSY_FOR)
    return answer


@bp.record
def beside_the_doors(state: BlueprintSetupState) -> None:
    """Whatever else lies under /api has no operation either, and says so in the same words."""
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    for rule in ("/api/v1/<path:rest>", "/api/<path:rest>", "/api/"):
        state.app.add_url_rule(rule, "api.nothing_here", nothing_here, methods=methods)


def nothing_here(rest: str = "") -> Response:
    """No such operation."""
    raise NotFound(f"没有 {request.method} {request.path} 这个接口，请看 /api/v1/openapi.json")
