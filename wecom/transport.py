"""Bytes to the platform and back: one keep-alive pool shared by all threads, always with timeouts. Knows no token and no errcode.

Nothing raised here carries an address: a query string holds the access_token or the secret.
"""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import certifi
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from foundation.config import Settings
from wecom.errors import RetryLater

CONNECTIONS = 256
NOT_SENT = (NewConnectionError, ConnectTimeoutError)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came."""

    status: int
    kind: str
    body: bytes


class Transport:
    """A pool of connections to one base address."""

    def __init__(self, base_url: str, *, connect_timeout: float, read_timeout: float) -> None:
        parts = urlsplit(base_url)
        timeout = urllib3.Timeout(connect=connect_timeout, read=read_timeout)
        self._prefix = parts.path.rstrip("/") + "/cgi-bin/"
        host, port = parts.hostname or "", parts.port
        self._pool = (
            urllib3.HTTPSConnectionPool(host, port, timeout, CONNECTIONS, retries=False, ca_certs=certifi.where())
            if parts.scheme == "https"
            else urllib3.HTTPConnectionPool(host, port, timeout, CONNECTIONS, retries=False)
        )

    def exchange(self, method: str, call: str, query: dict[str, str], body: bytes | None = None, kind: str = "") -> Reply:
        """One request, one reply of any status. Raises RetryLater when there is none within the timeouts."""
        url = self._prefix + call + ("?" + urlencode(query) if query else "")
        headers = {"Content-Type": kind} if kind else {}
        try:
            response = self._pool.urlopen(method, url, body=body, headers=headers, redirect=False)
        except (HTTPError, OSError) as error:
            sent = not isinstance(error, NOT_SENT)
            text = "企业微信没有在时限内回应" if sent else "连不上企业微信服务器"
            raise RetryLater(f"{text}（{type(error).__name__}）", call=call, maybe_done=sent) from None
        return Reply(response.status, response.headers.get("Content-Type", ""), response.data)

    def close(self) -> None:
        """Close every idle connection."""
        self._pool.close()


def transport_from(settings: Settings) -> Transport:
    """The transport the settings describe."""
    return Transport(
        settings.wecom_api_base_url, connect_timeout=settings.wecom_connect_timeout, read_timeout=settings.wecom_read_timeout
    )
