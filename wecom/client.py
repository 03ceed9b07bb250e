"""One client per app secret: wechatpy's endpoints, our road. Every call passes `_request`, which mends wechatpy's defects.

Callers use wecom.reads and wecom.sends, not this. Raises only the family of wecom.errors.
"""

import hashlib
import json
import os
import threading
from functools import lru_cache
from typing import IO, Any

import urllib3
from wechatpy.work import WeChatClient
from wechatpy.work.client.api import WeChatMedia

from foundation.config import Settings, settings
from wecom.errors import RetryLater, TokenRefused, problem
from wecom.quota import Quota, quota_from
from wecom.tokens import TokenKeeper
from wecom.transport import Reply, Transport, transport_from

ACCESS, CORP_TICKET, APP_TICKET = "access_token", "corp_ticket", "app_ticket"
Upload = tuple[str, bytes, str]
_making = threading.Lock()


class Media(WeChatMedia):  # type: ignore[misc]  # wechatpy has no types
    """Downloads by the same road as everything else: our host, our timeouts, an error told as an error."""

    def get_url(self, media_id: str) -> str:
        raise TypeError("a media address would carry the access_token; use download")

    def download(self, media_id: str) -> bytes:
        """The file's content (DOC 90254)."""
        content = self._get("media/get", params={"media_id": media_id}, wants_file=True)
        return bytes(content)


class WeComClient(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """Safe to share between any number of threads."""

    media = Media()

    def __init__(self, corp_id: str, agent_id: int, secret: str, transport: Transport, quota: Quota) -> None:
        super().__init__(corp_id, secret, auto_retry=False)
        self.agent_id = agent_id
        self._transport, self._quota = transport, quota
        digest = hashlib.sha256(secret.encode()).hexdigest()[:16]
        self._tokens = TokenKeeper(
            f"wecom:{corp_id}:{agent_id}:{digest}",
            {ACCESS: self._fetch_token, CORP_TICKET: self._fetch_corp_ticket, APP_TICKET: self._fetch_app_ticket},
        )

    @property
    def access_token(self) -> str:
        """The app's token (DOC 91039)."""
        return self._tokens.get(ACCESS)

    def fetch_access_token(self) -> dict[str, Any]:
        """Replace the token now, whatever its age."""
        return {"access_token": self._tokens.renew(ACCESS, self._tokens.get(ACCESS))}

    def ticket(self, name: str) -> str:
        """CORP_TICKET or APP_TICKET (DOC 90313)."""
        return self._tokens.get(name)

    def _fetch_token(self) -> tuple[str, int]:
        reply = self._transport.exchange("GET", "gettoken", {"corpid": self.corp_id, "corpsecret": self.secret})
        answer = read_answer("gettoken", reply)
        return str(answer["access_token"]), int(answer.get("expires_in", 7200))

    def _fetch_corp_ticket(self) -> tuple[str, int]:
        answer = self._request("get", "get_jsapi_ticket")
        return str(answer["ticket"]), int(answer["expires_in"])

    def _fetch_app_ticket(self) -> tuple[str, int]:
        answer = self._request("get", "ticket/get", params={"type": "agent_config"})
        return str(answer["ticket"]), int(answer["expires_in"])

    def _request(
        self,
        method: str,
        url_or_endpoint: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | bytes | str | None = None,
        files: dict[str, Any] | None = None,
        result_processor: Any = None,
        wants_file: bool = False,
    ) -> Any:
        if "://" in url_or_endpoint:
            raise ValueError("calls are named by their path below /cgi-bin/: an address might carry another's token")
        query = {key: str(value) for key, value in (params or {}).items() if value is not None and key != "access_token"}
        body, kind = encode(data, files)
        token = self.access_token
        try:
            answer = self._once(method, url_or_endpoint, query, token, body, kind, wants_file)
        except TokenRefused:
            renewed = self._tokens.renew(ACCESS, token)
            if renewed == token:
                raise
            answer = self._once(method, url_or_endpoint, query, renewed, body, kind, wants_file)
        return result_processor(answer) if result_processor else answer

    def _once(
        self, method: str, call: str, query: dict[str, str], token: str, body: bytes | None, kind: str, wants_file: bool
    ) -> Any:
        self._quota.take(call)
        reply = self._transport.exchange(method.upper(), call, {"access_token": token, **query}, body, kind)
        if wants_file and reply.status in {200, 206} and "json" not in reply.kind and "text/plain" not in reply.kind:
            return reply.body
        return read_answer(call, reply)


def encode(data: dict[str, Any] | bytes | str | None, files: dict[str, Any] | None) -> tuple[bytes | None, str]:
    """The body and its Content-Type. Files are read to memory here, once, so that a retry sends them whole again."""
    if files:
        return urllib3.encode_multipart_formdata({name: _part(name, file) for name, file in files.items()})
    if isinstance(data, dict):
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"), "application/json"
    if isinstance(data, str):
        return data.encode(), "application/json"
    return data, "application/json" if data else ""


def _part(name: str, file: "Upload | tuple[str, IO[bytes]] | IO[bytes]") -> Upload:
    filename, content, *kind = file if isinstance(file, tuple) else (name, file)
    read = content if isinstance(content, bytes) else content.read()
    return filename, read, kind[0] if kind else "application/octet-stream"


def read_answer(call: str, reply: Reply) -> dict[str, Any]:
    """The platform's JSON when errcode is 0 or absent. Raises the PlatformError the answer means."""
    if reply.status != 200:
        raise RetryLater(f"企业微信返回了 HTTP {reply.status}", call=call, maybe_done=reply.status >= 500)
    try:
        answer = json.loads(reply.body, strict=False)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise RetryLater("企业微信返回的不是 JSON（可能被网关或代理拦截）", call=call, maybe_done=True)
    errcode = int(answer.get("errcode") or 0)
    if errcode:
        raise problem(call, errcode)
    return answer


@lru_cache(maxsize=1)
def _client_of(_process: int) -> WeComClient:
    chosen: Settings = settings()
    secret = chosen.wecom_app_secret.get_secret_value()
    return WeComClient(chosen.wecom_corp_id, chosen.wecom_agent_id, secret, transport_from(chosen), quota_from(chosen))


def app_client() -> WeComClient:
    """The client of this process for our app. A forked child gets its own: sockets must not be shared."""
    # lru_cache alone lets two first callers make two clients, each with its own token lock.
    with _making:
        return _client_of(os.getpid())
