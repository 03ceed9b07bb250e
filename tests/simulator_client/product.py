"""A throw-away product: silent login through the platform, a sidebar page with the real SDK under a strict CSP."""

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests
from flask import Flask, Response, current_app, jsonify, redirect, request, session
from werkzeug.wrappers import Response as AnyResponse

from tests.simulator_client.sdk_pages import add_sdk_pages

CSP = "default-src 'self'; script-src 'self'; frame-ancestors 'none'"
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>客户画像</title>
<script src="/assets/ww.js"></script><script src="/assets/page.js" defer></script></head>
<body data-corp="{corpid}"><p>你是 <b id="who">{userid}</b></p>
<a id="absolute" href="{base}/sidebar/second?from=link">第二页</a> <span id="share" data-link="{base}/share/1"></span>
<button id="send">发送话术</button><p id="sent"></p><pre id="facts"></pre></body></html>"""
PAGE_SCRIPT = """
const show = (id, value) => (document.getElementById(id).textContent = typeof value === "string" ? value : JSON.stringify(value));
ww.register({
  corpId: document.body.dataset.corp,
  agentId: "1000002",
  jsApiList: ["getContext", "getCurExternalContact", "sendChatMessage"],
  getAgentConfigSignature: (url) => fetch("/signature?url=" + encodeURIComponent(url)).then((answer) => answer.json()),
});
const facts = async () => ({
  agent: navigator.userAgent, weCom: ww.env.isWeCom, address: location.href,
  entry: (await ww.getContext()).entry, customer: (await ww.getCurExternalContact()).userId,
});
facts().then((found) => show("facts", found), (error) => show("facts", error));
document.getElementById("send").onclick = () =>
  ww.sendChatMessage({ msgtype: "text", text: { content: "这件羽绒服很适合您" } })
    .then((result) => show("sent", result.errMsg), (error) => show("sent", error.errMsg));
"""


class Platform:
    """The few calls this product makes to the simulator's server API."""

    def __init__(self, base: str, app: dict[str, Any], corpid: str) -> None:
        self.base, self.app, self.corpid = base, app, corpid

    def call(self, path: str, **args: Any) -> dict[str, Any]:
        answer = requests.get(f"{self.base}/cgi-bin/{path}", params=args, timeout=10).json()
        assert answer.get("errcode", 0) == 0, answer
        return dict(answer)

    def post(self, path: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self.base}/cgi-bin/{path}", params={"access_token": token}, json=body, timeout=10).json()
        assert answer["errcode"] == 0, answer
        return dict(answer)

    def upload(self, name: str, content: bytes) -> str:
        args = {"access_token": self.token(), "type": "image"}
        files = {"media": (name, content, "image/png")}
        return str(requests.post(f"{self.base}/cgi-bin/media/upload", params=args, files=files, timeout=10).json()["media_id"])

    def token(self) -> str:
        return str(self.call("gettoken", corpid=self.corpid, corpsecret=self.app["secret"])["access_token"])

    def sign(self, url: str) -> dict[str, Any]:
        ticket = self.call("ticket/get", access_token=self.token(), type="agent_config")["ticket"]
        nonce, now = "nonce123", int(time.time())
        text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={now}&url={url}"
        return {"timestamp": now, "nonceStr": nonce, "signature": hashlib.sha1(text.encode()).hexdigest()}


def make_product(base: str, platform: Platform, sdk: Path) -> Flask:
    """Flask app that believes it lives at `base`; it signs only its own addresses, as a careful product does."""
    app = Flask(__name__)
    app.secret_key = "test"
    app.extensions.update(seen=[], platform=platform, first_read=threading.Event())
    app.before_request(_note)
    app.after_request(_guard)
    _add_sidebar(app, base, platform)
    _add_assets(app, sdk)
    _add_probes(app)
    add_sdk_pages(app, platform)
    return app


def _note() -> None:
    current_app.extensions["seen"].append({"path": request.full_path, "headers": dict(request.headers)})


def _guard(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CSP
    response.headers["X-Frame-Options"] = "DENY"
    return response


def _add_sidebar(app: Flask, base: str, platform: Platform) -> None:
    @app.get("/sidebar/")
    @app.get("/sidebar/second")
    def sidebar() -> AnyResponse | str:
        if "userid" in session:
            return PAGE.format(corpid=platform.corpid, userid=session["userid"], base=base)
        session["next"] = request.full_path
        query = {"appid": platform.corpid, "redirect_uri": f"{base}/login/callback", "response_type": "code",
                 "scope": "snsapi_base", "state": "s1", "agentid": platform.app["agentid"]}  # fmt: skip
        return redirect(f"{platform.base}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect")

    @app.get("/login/callback")
    def callback() -> AnyResponse:
        assert request.args["state"] == "s1"
        who = platform.call("auth/getuserinfo", access_token=platform.token(), code=request.args["code"])
        session["userid"] = who["userid"]
        return redirect(f"{base}{session.pop('next')}")

    @app.get("/signature")
    def signature() -> AnyResponse:
        url = request.args["url"]
        return jsonify(platform.sign(url)) if url.startswith(f"{base}/") else Response("not ours", 403)

    @app.post("/callback")
    def platform_callback() -> str:
        return ""


def _add_assets(app: Flask, sdk: Path) -> None:
    @app.get("/assets/ww.js")
    def ww() -> Response:
        return Response(sdk.read_text("utf-8"), mimetype="text/javascript")

    @app.get("/assets/page.js")
    def page_script() -> Response:
        return Response(PAGE_SCRIPT, mimetype="text/javascript")


def _add_probes(app: Flask) -> None:
    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> AnyResponse:
        body = request.get_data()
        answer = {"host": request.host, "headers": dict(request.headers), "query": request.query_string.decode()}
        return jsonify(answer | {"length": len(body), "body": body[:200].decode("latin-1")})

    @app.get("/set/<name>/<value>")
    def set_cookie(name: str, value: str) -> Response:
        response = Response("kept")
        response.set_cookie(name, value, secure=True, httponly=True, samesite="Strict")
        return response

    @app.get("/fragment")
    def fragment() -> str:
        return "<p>part</p>"

    @app.get("/events")
    def events() -> Response:
        return Response(_three_events(app.extensions["first_read"]), mimetype="text/event-stream")


def _three_events(first_read: threading.Event) -> Iterator[str]:
    """The others come only when somebody has read the first."""
    yield "data: 0\n\n"
    if first_read.wait(60):
        yield "data: 1\n\n"
        yield "data: 2\n\n"
