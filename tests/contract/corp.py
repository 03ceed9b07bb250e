"""The corp the contract is tried on: the simulator's sample brand, or with WECOM_REAL=1 a real one on the real platform."""

import json
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import requests

REAL_HOST = "https://qyapi.weixin.qq.com"
Json = dict[str, Any]


@dataclass(frozen=True)
class Access:
    """Where the platform is and as whom to call it; `member` has `customer` among her customers."""

    base: str
    corpid: str
    secret: str
    agentid: int
    member: str
    customer: str
    contacts_secret: str = ""


def real_access() -> Access:
    """Out of WECOM_REAL_CORPID, _SECRET, _AGENTID, _MEMBER, _CUSTOMER, _CONTACTS_SECRET (optional). Raises KeyError."""
    found = {name: os.environ[f"WECOM_REAL_{name.upper()}"] for name in ("corpid", "secret", "agentid", "member", "customer")}
    contacts_secret = os.environ.get("WECOM_REAL_CONTACTS_SECRET", "")
    return Access(
        REAL_HOST, found["corpid"], found["secret"], int(found["agentid"]), found["member"], found["customer"], contacts_secret
    )


class Corp:
    """Calls of an app of the corp, JSON in and out. Deeds and the control plane are the simulator's alone."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.base = access.base
        self.agentid = access.agentid
        self.member, self.customer = access.member, access.customer
        self.http = requests.Session()
        self._tokens: dict[str, str] = {}

    def token(self, secret: str = "") -> str:
        secret = secret or self.access.secret
        if secret not in self._tokens:
            args = {"corpid": self.access.corpid, "corpsecret": secret}
            self._tokens[secret] = self.http.get(f"{self.base}/cgi-bin/gettoken", params=args, timeout=10).json()["access_token"]
        return self._tokens[secret]

    @cached_property
    def contacts_secret(self) -> str:
        """The secret of 通讯录同步; empty when the real corp did not give one."""
        return self.access.contacts_secret

    def get(self, path: str, secret: str = "", **args: Any) -> Json:
        query = {"access_token": self.token(secret), **args}
        return dict(self.http.get(f"{self.base}/cgi-bin/{path}", params=query, timeout=20).json())

    def post(self, path: str, secret: str = "", **body: Any) -> Json:
        """`secret` of another app than the first may be given; everything else is the body."""
        content = json.dumps(body, ensure_ascii=False).encode()
        query = {"access_token": self.token(secret)}
        return dict(self.http.post(f"{self.base}/cgi-bin/{path}", params=query, data=content, timeout=20).json())

    def upload(self, path: str, name: str, content: bytes, **args: Any) -> Json:
        """One file as part `media`."""
        query = {"access_token": self.token(), **args}
        files = {"media": (name, content)}
        return dict(self.http.post(f"{self.base}/cgi-bin/{path}", params=query, files=files, timeout=20).json())

    def do(self, deed: str, /, **body: Any) -> Json:
        """Somebody acts (simulator only)."""
        return self.control(f"do/{deed}", "POST", **body)

    def control(self, path: str, method: str = "", /, **body: Any) -> Json:
        """The simulator's control plane; a refusal fails the test."""
        chosen = method or ("POST" if body else "GET")
        answer = self.http.request(chosen, f"{self.base}/_control/{path}", json=body or None, timeout=30)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
