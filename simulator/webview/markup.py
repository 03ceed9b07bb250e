"""What we change in the product's pages so that they run in our webview: bridge script, framing rules, links.

Pure text work. Only whole documents get the bridge; fragments fetched by scripts are left alone.
"""

import re
from html import escape

from simulator.webview.addresses import AUTHORIZE, OWN, Places

HEAD = re.compile(rb"<head(?:\s[^>]*)?>", re.IGNORECASE)
DOCUMENT = re.compile(rb"<!doctype html[^>]*>|<html(?:\s[^>]*)?>", re.IGNORECASE)
NONCE = re.compile(r"'nonce-([A-Za-z0-9+/_=-]+)'")
LINKS = r"(?P<lead>\s(?:href|src|action|formaction|hx-(?:get|post|put|patch|delete))=[\"'])"
AUTHORIZE_LINKS = re.compile((LINKS + r"https?://[^/\"']+" + re.escape(AUTHORIZE)).encode())


def bridge_tag(tab: str, user_agent: str, csp: str) -> str:
    """The script element that puts a page inside WeCom; it carries the page's CSP nonce when there is one."""
    found = NONCE.search(csp)
    nonce = f' nonce="{escape(found[1])}"' if found else ""
    return (
        f'<script src="{OWN}bridge.js?tab={escape(tab)}" data-tab="{escape(tab)}"'
        f' data-user-agent="{escape(user_agent)}"{nonce}></script>'
    )


def inject(body: bytes, tag: str) -> bytes:
    """The document with `tag` as the first child of its head; `body` itself when it is not a whole document."""
    head = HEAD.search(body)
    starts = [head] if head else list(DOCUMENT.finditer(body[:4096]))
    if not starts:
        return body
    end = starts[-1].end()
    return body[:end] + tag.encode() + body[end:]


def relink(body: bytes, places: Places) -> bytes:
    """Links, forms and sources that name the product (or the authorize page) stay inside the webview.

    Other attributes and texts keep the product's address: a link handed to a customer must be the real one.
    """
    for origin in {places.product, places.seen}:
        pattern = re.compile((LINKS + re.escape(origin) + r"(?:/|(?=[\"'?#]))").encode())
        body = pattern.sub(lambda found: found["lead"] + b"/", body)
    return AUTHORIZE_LINKS.sub(lambda found: found["lead"] + f"{OWN}authorize".encode(), body)


def framed_csp(csp: str, places: Places) -> str:
    """The policy without frame-ancestors (our page frames the product), product origins as the webview's."""
    rules = [rule.strip() for rule in csp.split(";")]
    kept = "; ".join(rule for rule in rules if rule and not rule.lower().startswith("frame-ancestors"))
    for origin in {places.product, places.seen}:
        kept = kept.replace(origin, places.webview)
    return kept
