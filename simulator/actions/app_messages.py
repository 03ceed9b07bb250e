"""What a member sends to an app beside texts: pictures, voice, film, places, links, scans, choices from menus."""

import hashlib
from typing import Any

from simulator import film, ids, pictures, speech
from simulator.actions.app_chat import remember, who
from simulator.actions.request import ImpossibleError, Wish
from simulator.callbacks import app_events, xml
from simulator.callbacks.app_events import Parts
from simulator.world.apps import App
from simulator.world.media import Media
from simulator.world.people import Member

MADE = {"image": ("photo.png", "image/png"), "voice": ("voice.amr", "audio/amr"), "video": ("film.mp4", "video/mp4")}
PICTURE_BUTTONS = frozenset({"pic_sysphoto", "pic_photo_or_album", "pic_weixin"})
SHOP = {"latitude": "31.19503", "longitude": "121.43752", "label": "上海市徐汇区虹桥路1号"}


def sends(wish: Wish) -> dict[str, Any]:
    """{msgtype: image | voice | video} with the media_id of a living file or a made one; location; link."""
    member, app = who(wish)
    msgtype = wish.text("msgtype")
    if msgtype in MADE:
        return _media(wish, member, app, msgtype)
    if msgtype == "location":
        return {"event_id": _place_message(wish, member, app)}
    if msgtype != "link":
        example = '{"userid": "lixiaomei", "msgtype": "image"}'
        raise ImpossibleError(f"msgtype is image, voice, video, location or link, for example {example}", 400)
    body = {key: wish.text(key, "") for key in ("title", "description", "picurl")} | {"url": wish.text("url")}
    remember(wish, member, app, "link", body)
    parts: Parts = [
        ("Title", body["title"]), ("Description", body["description"]), ("Url", body["url"]), ("PicUrl", body["picurl"]),
    ]  # fmt: skip
    return {"event_id": app_events.message(wish.world, app, member.userid, "link", parts)}


def reports_location(wish: Wish) -> dict[str, Any]:
    """Her phone says where she is, because the app asked for it (report_location_flag)."""
    member, app = who(wish)
    where = _number(wish, "latitude", SHOP["latitude"]), _number(wish, "longitude", SHOP["longitude"])
    precision = _number(wish, "precision", "15")
    remember(wish, member, app, "place", {"latitude": where[0], "longitude": where[1], "precision": precision})
    return {"event_id": app_events.place(wish.world, app, member.userid, *where, precision)}


def scans_code(wish: Wish) -> dict[str, Any]:
    """She presses a scancode_push or scancode_waitmsg button and holds the phone at a code."""
    member, app = who(wish)
    event, key = _button(wish, app, frozenset({"scancode_push", "scancode_waitmsg"}))
    kind, result = wish.text("scan_type", "qrcode"), wish.text("result")
    remember(wish, member, app, "scan", {"key": key, "scan_type": kind, "result": result})
    return {"event_id": app_events.scan(wish.world, app, member.userid, event, key, kind, result)}


def sends_pictures(wish: Wish) -> dict[str, Any]:
    """She presses a pic_… button and chooses `count` pictures (or media_ids): the event, then each as a message."""
    member, app = who(wish)
    event, key = _button(wish, app, PICTURE_BUTTONS)
    named, count = wish.texts("media_ids"), wish.number("count", 1)
    if not 1 <= (len(named) or count) <= 9:
        raise ImpossibleError('one to nine pictures are sent at once, for example {"count": 2}', 400)
    chosen = [_find(wish, each, "image") for each in named] or [_make(wish, "image") for _ in range(count)]
    sums = [hashlib.md5(each.content, usedforsecurity=False).hexdigest() for each in chosen]
    event_id = app_events.pictures(wish.world, app, member.userid, event, key, sums)
    for each in chosen:
        _send_media(wish, member, app, each)
    return {"event_id": event_id, "media_ids": [each.media_id for each in chosen]}


def selects_location(wish: Wish) -> dict[str, Any]:
    """She presses a location_select button and chooses a place: the event, then the place as a message."""
    member, app = who(wish)
    _, key = _button(wish, app, frozenset({"location_select"}))
    where: Parts = [*_place(wish), ("Poiname", wish.text("poiname", ""))]
    event_id = app_events.chosen_place(wish.world, app, member.userid, key, where)
    _place_message(wish, member, app)
    return {"event_id": event_id}


def _button(wish: Wish, app: App, kinds: frozenset[str]) -> tuple[str, str]:
    """(type, key) of the menu button with this key that does one of these things."""
    key = wish.text("key")
    leaves = [leaf for button in app.menu for leaf in (button.get("sub_button") or [button])]
    found = next((str(leaf["type"]) for leaf in leaves if leaf.get("key") == key and leaf.get("type") in kinds), "")
    if not found:
        raise ImpossibleError(f"the app's menu has no button of type {' or '.join(sorted(kinds))} with the key {key}", 404)
    return found, key


def _media(wish: Wish, member: Member, app: App, kind: str) -> dict[str, Any]:
    media = _find(wish, wish.text("media_id"), kind) if wish.body.get("media_id") else _make(wish, kind)
    return {"event_id": _send_media(wish, member, app, media), "media_id": media.media_id}


def _send_media(wish: Wish, member: Member, app: App, media: Media) -> int:
    world, kind = wish.world, media.type
    ours: dict[str, Parts] = {
        "image": [("PicUrl", f"{world.base_url}/files/media/{media.media_id}"), ("MediaId", media.media_id)],
        "voice": [("MediaId", media.media_id), ("Format", "amr")],
        "video": [("MediaId", media.media_id), ("ThumbMediaId", media.media_id)],
    }
    remember(wish, member, app, kind, {"media_id": media.media_id})
    return app_events.message(world, app, member.userid, kind, ours[kind])


def _find(wish: Wish, media_id: str, kind: str) -> Media:
    media = wish.world.state.files.find_alive(media_id, wish.world.now)
    if media is None or media.type != kind:
        raise ImpossibleError(f"there is no living {kind} {media_id}: upload one, or leave media_id out", 404)
    return media


def _make(wish: Wish, kind: str) -> Media:
    """A file as her phone would take it."""
    world = wish.world
    media_id = ids.media_id(world.rng)
    made = {"image": lambda: pictures.avatar(media_id), "voice": lambda: speech.silence(3), "video": lambda: film.clip(3)}
    media = Media(media_id, kind, *MADE[kind], world.seconds, made[kind]())
    world.state.files.media[media_id] = media
    return media


def _place(wish: Wish) -> Parts:
    x, y = _number(wish, "latitude", SHOP["latitude"]), _number(wish, "longitude", SHOP["longitude"])
    scale: xml.Value = wish.number("scale", 16)
    return [("Location_X", x), ("Location_Y", y), ("Scale", scale), ("Label", wish.text("label", SHOP["label"]))]


def _place_message(wish: Wish, member: Member, app: App) -> int:
    parts = _place(wish)
    remember(wish, member, app, "location", {name.lower(): value for name, value in parts})
    return app_events.message(wish.world, app, member.userid, "location", parts)


def _number(wish: Wish, key: str, default: str) -> str:
    value = wish.body.get(key, float(default))
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6:
        raise ImpossibleError(f'{key} is a number, for example {{"{key}": {default}}}', 400)
    return str(value)
