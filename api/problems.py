"""Errors as application/problem+json (RFC 9457), in Chinese for people and with a code for programs."""

from flask import Blueprint, Response, g, jsonify, request
from pydantic import ValidationError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException

from foundation.errors import AppError, Invalid, SignInNeeded
from foundation.log import logger

log = logger(__name__)
MOST_BODY = 1024 * 1024
BUSY_FOR = 2
TYPE = "/api/v1/openapi.json#/components/schemas/Problem"
WORDS = {
    "missing": "必须填",
    "extra_forbidden": "没有这个字段，请检查拼写",
    "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "不能空",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "timezone_aware": "时间要带时区，如 2026-01-01T14:30:00+08:00",
    "json_invalid": "不是 JSON",
    "literal_error": "可以填：{expected}",
}


def problem(code: str, status: int, title: str, fields: dict[str, str] | None = None) -> Response:
    """One refusal."""
    body = {
        "type": TYPE, "title": title, "status": status, "code": code, "fields": fields or {},
        "request_id": g.get("request_id", ""),
    }  # fmt: skip
    answer = jsonify(body)
    answer.status_code, answer.mimetype = status, "application/problem+json"
    return answer


def fields_of(error: ValidationError) -> dict[str, str]:
    """Where it is wrong ("orders.3.at") and what to do, at most fifty."""
    found = {}
    for one in error.errors()[:50]:
        words = WORDS.get(one["type"], "格式不对").format_map(one.get("ctx", {}))
        found[".".join(map(str, one["loc"])) or "body"] = words
    return found


def answer_in_problems(bp: Blueprint) -> None:
    """Every error under this blueprint, and whatever the house answers for it, is a problem."""
    bp.register_error_handler(AppError, _on_app_error)
    bp.register_error_handler(HTTPException, _on_http_error)
    bp.register_error_handler(OperationalError, _on_busy)
    bp.register_error_handler(NoConnection, _on_busy)
    bp.register_error_handler(DataError, _on_unstorable)
    bp.register_error_handler(UnicodeEncodeError, _on_unstorable)
    bp.after_app_request(_never_another_shape)


def _on_app_error(error: AppError) -> Response:
    """What rooms raise."""
    if error.status in {401, 403}:
        log.info("api refused", path=request.path, why=error.message, key=request.headers.get("X-Api-Key", "")[:40])
    fields = error.fields if isinstance(error, Invalid) else {}
    code = "unauthorized" if isinstance(error, SignInNeeded) else error.code
    return problem(code, error.status, error.message, fields)


def _on_http_error(error: HTTPException) -> Response:
    """What the server itself refuses."""
    status = error.code or 500
    titles = {413: f"请求内容最大 {MOST_BODY // 1024} KB", 400: "请求有误"}
    code = "crash" if status >= 500 else "http"
    return problem("too_large" if status == 413 else code, status, titles.get(status, "请求没有成功"))


def _on_busy(error: OperationalError | NoConnection) -> Response:
    """The database gave way to somebody else (a deadlock, a lock, its time) or is away: nothing was written."""
    log.warning("api busy", path=request.path, why=type(getattr(error, "orig", None) or error).__name__)
    return problem("unavailable", 503, "系统正忙，什么都没有写，请稍后用同一个 Idempotency-Key 重试")


def _on_unstorable(error: DataError | UnicodeEncodeError) -> Response:
    """What passed every check and still fits no column."""
    log.info("api refused", path=request.path, why="a value no column can hold")
    return problem("bad_request", 400, "请求里有系统存不下的内容")


def _never_another_shape(answer: Response) -> Response:
    """An error told by the house itself (a crash, a method nobody knows) in the shape of this door."""
    if not request.path.startswith("/api/") or answer.status_code < 400 or answer.mimetype == "application/problem+json":
        return answer
    crashed = answer.status_code >= 500
    title = "系统出错了，已记录，请稍后再试" if crashed else "请求没有成功"
    return problem("crash" if crashed else "http", answer.status_code, title)
