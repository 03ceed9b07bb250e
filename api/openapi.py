"""The OpenAPI 3.1 document, made of the declarations the door serves from: it cannot say what is not so."""

import re
from functools import lru_cache
from typing import Any

from flask import Response, jsonify
from pydantic.json_schema import models_json_schema

from api.bodies import Problem
from api.door import OPERATIONS, Operation, bp
from api.rules import ERASED, KINDS, SCOPES
from foundation.config import settings

REF = "#/components/schemas/{model}"
SIGNED = """每个请求都要签名。把五行用换行连起来：方法、路径（含查询串，和发送的一字不差）、X-Timestamp、X-Nonce、
请求体的 SHA-256（十六进制）；用密钥的 secret 做 HMAC-SHA256，十六进制写进 X-Signature。时间相差不超过 5 分钟，X-Nonce 每次不同。
写请求还要带 Idempotency-Key：同一个键只做一次，重发得到同样的结果。"""
HEADERS = {
    "X-Timestamp": "unix 秒",
    "X-Nonce": "8 到 64 个字母数字，每次不同",
    "X-Signature": "HMAC-SHA256，十六进制",
}
REFUSALS = {
    "401": "签名不对、过期或重发",
    "403": "没有这项权限",
    "404": "没有找到",
    "409": "和以前的请求冲突",
    "422": "内容有误",
    "429": "太频繁",
    "503": "系统正忙，稍后用同一个键重试",
}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole document."""
    models = {model for one in OPERATIONS.values() for model in (one.asks, one.answers)} | {Problem}
    _, schemas = models_json_schema(
        [
            (model, "serialization" if model.__name__.endswith(("Out", "Outcomes")) else "validation")
            for model in _ordered(models)
        ],
        ref_template=REF,
    )
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS.values():
        paths.setdefault(re.sub(r"<(\w+)>", r"{\1}", one.path), {})[one.method.lower()] = _operation(one, schemas["$defs"])
    return {
        "openapi": "3.1.0",
        "info": {"title": "导购台开放接口", "version": "1", "description": SIGNED},
        "servers": [{"url": f"{settings().public_base_url}/api/v1"}],
        "paths": paths,
        "webhooks": {kind: _webhook(kind, says) for kind, says in KINDS.items()},
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": SIGNED}},
        },
        "security": [{"key": []}],
    }


def _ordered(models: set[Any]) -> list[Any]:
    return sorted(models, key=lambda model: str(model.__name__))


def _operation(one: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.says,
        "description": f"权限：{SCOPES[one.scope]}（{one.scope}）",
        "parameters": _parameters(one, schemas),
        "responses": {"200": _body(one.answers.__name__, "好了")} | {code: _problem(says) for code, says in REFUSALS.items()},
    }
    if one.writes:
        found["requestBody"] = {"required": True} | _body(one.asks.__name__)
    return found


def _body(name: str, says: str = "") -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": {"$ref": REF.format(model=name)}}}}
    return {"description": says} | content if says else content


def _problem(says: str) -> dict[str, Any]:
    schema = {"schema": {"$ref": REF.format(model="Problem")}}
    return {"description": says, "content": {"application/problem+json": schema}}


def _parameters(one: Operation, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    text = {"type": "string"}
    found = [{"name": name, "in": "path", "required": True, "schema": text} for name in re.findall(r"<(\w+)>", one.path)]
    found += [
        {"name": name, "in": "header", "required": True, "description": says, "schema": text} for name, says in HEADERS.items()
    ]
    if one.writes:
        says = "同一个键只做一次；每次写用不同的"
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "description": says, "schema": text})
        return found
    asks = schemas[one.asks.__name__]
    for name, schema in asks.get("properties", {}).items():
        found.append({"name": name, "in": "query", "required": name in asks.get("required", []), "schema": schema})
    return found


def _webhook(kind: str, says: str) -> dict[str, Any]:
    why = (
        f'{says}。X-GuideDesk-Signature 是 HMAC-SHA256(secret, X-GuideDesk-Timestamp 的值 + "." + 请求体)，十六进制。'
        "回答 2xx 就算收到；不然隔 10 秒、30 秒……越来越久，约一天后停止；回答 4xx（408、425、429 除外）5 次后停止。"
        "同一条可能到两次，请用 id 去重。"
    )
    if kind == ERASED:
        why += "每个地址都会收到这一种，不能取消：请按 external_userid 把这位客户在你们系统里的资料也删除。"
    answers = {"2XX": {"description": "收到了"}}
    return {
        "post": {
            "operationId": f"webhook_{kind}",
            "summary": says,
            "description": why,
            "security": [],
            "requestBody": _body("ChangeOut"),
            "responses": answers,
        }
    }


@bp.get("/openapi.json")
def openapi() -> Response:
    """The document; open to everybody, it tells nothing of anybody."""
    return jsonify(document())
