"""How the control plane shows attachments: as they are, with an address a page can open."""

from typing import Any

from simulator.world.world import World

Row = dict[str, Any]


def attachment_row(found: World, attachment: Row) -> Row:
    """The attachment with `url` (the file, or where a link leads), `title` and `picture` beside it."""
    kind = str(attachment["msgtype"])
    body: Row = attachment.get(kind, {})
    picture = _file(found, body.get("thumb_media_id") or body.get("pic_media_id")) or body.get("picurl", "")
    if kind == "link":
        url, picture = body.get("url", ""), picture or _file(found, body.get("media_id"))
    else:
        url = _file(found, body.get("media_id")) or body.get("pic_url", "")
    shown = {"url": url, "title": body.get("title") or _filename(found, body), "desc": body.get("desc", ""), "picture": picture}
    return attachment | {key: value for key, value in shown.items() if value}


def _file(found: World, media_id: Any) -> str:
    return f"{found.base_url}/files/media/{media_id}" if media_id else ""


def _filename(found: World, body: Row) -> str:
    media = found.state.files.media.get(str(body.get("media_id", "")))
    return media.filename if media and media.type == "file" else ""
