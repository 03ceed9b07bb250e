"""Signs the page's own address for the JS-SDK, and no other site's: a signature lets a page act in the guide's chats."""

import re
from urllib.parse import urlsplit

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from foundation.config import settings
from foundation.errors import NotAllowed
from sidebar.routes.door import bp
from wecom.jssdk import agent_signature, corp_signature

HOST_LABEL = r"[A-Za-z0-9_.-]+"


def may_sign(url: str, origins: list[str]) -> bool:
    """Whether `url` lies on one of the origins; `*` stands for one host label or more ("http://*.webview.localhost:8100")."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    return any(re.fullmatch(re.escape(allowed.lower()).replace(r"\*", HOST_LABEL), origin) for allowed in origins if allowed)


@bp.get("/signature")
def sign_page() -> ResponseReturnValue:
    """{timestamp, nonceStr, signature, corpId, agentId} for `url`; `kind=corp` for clients before 3.0.24 (DOC 90514)."""
    url = request.args.get("url", "")[:2000]
    chosen = settings()
    origins = [chosen.public_base_url, *(part.strip().rstrip("/") for part in chosen.jssdk_origins.split(","))]
    if not may_sign(url, origins):
        raise NotAllowed("这个网址不在可信域名内")
    return jsonify(corp_signature(url) if request.args.get("kind") == "corp" else agent_signature(url))
