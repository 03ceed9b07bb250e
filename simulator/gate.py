"""The first door of every request: whom it may call itself for (Host) and which pages may use /_control and the bridge.

A page on the internet can make a browser send requests here; it must neither act nor read. The platform's API is open to
everybody who has a token, and what only shows pictures and pages may be linked from anywhere.
"""

import ipaddress
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GUARDED = ("/_control/", "/_client/")
# Their own secret stands in the query; tools and products call them from anywhere.
UNGUARDED = ("/cgi-bin/",)
READING = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})


def guard(app: "WSGIApplication", hosts: Sequence[str]) -> "WSGIApplication":
    """`app` behind the door; `hosts` are the names it may be called by besides this machine's own."""
    known = frozenset(each.lower().rstrip(".") for each in hosts)

    def open_door(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        host = str(environ.get("HTTP_HOST", ""))
        if not is_known(host, known):
            why = f"this simulator is not called {host[:100] or 'nothing'}; start it with --allow-host to let it be called so"
            return _refuse("421 Misdirected Request", why, start_response)
        if _is_guarded(environ) and not _is_from_here(environ, host):
            why = "pages of other addresses may not use the simulator; open its own page, for example http://127.0.0.1:8100/"
            return _refuse("403 Forbidden", why, start_response)
        return app(environ, start_response)

    return open_door


def is_known(host: str, known: frozenset[str]) -> bool:
    """This machine under any of its names, or a name of the settings; ports are not compared (one may be forwarded)."""
    name = _name_of(host)
    if name in known or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _name_of(host: str) -> str:
    """A Host header without its port and the brackets of IPv6."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().rstrip(".")


def _is_guarded(environ: "WSGIEnvironment") -> bool:
    """The control plane and the bridge whatever the method, and whatever changes something elsewhere (a scan, a tap on a link).

    Hosts of webviews are the product's, which guards itself; the bridge there looks at Origin by itself.
    """
    path = str(environ.get("PATH_INFO", ""))
    name = _name_of(str(environ.get("HTTP_HOST", "")))
    if name.endswith((".webview.localhost", ".wechat.localhost")):
        return False
    changes = environ["REQUEST_METHOD"] not in READING and not path.startswith(UNGUARDED)
    return changes or f"{path}/".startswith(GUARDED)


def _is_from_here(environ: "WSGIEnvironment", host: str) -> bool:
    """Its own pages, and whatever is no page: a browser says where a request comes from, other clients say nothing."""
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower()):
        return False
    return environ.get("HTTP_SEC_FETCH_SITE", "none") in OWN_SITES


def _refuse(status: str, why: str, start_response: "StartResponse") -> list[bytes]:
    body = json.dumps({"error": why}, ensure_ascii=False).encode("utf-8", "replace")
    start_response(status, [("Content-Type", "application/json; charset=utf-8"), ("X-Content-Type-Options", "nosniff")])
    return [body]
