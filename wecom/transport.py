"""Bytes to the platform and back: one keep-alive pool shared by all threads, always with timeouts. Knows no token and no errcode.

http.client costs half the CPU of urllib3 a call, which decides how many messages a core sends.
Nothing raised here carries an address: a query string holds the access_token or the secret.
"""

import select
import ssl
import weakref
from collections import deque
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

import certifi

from foundation.config import Settings
from wecom.errors import RetryLater

CONNECTIONS = 256


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came."""

    status: int
    kind: str
    body: bytes


class Transport:
    """A pool of connections to one base address. Any number of threads; up to 256 idle connections are kept."""

    def __init__(self, base_url: str, *, connect_timeout: float, read_timeout: float) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "", parts.port
        self._prefix = parts.path.rstrip("/") + "/cgi-bin/"
        self._connect_timeout, self._read_timeout = connect_timeout, read_timeout
        self._tls = ssl.create_default_context(cafile=certifi.where()) if parts.scheme == "https" else None
        # The one used last is used next, so that those too many grow old and are dropped by the platform.
        self._idle: deque[HTTPConnection] = deque()
        weakref.finalize(self, _close_all, self._idle)

    def exchange(self, method: str, call: str, query: dict[str, str], body: bytes | None = None, kind: str = "") -> Reply:
        """One request, one reply of any status. Raises RetryLater when there is none within the timeouts."""
        url = self._prefix + call + ("?" + urlencode(query) if query else "")
        connection = self._connection(call)
        try:
            connection.request(method, url, body, {"Content-Type": kind} if kind else {})
            response = connection.getresponse()
            reply = Reply(response.status, response.headers.get("Content-Type", ""), response.read())
        except (HTTPException, OSError) as error:
            connection.close()
            text = f"企业微信没有在时限内回应（{type(error).__name__}）"
            raise RetryLater(text, call=call, maybe_done=True) from None
        if connection.sock is not None and len(self._idle) < CONNECTIONS:
            self._idle.append(connection)
        else:
            connection.close()
        return reply

    def _connection(self, call: str) -> HTTPConnection:
        while self._idle:
            try:
                kept = self._idle.pop()
            except IndexError:  # another thread took the last one
                break
            if _is_quiet(kept):
                return kept
            kept.close()
        return self._open(call)

    def _open(self, call: str) -> HTTPConnection:
        connection = (
            HTTPSConnection(self._host, self._port, timeout=self._connect_timeout, context=self._tls)
            if self._tls
            else HTTPConnection(self._host, self._port, timeout=self._connect_timeout)
        )
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise RetryLater(f"连不上企业微信服务器（{type(error).__name__}）", call=call) from None
        connection.sock.settimeout(self._read_timeout)
        return connection

    def close(self) -> None:
        """Close every idle connection."""
        _close_all(self._idle)


def _close_all(idle: deque[HTTPConnection]) -> None:
    while idle:
        idle.pop().close()


def _is_quiet(connection: HTTPConnection) -> bool:
    """Nothing to read: an idle connection with something to read was closed by the other side."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)


def transport_from(settings: Settings) -> Transport:
    """The transport the settings describe."""
    return Transport(
        settings.wecom_api_base_url, connect_timeout=settings.wecom_connect_timeout, read_timeout=settings.wecom_read_timeout
    )
