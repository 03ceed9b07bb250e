"""Every person's webview as a web address: `<userid>.webview.localhost` is the product seen inside WeCom, a customer's
`<base32>.wechat.localhost` the product seen inside WeChat on a phone.

A reverse proxy with the person's cookies and User-Agent; it must not change what the product says
beyond what makes its pages run in a frame.
"""

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Protocol
from urllib.parse import quote

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from simulator.webview import markup, upstream
from simulator.webview.addresses import OWN, Places, customer_of, origin_of, take_tab, userid_of, with_tab
from simulator.webview.doors import Doors
from simulator.webview.notices import not_a_member, product_silent, too_many_pages
from simulator.webview.tabs import Tabs
from simulator.world.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAPPED_BODIES = ("application/x-www-form-urlencoded", "application/json")
MAPPED_BODY_LIMIT = 1024 * 1024
REDIRECTS = ("location", "hx-redirect", "hx-location")
NOT_SENT_ON = upstream.HOP_BY_HOP | {
    "host", "cookie", "user-agent", "accept-encoding", "content-length", "origin", "referer",
    "if-none-match", "if-modified-since", "sec-fetch-site", "sec-fetch-dest",
    "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform",
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
}  # fmt: skip
NOT_SENT_BACK = {
    "set-cookie", "x-frame-options", "strict-transport-security", "cross-origin-opener-policy", "alt-svc",
    "content-security-policy", "content-security-policy-report-only",
}  # fmt: skip


class Settings(Protocol):
    """Where the product listens, and the address it believes it has (empty when that is the same)."""

    @property
    def product_url(self) -> str: ...

    @property
    def public_url(self) -> str: ...


def wrap_wsgi(app: "WSGIApplication", world: World, settings: Settings) -> "WSGIApplication":
    """`app` for its own hosts, a person's webview for `<userid>.webview.localhost[:port]` and customers' hosts."""
    webview = Webview(app, world, settings)

    def dispatch(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        userid, customer = userid_of(host), customer_of(host)
        if customer is not None:
            return webview.serve_customer(Request(environ), customer)(environ, start_response)
        if userid is None:
            return app(environ, start_response)
        return webview.serve_member(Request(environ), userid)(environ, start_response)

    return dispatch


class Webview:
    """All members' webviews in front of one product."""

    def __init__(self, app: "WSGIApplication", world: World, settings: Settings) -> None:
        self._world = world
        self._tabs = Tabs(world.windows.version)
        self._doors = Doors(world, Client(app, use_cookies=False), self._tabs)
        self._settings = settings

    def serve_member(self, request: Request, host_userid: str) -> Response:
        with self._world.lock:
            member = self._world.member(host_userid)
        return self._serve(request, member.userid) if member else not_a_member(host_userid)

    def serve_customer(self, request: Request, external_userid: str) -> Response:
        with self._world.lock:
            known = self._world.state.customers.find(external_userid) is not None
        if not known:
            return not_a_member(external_userid)
        self._tabs.hold(external_userid, "wechat")
        return self._serve(request, external_userid)

    def _serve(self, request: Request, person: str) -> Response:
        product = origin_of(self._settings.product_url)
        seen = origin_of(self._settings.public_url) if self._settings.public_url else product
        places = Places(f"http://{request.host}".lower(), product, seen)
        if request.path.startswith(OWN):
            return self._doors.serve(request, person, places, request.path.removeprefix(OWN))
        return self._hand_on(request, person, places)

    def _hand_on(self, request: Request, userid: str, places: Places) -> Response:
        tab, query = take_tab(request.query_string.decode("latin-1"))
        target = request.environ.get("RAW_URI", "").partition("?")[0] or quote(request.path)
        target += f"?{places.inward(query)}" if query else ""
        jar = self._tabs.jar(userid)
        headers = _headers_in(request, places, jar.header(request.path, request.headers.get("Cookie", "")))
        headers.append(("User-Agent", self._tabs.user_agent(userid)))
        seats = self._world.seats
        if not seats.take("webview"):
            return too_many_pages(seats.most["webview"])
        response = None
        try:
            body, length = _body(request, places)
            answer = upstream.ask(places.product, request.method, target, headers, body, length)
            jar.keep((value for name, value in answer.headers if name.lower() == "set-cookie"), request.path)
            response = self._hand_back(request, answer, userid, places, tab)
            # A page that streams holds its thread until it is closed.
            response.call_on_close(lambda: seats.leave("webview"))
            return response
        except upstream.UnreachableError as error:
            return product_silent(places.product, str(error))
        finally:
            if response is None:
                seats.leave("webview")

    def _hand_back(self, request: Request, answer: upstream.Answer, userid: str, places: Places, tab: str) -> Response:
        csp = answer.header("content-security-policy")
        response = Response(status=answer.status)
        response.headers.clear()
        for name, value in answer.headers:
            if name.lower() in REDIRECTS:
                response.headers.add(name, _redirect_out(value, places, tab))
            elif name.lower() not in NOT_SENT_BACK:
                response.headers.add(name, value)
        if csp:
            response.headers["Content-Security-Policy"] = markup.framed_csp(csp, places)
        if not answer.header("content-type").startswith("text/html") or request.method == "HEAD":
            response.response = answer.stream()
            return response
        body = markup.relink(answer.read(), places)
        if request.headers.get("Sec-Fetch-Dest", "document") in ("document", "iframe"):
            body = markup.inject(body, markup.bridge_tag(tab, self._tabs.user_agent(userid), csp))
            response.headers["Cache-Control"] = "no-store"
        response.set_data(body)
        return response


def _body(request: Request, places: Places) -> tuple[IO[bytes] | bytes, int | None]:
    """The body and its length (None: chunked). Small forms and JSON are mapped, files stream through untouched."""
    length = request.content_length
    if request.mimetype in MAPPED_BODIES and length is not None and length < MAPPED_BODY_LIMIT:
        # latin-1 both ways: bytes that are no text pass unharmed
        body = places.inward(request.get_data().decode("latin-1")).encode("latin-1")
        return body, len(body)
    chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    return request.stream, None if chunked else length or 0


def _headers_in(request: Request, places: Places, cookies: str) -> list[tuple[str, str]]:
    """What the product gets: its own host, no trace of the frame (a real webview is a top window)."""
    headers = [(name, value) for name, value in request.headers.items() if name.lower() not in NOT_SENT_ON]
    headers += [
        ("Host", places.seen.partition("://")[2]),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]
    for name in ("Origin", "Referer"):
        if value := request.headers.get(name):
            headers.append((name, places.inward(value)))
    if dest := request.headers.get("Sec-Fetch-Dest"):
        framed = dest == "iframe"
        site = request.headers.get("Sec-Fetch-Site", "none")
        headers.append(("Sec-Fetch-Dest", "document" if framed else dest))
        headers.append(("Sec-Fetch-Site", "none" if framed and site != "same-origin" else site))
    if cookies:
        headers.append(("Cookie", cookies))
    if places.seen.startswith("https:"):
        headers.append(("X-Forwarded-Proto", "https"))
    return headers


def _redirect_out(url: str, places: Places, tab: str) -> str:
    target = places.outward(url)
    return with_tab(target, tab) if target.startswith("/") and not target.startswith("//") else target
