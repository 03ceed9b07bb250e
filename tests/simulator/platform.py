"""A simulator in a process of its own, spoken to over HTTP only; and a receiver that answers its callbacks."""

import base64
import json
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import requests
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

try:
    from wechatpy.work.crypto import WeChatCrypto
except ModuleNotFoundError:  # wechatpy 1.8.18, which test_old_wechatpy puts first
    from wechatpy.enterprise.crypto import WeChatCrypto

from simulator.settings import load_config

CONFIG = load_config()
CORPID = CONFIG["corpid"]
APP, CONTACTS = CONFIG["apps"]
AGENTID = APP["agentid"]
Json = dict[str, Any]


class Platform:
    """The simulator as a corp's developer sees it (`get`, `post`) and as a tester does (`control`, `do`)."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.http = requests.Session()
        self._tokens: dict[str, str] = {}

    def token(self, secret: str = APP["secret"]) -> str:
        if secret not in self._tokens:
            args = {"corpid": CORPID, "corpsecret": secret}
            self._tokens[secret] = self.http.get(f"{self.base}/cgi-bin/gettoken", params=args, timeout=10).json()["access_token"]
        return self._tokens[secret]

    def forget_tokens(self) -> None:
        """The next call asks for a new access token, as after a jump of the clock."""
        self._tokens.clear()

    def get(self, path: str, secret: str = APP["secret"], **args: Any) -> Json:
        answer = self.raw("GET", path, params={"access_token": self.token(secret), **args})
        return dict(answer.json())

    def post(self, path: str, secret: str = APP["secret"], **body: Any) -> Json:
        # No Content-Type, as wechatpy sends it.
        answer = self.raw(
            "POST", path, params={"access_token": self.token(secret)}, data=json.dumps(body, ensure_ascii=False).encode()
        )
        assert answer.status_code == 200
        return dict(answer.json())

    def raw(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.http.request(method, f"{self.base}/cgi-bin/{path}", timeout=60, **options)

    def upload(self, kind: str, name: str, content: bytes) -> Json:
        args = {"access_token": self.token(), "type": kind}
        return dict(self.raw("POST", "media/upload", params=args, files={"media": (name, content)}).json())

    def control(self, path: str, method: str = "", /, **body: Any) -> Json:
        """GET without a body, POST with one; the simulator's refusal fails the test."""
        answer = self.ask(path, method, **body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ask(self, path: str, method: str = "", /, **body: Any) -> requests.Response:
        chosen = method or ("POST" if body else "GET")
        return self.http.request(chosen, f"{self.base}/_control/{path}", json=body or None, timeout=120)

    def do(self, action: str, /, **body: Any) -> Json:
        return self.control(f"do/{action}", "POST", **body)

    def send(self, **changes: Any) -> Json:
        body = {"touser": "lixiaomei", "msgtype": "text", "agentid": AGENTID, "text": {"content": "你好"}}
        return self.post("message/send", **(body | changes))

    def inbox(self, userid: str = "lixiaomei", **args: Any) -> list[Json]:
        query = "&".join(f"{key}={value}" for key, value in args.items())
        return list(self.control(f"members/{userid}/inbox?{query}")["messages"])

    def settle(self) -> None:
        """Wait until every callback is delivered or given up."""
        assert self.control("callbacks/wait", timeout=100)["idle"]

    def reset(self, brand: str = "sample") -> None:
        self._tokens.clear()
        self.control("callbacks", "DELETE")
        self.control("reset", brand=brand)
        # One sender: what happened first arrives first, as a test reads it.
        self.control(
            "delivery", duplicate=0, delay=[0, 0], reorder=False, shuffle=False, binary_prefix=False, outage=False,
            senders=1, timeout=20, retry_delays=[0.05, 0.05, 0.05], full_contact_fields=False, passive_card_updates=True,
        )  # fmt: skip
        for name in ("app", "contacts"):
            self.control(f"receivers/{name}", "DELETE")


@dataclass
class Received:
    """One callback: the query, the decrypted XML text and its elements by name."""

    args: dict[str, str]
    xml: str
    random16: bytes
    encrypted: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def tree(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.xml)


class Receiver:
    """An address of the product, decrypting with wechatpy (nobody's code here). `answer` decides status and body."""

    def __init__(self, token: str, aes_key: str) -> None:
        self.crypto = WeChatCrypto(token, aes_key, CORPID)
        self.token, self.aes_key = token, aes_key
        self.received: list[Received] = []
        self.answer: Callable[[Received], tuple[int, bytes]] = lambda each: (200, b"")
        self.echo: Callable[[str], bytes] = lambda plain: plain.encode()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/callback"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def events(self) -> list[dict[str, str]]:
        return [each.fields for each in self.received]

    def reply(self, inner: str) -> bytes:
        return str(self.crypto.encrypt_message(inner, "nonce1", "1700000000")).encode()

    def keep(self, args: dict[str, str], body: bytes) -> tuple[int, bytes]:
        xml = self.crypto.decrypt_message(body, args["msg_signature"], args["timestamp"], args["nonce"])
        text = xml if isinstance(xml, str) else xml.decode()
        one = Received(args, text, self._random(body), ElementTree.fromstring(body).findtext("Encrypt") or "")
        one.fields = {child.tag: child.text or "" for child in one.tree}
        self.received.append(one)
        return self.answer(one)

    def _random(self, body: bytes) -> bytes:
        from_xml = ElementTree.fromstring(body).findtext("Encrypt") or ""
        cipher = self.crypto.key
        return _open(cipher, base64.b64decode(from_xml))[:16]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                args = _query(self.path)
                plain = owner.crypto.check_signature(args["msg_signature"], args["timestamp"], args["nonce"], args["echostr"])
                self._send(200, owner.echo(plain if isinstance(plain, str) else plain.decode()))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._send(*owner.keep(_query(self.path), body))

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        return Handler


def _query(path: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}


def _open(key: bytes, sealed: bytes) -> bytes:
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(sealed) + decryptor.finalize()
    assert struct.unpack(">I", plain[16:20])[0] < len(plain)
    return plain
