"""What is decided at the open door: what a request signs, how old it may be, which addresses we call, when we try again. Pure."""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

SCOPES = {
    "members": "写会员资料",
    "orders": "写订单",
    "visits": "写到店",
    "tags": "读写标签",
    "customers": "读客户资料",
    "changes": "读变动",
}
KINDS = {
    "customer.changed": "客户资料变动",
    "customer.erased": "客户要求删除资料",
    "tags.changed": "标签变动",
    "stage.changed": "分层变动",
}
# Whoever hears anything of customers keeps something of them, so each address hears this (个人信息保护法第四十七条).
ERASED = "customer.erased"
PING = "ping"
WINDOW = timedelta(minutes=5)
SHORTEST_NONCE, LONGEST_NONCE, LONGEST_ONCE = 8, 64, 80
MAX_NAME, MAX_URL, MAX_HOST = 60, 500, 253
HOST_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
# An IPv4 address in the last 32 bits: NAT64 (RFC 6052) and the old IPv4-compatible form.
CARRIERS = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
# What the internet's IPv6 addresses lie in; beyond it are site-local ones, local NAT64 and the like.
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# What Python takes for usual ones: the anycast address of 6to4 relays, those kept for protocols, and documentation's (RFC 9637).
UNUSUAL = (
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("3fff::/20"),
)
# 10 s, 30 s, 90 s … then every two hours: eighteen attempts take about a day.
# What an address refuses by itself, five times in about seven minutes, would be refused for the rest of the day too.
FIRST_WAIT, LONGEST_WAIT, MAX_ATTEMPTS = timedelta(seconds=10), timedelta(hours=2), 18
MAX_REFUSALS, NOT_NOW = 5, (408, 425, 429)


def digest_of(body: bytes) -> str:
    """The SHA-256 of a body, in hex."""
    return hashlib.sha256(body).hexdigest()


def said(method: str, address: str, timestamp: str, nonce: str, digest: str) -> str:
    """What a request signs: five lines. `address` is the path with its query as sent."""
    return "\n".join((method.upper(), address, timestamp, nonce, digest))


def sign(secret: str, text: str) -> str:
    """HMAC-SHA256 in hex."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_signed(secret: str, text: str, signature: str) -> bool:
    """Whether the signature is right; takes the same time either way."""
    return hmac.compare_digest(sign(secret, text).encode(), signature.lower().encode())


def is_fresh(timestamp: str, now: float) -> bool:
    """Whether a request's unix seconds lie within five minutes of now, either way."""
    return (
        timestamp.isascii()
        and timestamp.isdecimal()
        and len(timestamp) <= 12
        and abs(now - int(timestamp)) <= WINDOW.total_seconds()
    )


def is_refusal(status: int) -> bool:
    """Whether an HTTP status refuses this telling for what it is (4xx), rather than asking for patience."""
    return 400 <= status < 500 and status not in NOT_NOW


def wait_before_retry(attempts: int, refusals: int = 0) -> timedelta | None:
    """How long to wait after a failed attempt, `refusals` of them refused (4xx); None: it is dead."""
    if attempts >= MAX_ATTEMPTS or refusals >= MAX_REFUSALS:
        return None
    tripled = 3 ** min(max(0, attempts - 1), 10)
    return min(timedelta(seconds=FIRST_WAIT.total_seconds() * tripled), LONGEST_WAIT)


def address_problem(url: str, private: bool) -> str:
    """What is wrong with an address we are to call, in Chinese; "" when it may be tried. `private`: our network is allowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "网址不对，请检查端口"
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or parts.fragment or not url.isascii():
        return "请填完整的网址，如 https://crm.example.com/hook"
    if " " in url or not url.isprintable() or not _is_host(parts.hostname):
        return "网址里的域名不对，请检查有没有多写的点、空格或符号"
    if len(url) > MAX_URL:
        return f"网址最多 {MAX_URL} 个字"
    if not private and (parts.scheme != "https" or port not in (None, 443, 8443)):
        return "只能用 https，端口 443 或 8443"
    return ""


def _is_host(host: str) -> bool:
    """An IP address, or a name whose labels have 1 to 63 characters: a resolver raises UnicodeError on others."""
    if ":" in host:
        return True  # urlsplit has checked what stands in brackets
    return len(host) <= MAX_HOST and all(HOST_LABEL.fullmatch(label) for label in host.split("."))


def is_outside(address: str) -> bool:
    """Whether an IP address is one of the internet: not ours, not this machine's, not a cloud's metadata.

    One that carries an IPv4 address (mapped, compatible, 6to4, NAT64) is judged by that.
    """
    found = ipaddress.ip_address(address)
    if any(found in network for network in UNUSUAL):
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not found.is_multicast
    carried = found.ipv4_mapped or found.sixtofour
    if carried is None and any(found in network for network in CARRIERS):
        carried = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
    if carried is not None:
        return is_outside(str(carried))
    return found.is_global and found in GLOBAL_UNICAST


def key_problems(name: str, scopes: Sequence[str]) -> dict[str, str]:
    """What is wrong with a new key, by field."""
    problems = {}
    if not 1 <= len(name) <= MAX_NAME:
        problems["name"] = f"请写明给哪个系统用，最多 {MAX_NAME} 字"
    if not scopes or set(scopes) - set(SCOPES):
        problems["scopes"] = "请至少选一项权限"
    return problems


def webhook_problems(name: str, url: str, kinds: Sequence[str], private: bool) -> dict[str, str]:
    """What is wrong with a webhook, by field."""
    problems = {}
    if not 1 <= len(name) <= MAX_NAME:
        problems["name"] = f"请写明通知谁，最多 {MAX_NAME} 字"
    if wrong := address_problem(url, private):
        problems["url"] = wrong
    if not kinds or set(kinds) - set(KINDS):
        problems["kinds"] = "请至少选一种变动"
    return problems
