"""What people put into a 微信客服 chat: which keys each kind of message has, and the files that go with it (DOC 94670)."""

import base64
import binascii
from typing import Any

from simulator import ids, pictures
from simulator.actions.request import ImpossibleError, Wish
from simulator.world.media import Media
from simulator.world.world import World

Body = dict[str, Any]
MB = 1024 * 1024
# msgtype: (most bytes that sync_msg hands on, what stands in its place beyond that, content type)
FILES = {
    "image": (2 * MB, "[图片过大，暂不支持查看]", "image/png"),
    "voice": (2 * MB, "[语音过大，暂不支持查看]", "audio/amr"),
    "video": (10 * MB, "[视频过大，暂不支持查看]", "video/mp4"),
    "file": (20 * MB, "[文件过大，暂不支持查看]", "application/octet-stream"),
}
# One second of nothing: 50 AMR frames of type NO_DATA.
SILENCE = b"#!AMR\n" + b"\x7c" * 50
KEYS: dict[str, tuple[str, ...]] = {
    "text": ("content",),
    "location": ("latitude", "longitude"),
    "link": ("title", "url"),
    "business_card": ("userid",),
    "miniprogram": ("title", "appid", "pagepath"),
    "channels_shop_product": ("product_id", "title"),
    "channels_shop_order": ("order_id",),
    "merged_msg": ("title", "item"),
    "channels": ("sub_type", "nickname", "title"),
    "meeting": (),
    "calendar": (),
    "note": (),
}
SERVICER_KEYS = KEYS | {"msgmenu": ("head_content", "list")}


def message(wish: Wish, keys: dict[str, tuple[str, ...]]) -> tuple[str, Body]:
    """msgtype and body of what she writes: {content} or {msgtype, body}; a file is {media_id}, {content_base64, filename}
    or, for image and voice, nothing at all (a drawn picture, a second of silence)."""
    msgtype = wish.text("msgtype", "text")
    if msgtype == "text" and "content" in wish.body:
        return "text", {"content": wish.text("content")}
    body = wish.mapping("body")
    if msgtype in FILES:
        return _file(wish.world, msgtype, body)
    if msgtype not in keys:
        raise ImpossibleError(f"msgtype is one of {', '.join([*FILES, *keys])}", 400)
    missing = [key for key in keys[msgtype] if key not in body]
    if missing:
        example = ", ".join(f'"{key}": …' for key in keys[msgtype])
        raise ImpossibleError(f'the body of {msgtype} looks like {{"msgtype": "{msgtype}", "body": {{{example}}}}}', 400)
    return msgtype, body


def _file(world: World, msgtype: str, body: Body) -> tuple[str, Body]:
    media = _media(world, msgtype, body)
    most, words, _ = FILES[msgtype]
    if len(media.content) > most:
        return "text", {"content": words}
    return msgtype, {"media_id": media.media_id}


def _media(world: World, msgtype: str, body: Body) -> Media:
    if body.get("media_id"):
        known = world.state.files.find_alive(str(body["media_id"]), world.now)
        if known is None or known.type != msgtype:
            raise ImpossibleError(f"there is no live {msgtype} with this media_id", 404)
        return known
    content = _bytes(world, msgtype, body)
    media_id = ids.media_id(world.rng)
    filename = str(body.get("filename") or f"{msgtype}_{world.seconds}.{FILES[msgtype][2].rpartition('/')[2]}")
    media = Media(media_id, msgtype, filename, FILES[msgtype][2], world.seconds, content)
    world.state.files.media[media_id] = media
    return media


def _bytes(world: World, msgtype: str, body: Body) -> bytes:
    if "content_base64" in body:
        try:
            return base64.b64decode(str(body["content_base64"]), validate=True)
        except binascii.Error as error:
            raise ImpossibleError(f"content_base64 is not base64: {error}", 400) from error
    if msgtype == "image":
        return pictures.avatar(ids.kf_msgid(world.rng))
    if msgtype == "voice":
        return SILENCE
    raise ImpossibleError(f'a {msgtype} needs its bytes: {{"body": {{"filename": "a.mp4", "content_base64": "…"}}}}', 400)
