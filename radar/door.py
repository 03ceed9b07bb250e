"""The short addresses' door, as plain WSGI before Flask: keep the visit, then lead on. Leads only to what stands in the table.

A Flask route with the app's sessions, headers and logging takes longer than half of a bare redirect's time by itself.
"""

import re
import secrets
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from prometheus_client import Counter
from werkzeug.urls import iri_to_uri

from content_library.link_rules import CODE, OUR_PAGES, is_person
from content_library.link_visits import Arrival, Landing
from foundation import clock
from foundation.config import settings
from foundation.group_commit import NotKept
from foundation.log import logger
from radar.writer import writer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logger(__name__)
PREFIX = "/r/"
COOKIE = "gdv"
_COOKIE = re.compile(rf"(?:^|;)\s*{COOKIE}=([0-9a-f]{{32}})\s*(?:;|$)")
LANDING = "guidedesk.landing"
COLLEAGUE = "guidedesk="
YEAR = 365 * 24 * 3600
BUSY = "网络有点忙，请稍后再点一次".encode()
_LED = Counter("guidedesk_led_visits_total", "Requests of short addresses that were led on", ["kept"])
LED = {kept: _LED.labels("yes" if kept else "no") for kept in (True, False)}
NOT_LED = Counter("guidedesk_not_led_visits_total", "Requests of short addresses answered 503")


def in_front_of(app: "WSGIApplication", is_colleague: Callable[["WSGIEnvironment"], bool]) -> "WSGIApplication":
    """An app that leads short addresses on by itself; pages of ours, unknown codes and everything else are left to `app`."""

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX) or environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not CODE.fullmatch(path[3:]):
            return app(environ, start_response)
        try:
            landing = _arrive(path[3:], environ, is_colleague)
        except NotKept as error:
            NOT_LED.inc()
            log.error("visit not kept", why=str(error))
            start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "2")])
            return [BUSY]
        if landing is None or shows_page(landing):
            environ[LANDING] = landing
            return app(environ, start_response)
        start_response("302 Found", [("Location", _location(landing.target.url)), *_headers(landing)])
        return [b""]

    return serve


@lru_cache(maxsize=4096)
def _location(url: str) -> str:
    return iri_to_uri(url)


def shows_page(landing: Landing) -> bool:
    """Whether a page of ours stands between the short address and where it leads: for what we host ourselves."""
    return not landing.target.url or landing.target.kind in OUR_PAGES


def cookie_of(visitor: str) -> str:
    """The visitor's cookie: random, ours only, for a year, sent to short addresses alone."""
    secure = "; Secure" if settings().secure_cookies else ""
    return f"{COOKIE}={visitor}; Path=/r; Max-Age={YEAR}; HttpOnly; SameSite=Lax{secure}"


def visitor_in(environ: "WSGIEnvironment") -> str:
    """The visitor a request brings; "" when it brings none of ours."""
    found = _COOKIE.search(environ.get("HTTP_COOKIE", ""))
    return found.group(1) if found else ""


def _headers(landing: Landing) -> list[tuple[str, str]]:
    # Without a referrer the page it leads to learns nothing of the guide's link.
    return [
        ("Set-Cookie", cookie_of(landing.visitor)), ("Content-Length", "0"), ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff"),
    ]  # fmt: skip


def _arrive(code: str, environ: "WSGIEnvironment", is_colleague: Callable[["WSGIEnvironment"], bool]) -> Landing | None:
    brought = visitor_in(environ)
    ours = COLLEAGUE in environ.get("HTTP_COOKIE", "") and is_colleague(environ)
    counts = not ours and is_person(environ["REQUEST_METHOD"], environ)
    agent = environ.get("HTTP_USER_AGENT", "").encode("latin-1", "replace").decode("utf-8", "replace").replace("\0", "")[:200]
    arrival = Arrival(code, brought or secrets.token_hex(16), not brought, counts, agent, clock.now())
    landing = writer().arrive(arrival)
    LED[landing is not None and landing.kept].inc()
    return landing
