"""The bodies of application messages other than cards: what each msgtype needs and how long it may be (DOC 90236)."""

import re
from collections.abc import Callable
from typing import Any

from simulator.api.call import Call, boolean, mappings, text
from simulator.errors import ApiError, wrong_json

MPNEWS_BYTES = 666 * 1024
MINI_PROGRAM = re.compile(r"wx\w{1,62}", re.ASCII)


def check_text(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Over 2048 bytes is cut, not refused."""
    content = text(body, "content", missing=44004)
    raw = content.encode()
    return body if len(raw) <= 2048 else {**body, "content": raw[:2048].decode("utf-8", "ignore")}


def check_media(call: Call, body: dict[str, Any], kind: str) -> dict[str, Any]:
    media = call.state.files.find_alive(text(body, "media_id", missing=41006), call.world.now)
    if media is None or media.type != kind:
        raise ApiError(40007)
    return body


def check_image(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    return check_media(call, body, "image")


def check_voice(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    return check_media(call, body, "voice")


def check_file(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    return check_media(call, body, "file")


def check_video(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    text(body, "title", max_bytes=128)
    text(body, "description", max_bytes=512)
    return check_media(call, body, "video")


def check_textcard(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    text(body, "title", missing=41016, max_chars=128)
    text(body, "description", missing=41033, max_chars=512)
    _address(text(body, "url", missing=41010, max_bytes=2048))
    text(body, "btntxt", max_chars=4)
    return body


def check_news(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    articles = mappings(body, "articles")
    if not 1 <= len(articles) <= 8:
        raise ApiError(45008)
    for article in articles:
        text(article, "title", missing=41016, max_bytes=128)
        text(article, "description", max_bytes=512)
        url = text(article, "url", max_bytes=2048)
        if url:
            _address(url)
        elif not (text(article, "appid") and text(article, "pagepath", max_bytes=128)):
            raise ApiError(41010)
        text(article, "picurl", max_bytes=2048)
    return body


def check_markdown(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    if len(text(body, "content", missing=44004).encode()) > 2048:
        raise ApiError(45002)
    return body


def check_mpnews(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The picture is temporary media; the content is html of 666 KB at most."""
    articles = mappings(body, "articles")
    if not 1 <= len(articles) <= 8:
        raise ApiError(45008)
    for article in articles:
        text(article, "title", missing=41016, max_bytes=128)
        check_media(call, {"media_id": text(article, "thumb_media_id", missing=41006)}, "image")
        text(article, "author", max_bytes=64)
        if text(article, "content_source_url"):
            _address(str(article["content_source_url"]))
        if len(text(article, "content", missing=44004).encode()) > MPNEWS_BYTES:
            raise ApiError(45002)
        text(article, "digest", max_bytes=512)
    return body


def check_miniprogram_notice(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Its own errcodes (90200 to 90208); which mini programs the corp has linked nobody asks here."""
    if not MINI_PROGRAM.fullmatch(text(body, "appid", missing=90200)):
        raise ApiError(90207)
    if len(text(body, "page").encode()) > 1024:
        raise ApiError(90204)
    _between(call, text(body, "title", missing=41016), 4, 12)
    if text(body, "description"):
        _between(call, text(body, "description"), 4, 12)
    boolean(body, "emphasis_first_item", False)
    items = mappings(body, "content_item")
    if len(items) > 10:
        raise ApiError(90201)
    for item in items:
        _filled(item, "key", 10, 90202)
        _filled(item, "value", 30, 90203)
    return body


def _between(call: Call, words: str, least: int, most: int) -> None:
    if call.world.limits.strict_text and not least <= len(words) <= most:
        raise ApiError(40058, f"a text of {least} to {most} characters is needed")


def _filled(item: dict[str, Any], key: str, most: int, code: int) -> None:
    value = item.get(key)
    if value is not None and not isinstance(value, str):
        raise wrong_json()
    if not value or len(value) > most:
        raise ApiError(code)


def _address(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise ApiError(40094)


CHECKS: dict[str, Callable[[Call, dict[str, Any]], dict[str, Any]]] = {
    "text": check_text,
    "image": check_image,
    "voice": check_voice,
    "video": check_video,
    "file": check_file,
    "textcard": check_textcard,
    "news": check_news,
    "markdown": check_markdown,
    "mpnews": check_mpnews,
    "miniprogram_notice": check_miniprogram_notice,
}
