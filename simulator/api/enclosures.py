"""What may be enclosed in a welcome or a 企业群发: image, link, miniprogram, video, file (DOC 92137, 92135)."""

from collections.abc import Callable
from typing import Any

from simulator.api.call import Call, mapping, text
from simulator.errors import ApiError, wrong_json

MOST_ENCLOSED = 9
MOST_TEXT = 4000


def content_of(call: Call) -> str:
    """text.content; empty when there is none, 45002 over 4000 bytes."""
    content = text(mapping(call.body, "text"), "content")
    if len(content.encode()) > MOST_TEXT:
        raise ApiError(45002)
    return content


def enclosed(call: Call) -> list[tuple[str, dict[str, Any]]]:
    """(msgtype, body) of each attachment; 41064 over nine, 41065 of an unknown kind."""
    attachments = call.body.get("attachments") or []
    if not isinstance(attachments, list):
        raise wrong_json()
    if len(attachments) > MOST_ENCLOSED:
        raise ApiError(41064)
    return [line for attachment in attachments if (line := _attachment(call, attachment))]


def _attachment(call: Call, attachment: Any) -> tuple[str, dict[str, Any]] | None:
    """One attachment; a part of the wrong JSON type is left out and the answer warns, as the platform does."""
    if not isinstance(attachment, dict):
        raise wrong_json()
    msgtype = attachment.get("msgtype")
    check = CHECKS.get(str(msgtype))
    if check is None:
        raise ApiError(41065)
    body = attachment.get(str(msgtype))
    if not isinstance(body, dict):
        call.warned = True
        return None
    check(call, body)
    return str(msgtype), body


def _media(call: Call, media_id: str, kind: str) -> None:
    media = call.state.files.find_alive(media_id, call.world.now)
    if media is None or media.type != kind:
        raise ApiError(40007)


def _image(call: Call, body: dict[str, Any]) -> None:
    """media_id wins; pic_url must be one that media/uploadimg gave."""
    media_id = text(body, "media_id")
    if media_id:
        _media(call, media_id, "image")
        return
    prefix = f"{call.world.base_url}/files/"
    url = text(body, "pic_url", missing=41006)
    if not url.startswith(prefix) or url.removeprefix(prefix) not in call.state.files.images:
        raise ApiError(40094)


def _link(call: Call, body: dict[str, Any]) -> None:
    text(body, "title", missing=41016, max_bytes=128)
    text(body, "desc", max_bytes=512)
    if not text(body, "url", missing=41010, max_bytes=2048).startswith(("http://", "https://")):
        raise ApiError(40094)
    text(body, "picurl", max_bytes=2048)


def _miniprogram(call: Call, body: dict[str, Any]) -> None:
    text(body, "title", missing=41016, max_bytes=64)
    text(body, "appid", missing=40063)
    text(body, "page", missing=40063)
    _media(call, text(body, "pic_media_id", missing=41006), "image")


def _video(call: Call, body: dict[str, Any]) -> None:
    _media(call, text(body, "media_id", missing=41006), "video")


def _file(call: Call, body: dict[str, Any]) -> None:
    _media(call, text(body, "media_id", missing=41006), "file")


CHECKS: dict[str, Callable[[Call, dict[str, Any]], None]] = {
    "image": _image,
    "link": _link,
    "miniprogram": _miniprogram,
    "video": _video,
    "file": _file,
}
