"""The bodies of application messages other than cards: what each msgtype needs and how long it may be (DOC 90236)."""

from collections.abc import Callable
from typing import Any

from simulator.api.call import Call, mappings, text
from simulator.errors import ApiError


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
}
