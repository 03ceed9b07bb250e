"""What is decided about tracked links (素材雷达): who counts as a reader, where a link may lead, what it lets us tag. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from content_library.models import ItemKind

CODE = re.compile(r"[0-9A-Za-z]{10}")
SAME_VISIT = timedelta(minutes=30)
# WeChat may fetch a page twice within a breath, the second time without the cookie the first one brought.
ECHO = timedelta(seconds=5)
TELL_AGAIN = timedelta(minutes=10)
# `told_at` of a visit whose effects are done without a notice: so long ago that it keeps no other notice back.
NOBODY = datetime(1970, 1, 1, tzinfo=UTC)
TAG_MARK = re.compile(r"标签[:：]\s*(.+)")
TAG_TIMES, TAG_DAYS = 2, 7
MOST_SECONDS_AT_ONCE = 30
LONGEST_URL = 2048

# Kinds whose page stands with us, so that the time spent on it can be measured; the others' pages belong to somebody else.
OUR_PAGES = frozenset({ItemKind.IMAGE, ItemKind.LOOK, ItemKind.COUPON})

_MACHINES = re.compile(
    r"bot\b|bot/|spider|crawl|slurp|preview|prerender|prefetch|scan(?:ner|ning)?\b|monitor|headless|phantomjs|lighthouse"
    r"|wechatdevtools|facebookexternalhit|embedly|python|curl|wget|libwww|go-http|java/|okhttp|httpclient|axios|node-fetch"
    r"|postman|scrapy|\bphp/|ruby|dalvik.*\bhttp|tencent.*(?:security|check)|qqsafe|urlsafe|safedog|cloudflare",
    re.IGNORECASE,
)
# A maker of telephones whose name ends like a machine's.
_TELEPHONES = re.compile(r"cubot", re.IGNORECASE)
_BROWSER = re.compile(r"Mozilla/|Opera/", re.IGNORECASE)
_LOOKS_AHEAD = re.compile(r"prefetch|preview|prerender", re.IGNORECASE)
_AHEAD = ("HTTP_PURPOSE", "HTTP_SEC_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


@lru_cache(maxsize=4096)
def _is_browser(agent: str) -> bool:
    return bool(_BROWSER.match(agent)) and not _MACHINES.search(_TELEPHONES.sub("", agent))


def is_person(method: str, headers: Mapping[str, Any]) -> bool:
    """Whether a request (its headers as in a WSGI environ) is somebody reading: not a bot, a previewer or a prefetch."""
    if method != "GET" or any(_LOOKS_AHEAD.search(str(headers[name])) for name in _AHEAD if name in headers):
        return False
    return _is_browser(str(headers.get("HTTP_USER_AGENT", "")))


def short_address(base: str, code: str) -> str:
    """The address that is sent: `base` is the public address of this installation."""
    return f"{base}/r/{code}"


def target_of(kind: ItemKind, body: Mapping[str, Any]) -> str | None:
    """Where a tracked link of such an item leads: its own address, "" for a page of ours, None for what is no link."""
    if kind in {ItemKind.LINK, ItemKind.ARTICLE, ItemKind.COUPON}:
        return str(body.get("url", ""))
    return "" if kind in OUR_PAGES else None


def problem_of_target(url: str) -> str | None:
    """Why nobody may be led to this address; None when it is fine. An empty one means a page of ours."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        # Asked for, because only then a port that is none and a host that is no name are told.
        _, host = parts.port, (parts.hostname or "").encode("idna")
    except ValueError:
        return "链接写得不对，请核对网址"
    if parts.scheme not in {"http", "https"} or not host:
        return "链接要以 http:// 或 https:// 开头"
    if parts.username is not None:
        return "链接里不要带 @ 前的账号"
    if len(url) > LONGEST_URL:
        return f"链接太长，最多 {LONGEST_URL} 个字符"
    return "链接里有空格或看不见的字符" if any(c.isspace() or not c.isprintable() for c in url) else None


def tags_wished(tags: Sequence[str]) -> list[str]:
    """The corp tags an item asks for by its own tags: "标签:喜欢长款" gives 喜欢长款."""
    found = [match.group(1).strip() for tag in tags if (match := TAG_MARK.fullmatch(tag.strip()))]
    return [name for name in dict.fromkeys(found) if name]


def seconds_added(claimed: int, so_far: int, first_at: datetime, last_at: datetime, at: datetime) -> int:
    """How many seconds of reading a page's report adds to `so_far`: never more than went by since the last word of it, and
    all together never more than since the visit began, however often it reports.
    """
    went_by, in_all = ceil((at - last_at).total_seconds()), int((at - first_at).total_seconds())
    return max(0, min(claimed, went_by, in_all - so_far, MOST_SECONDS_AT_ONCE))
