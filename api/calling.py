"""Calls webhooks: one signed POST, over in seconds whatever the other side does. Never an address of our own network."""

import http.client
import json
import socket
import time
from threading import Timer
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from api.delivery import Outcome, Owed
from api.rules import address_problem, is_outside, is_refusal, sign
from foundation import clock
from foundation.config import settings
from foundation.text import clean, cut

TIMEOUT = urllib3.Timeout(connect=3, read=5)
# A byte now and then keeps each read in time: this is for the whole answer, far below the lease of a telling.
LONGEST_ANSWER = 10.0
LATE = Outcome(False, f"{LONGEST_ANSWER:.0f} 秒还没有答完", unreachable=True)
MOST_READ = 300


def send(owed: Owed) -> Outcome:
    """One POST, signed: X-GuideDesk-Signature is HMAC-SHA256 of "timestamp.body". Redirects are not followed.

    Whatever is wrong with the address or its answer is an outcome to be recorded, never an error.
    """
    body = json.dumps(owed.body, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "GuideDesk-Webhook/1",
        "X-GuideDesk-Event": owed.kind,
        "X-GuideDesk-Delivery": str(owed.id),
        "X-GuideDesk-Timestamp": timestamp,
        "X-GuideDesk-Signature": sign(owed.secret, f"{timestamp}.{body.decode()}"),
    }
    private = settings().webhook_private_addresses
    if problem := address_problem(owed.url, private):
        return Outcome(False, problem, unreachable=True)
    try:
        address = _address(owed.url, private)
        began = time.monotonic()
        outcome = _post(owed.url, address, body, headers)
        # Cut off among its headers it reads like an answer that is whole.
        return outcome if time.monotonic() - began < LONGEST_ANSWER else LATE
    except Refused as refused:
        return Outcome(False, str(refused), unreachable=True)
    except (urllib3.exceptions.HTTPError, http.client.HTTPException) as error:
        late = time.monotonic() - began >= LONGEST_ANSWER
        return LATE if late else Outcome(False, f"连不上：{type(error).__name__}", unreachable=True)
    except (OSError, ValueError) as error:  # the resolver's UnicodeError is a ValueError
        return Outcome(False, f"域名解析不到：{type(error).__name__}", unreachable=True)


class Refused(Exception):
    """The name leads into our own network."""


def _address(url: str, private: bool) -> str:
    """The address the name stands for now; the call goes to exactly this one, so the name cannot change in between."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = [str(info[4][0]) for info in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)]
    if not private and not all(is_outside(address) for address in found):
        raise Refused("这个域名指向内部网络，不能发送")
    return found[0]


class _Brief(HTTPConnection):
    """A connection that is cut off when its answer takes too long, whatever still comes."""

    _end: Timer | None = None

    def connect(self) -> None:
        super().connect()
        # An SSLSocket's own shutdown would take its TLS away under the reader.
        self._end = Timer(LONGEST_ANSWER, socket.socket.shutdown, (self.sock, socket.SHUT_RDWR))
        self._end.start()

    def close(self) -> None:
        if self._end is not None:
            self._end.cancel()
        super().close()


class _BriefHttp(_Brief):
    pass


class _BriefHttps(_Brief, HTTPSConnection):
    pass


def _post(url: str, address: str, body: bytes, headers: dict[str, str]) -> Outcome:
    parts = urlsplit(url)
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, parts.port or 443, server_hostname=parts.hostname, assert_hostname=parts.hostname, timeout=TIMEOUT,
            retries=False,
        )  # fmt: skip
        pool.ConnectionCls = _BriefHttps
    else:
        pool = urllib3.HTTPConnectionPool(address, parts.port or 80, timeout=TIMEOUT, retries=False)
        pool.ConnectionCls = _BriefHttp
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with pool:
        answer = pool.urlopen(
            "POST", path, body=body, headers=headers | {"Host": parts.netloc}, redirect=False, preload_content=False,
            assert_same_host=False,
        )  # fmt: skip
        words = clean(answer.read(MOST_READ, decode_content=False).decode("utf-8", "replace"))
        answer.close()
    told = cut(f"{answer.status} {words}".strip(), MOST_READ)
    return Outcome(200 <= answer.status < 300, told, refused=is_refusal(answer.status))
