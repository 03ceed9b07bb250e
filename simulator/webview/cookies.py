"""A cookie jar kept on our side of the webview, one per member.

Frames are third parties in a browser, which refuses their cookies; two
members in one page must never share any.
Domain, Secure and SameSite are not looked at: a webview talks to one product only.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class Cookie:
    name: str
    value: str
    path: str
    expires_at: float | None

    def fits(self, path: str, now: float) -> bool:
        inside = path == self.path or path.startswith(self.path.rstrip("/") + "/")
        return inside and (self.expires_at is None or self.expires_at > now)


def parse_set_cookie(header: str, request_path: str, now: float) -> Cookie | None:
    """One Set-Cookie header → Cookie; None when it has no name. Max-Age wins over Expires."""
    first, *rest = header.split(";")
    name, equals, value = first.strip().partition("=")
    if not equals or not name:
        return None
    attributes = {key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)}
    path = attributes.get("path", "")
    if not path.startswith("/"):
        path = request_path.rpartition("/")[0] or "/"
    return Cookie(name, value, path, _expiry(attributes, now))


def _expiry(attributes: dict[str, str], now: float) -> float | None:
    try:
        if "max-age" in attributes:
            return now + int(attributes["max-age"])
        if "expires" in attributes:
            return parsedate_to_datetime(attributes["expires"]).timestamp()
    except ValueError:
        return None
    return None


class CookieJar:
    """Cookies of one member. Safe to use from many request threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cookies: dict[tuple[str, str], Cookie] = {}

    def keep(self, set_cookie_headers: Iterable[str], request_path: str) -> None:
        now = time.time()
        with self._lock:
            for header in set_cookie_headers:
                cookie = parse_set_cookie(header, request_path, now)
                if cookie is None:
                    continue
                self._cookies.pop((cookie.name, cookie.path), None)
                if cookie.expires_at is None or cookie.expires_at > now:
                    self._cookies[cookie.name, cookie.path] = cookie

    def header(self, path: str, from_browser: str) -> str:
        """The Cookie header for this path: ours first, then those a script of the page set in the browser."""
        now = time.time()
        with self._lock:
            ours = [cookie for cookie in self._cookies.values() if cookie.fits(path, now)]
        ours.sort(key=lambda cookie: -len(cookie.path))
        names = {cookie.name for cookie in ours}
        pairs = [f"{cookie.name}={cookie.value}" for cookie in ours]
        pairs += [pair for pair in from_browser.split("; ") if pair and pair.partition("=")[0] not in names]
        return "; ".join(pairs)

    def clear(self) -> None:
        with self._lock:
            self._cookies.clear()
