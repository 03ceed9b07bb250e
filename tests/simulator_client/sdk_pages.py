"""Bare pages of the throw-away product with nothing but an SDK on them: the current @wecom/jssdk, the old jweixin 1.2.0."""

import hashlib
from pathlib import Path
from typing import Any, Protocol

from flask import Flask, Response, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

JWEIXIN = Path(__file__).parents[2] / "node_modules/weixin-js-sdk/index.original.js"
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>SDK</title>
<script src="{script}"></script></head><body></body></html>"""


class Signer(Protocol):
    """The product's way to the platform."""

    def call(self, path: str, **args: Any) -> dict[str, Any]: ...

    def token(self) -> str: ...


def add_sdk_pages(app: Flask, platform: Signer) -> None:
    @app.get("/sdk/new")
    def sdk_new() -> str:
        return PAGE.format(script="/assets/ww.js")

    @app.get("/sdk/old")
    def sdk_old() -> str:
        return PAGE.format(script="/sdk/jweixin.js")

    @app.get("/sdk/jweixin.js")
    def sdk_jweixin() -> Response:
        return Response(JWEIXIN.read_text("utf-8"), mimetype="text/javascript")

    @app.get("/sdk/signature/<kind>")
    def sdk_signature(kind: str) -> AnyResponse:
        """corp: for config; app: for agentConfig; broken: of another address."""
        if kind == "corp":
            ticket = platform.call("get_jsapi_ticket", access_token=platform.token())["ticket"]
        else:
            ticket = platform.call("ticket/get", access_token=platform.token(), type="agent_config")["ticket"]
        url = request.args["url"] + ("?other" if kind == "broken" else "")
        text = f"jsapi_ticket={ticket}&noncestr=n0&timestamp=1700000000&url={url}"
        sealed = hashlib.sha1(text.encode()).hexdigest()
        return jsonify({"timestamp": 1700000000, "nonceStr": "n0", "signature": sealed})
