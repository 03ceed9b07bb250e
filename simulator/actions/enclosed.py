"""Reads the attachments a person puts under a 群发 or a Moment, in the shape the API has."""

from collections.abc import Iterable
from typing import Any

from simulator.actions.request import ImpossibleError, Wish

EXAMPLE = '[{"msgtype": "image", "image": {"media_id": "…"}}, {"msgtype": "link", "link": {"title": "…", "url": "https://…"}}]'


def attachments(wish: Wish, kinds: Iterable[str]) -> list[dict[str, Any]]:
    """Each of a known kind with its body; files must be ones the simulator has (POST /_control/files takes them)."""
    listed = wish.body.get("attachments") or []
    if not isinstance(listed, list):
        raise ImpossibleError(f"attachments is a list, for example {EXAMPLE}", 400)
    return [_attachment(wish, each, tuple(kinds)) for each in listed]


def _attachment(wish: Wish, given: Any, kinds: tuple[str, ...]) -> dict[str, Any]:
    kind = str(given.get("msgtype")) if isinstance(given, dict) else ""
    body = given.get(kind) if isinstance(given, dict) else None
    if kind not in kinds or not isinstance(body, dict):
        raise ImpossibleError(f"an attachment is one of {', '.join(kinds)}, for example {EXAMPLE}", 400)
    if kind == "link" and not str(body.get("url") or "").startswith(("http://", "https://")):
        raise ImpossibleError(f"a link needs its url, for example {EXAMPLE}", 400)
    if kind in ("image", "video", "file") and not _is_there(wish, body):
        raise ImpossibleError(f"there is no such file for the {kind}; POST /_control/files gives a media_id", 404)
    return {"msgtype": kind, kind: body}


def _is_there(wish: Wish, body: dict[str, Any]) -> bool:
    media_id = str(body.get("media_id") or "")
    if media_id:
        return wish.world.state.files.find_shown(media_id, wish.world.now) is not None
    return str(body.get("pic_url") or "").startswith(wish.world.base_url + "/files/")
