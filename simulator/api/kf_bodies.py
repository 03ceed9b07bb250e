"""The bodies of messages to 微信客服 customers: what each msgtype needs and how long it may be (DOC 94677, 95122)."""

from collections.abc import Callable
from typing import Any

from simulator.api.call import Call, integer, mapping, mappings, text
from simulator.api.message_bodies import CHECKS as APP_CHECKS
from simulator.api.message_bodies import check_image, check_media
from simulator.errors import ApiError

Body = dict[str, Any]
Check = Callable[[Call, Body], Body]
MOST_ITEMS, MOST_BUTTONS = 50, 10


def checked(call: Call, allowed: tuple[str, ...] = ()) -> tuple[str, Body]:
    """msgtype and body of the call; 40008 for a type that is unknown or not among those allowed."""
    msgtype = text(call.body, "msgtype", missing=40008)
    check = CHECKS.get(msgtype)
    if check is None or (allowed and msgtype not in allowed):
        raise ApiError(40008)
    return msgtype, check(call, mapping(call.body, msgtype))


def _video(call: Call, body: Body) -> Body:
    return check_media(call, body, "video")


def _link(call: Call, body: Body) -> Body:
    text(body, "title", missing=41016, max_bytes=128)
    text(body, "desc", max_bytes=512)
    _address(text(body, "url", missing=41010, max_bytes=2048))
    return _with_thumb(call, body)


def _miniprogram(call: Call, body: Body) -> Body:
    text(body, "appid", missing=40063)
    text(body, "title", max_bytes=64)
    text(body, "pagepath", missing=40063)
    return _with_thumb(call, body)


def _with_thumb(call: Call, body: Body) -> Body:
    check_image(call, {"media_id": text(body, "thumb_media_id", missing=41006)})
    return body


def _location(call: Call, body: Body) -> Body:
    text(body, "name")
    text(body, "address")
    for key, most in (("latitude", 90), ("longitude", 180)):
        value = body.get(key)
        if value is None:
            raise ApiError(40063)
        if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
            raise ApiError(40058, f"{key} is malformed")
    return body


def _ca_link(call: Call, body: Body) -> Body:
    """The address of a 获客链接 of this corp."""
    if not text(body, "link_url", missing=41010).startswith(f"{call.world.base_url}/ca/"):
        raise ApiError(40094)
    return body


def _msgmenu(call: Call, body: Body) -> Body:
    """95008 too many items (50; 10 that can be clicked), 95009 a kind of item there is not."""
    text(body, "head_content", max_bytes=1024)
    text(body, "tail_content", max_bytes=1024)
    items = mappings(body, "list")
    buttons = [each for each in items if each.get("type") != "text"]
    if len(items) > MOST_ITEMS or len(buttons) > MOST_BUTTONS:
        raise ApiError(95008)
    if not items and not body.get("head_content"):
        raise ApiError(40063)
    for item in items:
        _menu_item(item)
    return body


def _menu_item(item: Body) -> None:
    kind = text(item, "type", missing=95009)
    lengths = ITEMS.get(kind)
    if lengths is None:
        raise ApiError(95009)
    inside = mapping(item, kind)
    for key, (needed, most) in lengths.items():
        text(inside, key, missing=40063 if needed else 0, max_bytes=most)
    if kind == "text" and integer(inside, "no_newline") not in (0, 1):
        raise ApiError(40058)


def _address(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise ApiError(40094)


# kind of menu item: {key: (needed, most bytes)}
ITEMS: dict[str, dict[str, tuple[bool, int]]] = {
    "click": {"id": (False, 128), "content": (True, 128)},
    "view": {"url": (True, 2048), "content": (True, 1024)},
    "miniprogram": {"appid": (True, 32), "pagepath": (True, 1024), "content": (True, 1024)},
    "text": {"content": (True, 256)},
}
CHECKS: dict[str, Check] = {
    **{kind: APP_CHECKS[kind] for kind in ("text", "image", "voice", "file")},
    "video": _video,
    "link": _link,
    "miniprogram": _miniprogram,
    "msgmenu": _msgmenu,
    "location": _location,
    "ca_link": _ca_link,
}
