"""Names of places: which host is whose webview, and how product addresses and webview addresses map.

Pure text work; no network and no state.
"""

import re
from base64 import b32decode, b32encode
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from werkzeug.urls import iri_to_uri

HOST = re.compile(r"^(?P<userid>[a-z0-9_.\-]{1,64})\.webview\.localhost(?::\d+)?$", re.IGNORECASE)
CUSTOMER_HOST = re.compile(r"^(?P<name>[a-z2-7]{1,63})\.wechat\.localhost(?::\d+)?$", re.IGNORECASE)
WEB_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f\\/?#]+[^\x00-\x20\x7f\\]*", re.IGNORECASE)
LONGEST_REFERER = 4000
TAB = "__webview_tab"
AUTHORIZE = "/connect/oauth2/authorize"
OWN = "/__webview__/"


def userid_of(host: str) -> str | None:
    """The member whose webview a Host header names (`lixiaomei.webview.localhost:8100`; case is not kept)."""
    found = HOST.match(host)
    return found["userid"] if found else None


def customer_host(external_userid: str) -> str:
    """The name of a customer's webview. Host names keep no case, the ids need theirs: base32 without its padding."""
    return f"{b32encode(external_userid.encode()).decode().rstrip('=').lower()}.wechat.localhost"


def customer_of(host: str) -> str | None:
    """The external_userid whose webview a Host header names; None for every other host."""
    found = CUSTOMER_HOST.match(host)
    if found is None:
        return None
    name = found["name"].upper()
    try:
        return b32decode(name + "=" * (-len(name) % 8)).decode()
    except ValueError:
        return None


def origin_of(url: str) -> str:
    """`scheme://host[:port]` of an absolute address, lower-cased; empty when it is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_web_address(url: str) -> bool:
    """May a browser be sent there? A whole http address without spaces, control characters and backslashes."""
    if WEB_ADDRESS.fullmatch(url) is None:
        return False
    try:
        return iri_to_uri(url) != ""
    except ValueError:
        return False


def same_page(referer: str, url: str) -> bool:
    """Do both name the same page, query and hash apart? Of an address too long a browser names the origin alone."""
    if not origin_of(referer) or origin_of(referer) != origin_of(url):
        return False
    return len(url) > LONGEST_REFERER or (urlsplit(referer).path or "/") == (urlsplit(url).path or "/")


def take_tab(query: str) -> tuple[str, str]:
    """Split our tab mark off a query string: (tab id or "", the query exactly as the page wrote it)."""
    if TAB not in query:
        return "", query
    parts = query.split("&")
    tab = next((part.partition("=")[2] for part in parts if part.startswith(TAB + "=")), "")
    return tab, "&".join(part for part in parts if not part.startswith(TAB + "="))


def with_tab(path: str, tab: str) -> str:
    """The same path with the tab mark in its query; unchanged when there is no tab."""
    if not tab:
        return path
    parts = urlsplit(path)
    query = f"{parts.query}&{TAB}={tab}" if parts.query else f"{TAB}={tab}"
    return urlunsplit(parts._replace(query=query))


def with_args(path: str, **args: str) -> str:
    """The path with these query arguments set (replacing ones of the same name)."""
    parts = urlsplit(path)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in args]
    return urlunsplit(parts._replace(query=urlencode(kept + list(args.items()))))


@dataclass(frozen=True)
class Places:
    """One member's webview origin beside the product's origins.

    `seen` is the origin the product believes it has (public base URL, or the product address itself).
    """

    webview: str
    product: str
    seen: str

    def inward(self, text: str) -> str:
        """Text for the product or the platform: webview addresses become product ones, also percent-encoded."""
        if self.webview not in text and quote(self.webview, safe="") not in text:
            return text
        text = text.replace(self.webview, self.seen)
        return text.replace(quote(self.webview, safe=""), quote(self.seen, safe=""))

    def is_product(self, url: str) -> bool:
        return origin_of(url) in (self.product, self.seen)

    def outward(self, url: str) -> str:
        """An address the product or platform sends the browser to, as a path of this webview where it is one.

        Product addresses become paths; the authorize page of any platform host becomes our own, where the
        member is known; all others stay as they are.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            return url
        if not parts.netloc:
            return url
        if parts.path == AUTHORIZE:
            return urlunsplit(("", "", OWN + "authorize", parts.query, ""))
        if self.is_product(url) or origin_of(url) == self.webview:
            return urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))
        return url
