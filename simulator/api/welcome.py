"""send_welcome_msg: once, within twenty seconds, into the new customer's chat (DOC 92137)."""

from collections.abc import Callable
from typing import Any

from simulator import chatting
from simulator.api.call import Call, Endpoint, mapping, text
from simulator.errors import ApiError, wrong_json

MOST_ATTACHMENTS = 9


def send_welcome(call: Call) -> dict[str, Any]:
    value = text(call.body, "welcome_code", missing=41049)
    code = call.state.passes.welcomes.get(value)
    if code is None or call.world.sees(call.app, code.userid) is None:
        raise ApiError(41050)
    if code.used:
        raise ApiError(41051)
    if code.expires_at < call.world.now:
        raise ApiError(41050)
    lines = _lines(call)
    follow = call.state.customers.find_follow(code.userid, code.external_userid)
    code.used = True
    if follow is not None:
        follow.welcomed = True
    for msgtype, body in lines:
        chatting.say(call.world, code.userid, code.external_userid, "guide", msgtype, body, "welcome")
    return {}


def _lines(call: Call) -> list[tuple[str, dict[str, Any]]]:
    content = text(mapping(call.body, "text"), "content")
    if len(content.encode()) > 4000:
        raise ApiError(45002)
    attachments = call.body.get("attachments") or []
    if not isinstance(attachments, list):
        raise wrong_json()
    if len(attachments) > MOST_ATTACHMENTS:
        raise ApiError(41064)
    lines = [("text", {"content": content})] if content else []
    lines += [line for attachment in attachments if (line := _attachment(call, attachment))]
    if not lines:
        raise ApiError(40063)
    return lines


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


def _media(call: Call, media_id: Any, kind: str) -> None:
    media = call.state.files.find_alive(str(media_id), call.world.now)
    if media is None or media.type != kind:
        raise ApiError(40007)


def _image(call: Call, body: dict[str, Any]) -> None:
    """media_id wins; pic_url must be one that media/uploadimg gave."""
    if body.get("media_id"):
        _media(call, body["media_id"], "image")
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
ROUTES = {"externalcontact/send_welcome_msg": Endpoint("POST", send_welcome, "customer")}
