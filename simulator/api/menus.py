"""Is a menu acceptable? Two levels of buttons, each mistake with its own errcode (DOC 90231)."""

from dataclasses import dataclass
from typing import Any

from simulator.api.call import mappings, text
from simulator.errors import ApiError

WITH_KEY = frozenset({
    "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """The errcodes of one level, and how many bytes a name may have there."""

    type: int
    name: int
    key: int
    url: int
    domain: int
    name_bytes: int


TOP = Level(40017, 40018, 40019, 40020, 40055, 16)
SUB = Level(40024, 40025, 40026, 40027, 40054, 40)


def check_menu(buttons: list[dict[str, Any]]) -> None:
    """ApiError at the first thing the platform would refuse."""
    if not 1 <= len(buttons) <= 3:
        raise ApiError(40016)
    for button in buttons:
        _check_name(button, TOP)
        children = mappings(button, "sub_button")
        if len(children) > 5:
            raise ApiError(40023)
        for child in children:
            if child.get("sub_button"):
                raise ApiError(40022)
            _check_name(child, SUB)
            _check_action(child, SUB)
        if not children:
            _check_action(button, TOP)


def _check_name(button: dict[str, Any], level: Level) -> None:
    if len(text(button, "name", missing=level.name).encode()) > level.name_bytes:
        raise ApiError(level.name)


def _check_action(button: dict[str, Any], level: Level) -> None:
    kind = text(button, "type", missing=level.type)
    if kind in WITH_KEY:
        if len(text(button, "key", missing=level.key).encode()) > 128:
            raise ApiError(level.key)
    elif kind == "view":
        url = text(button, "url", missing=level.url)
        if len(url.encode()) > 1024:
            raise ApiError(level.url)
        if not url.startswith(("http://", "https://")):
            raise ApiError(level.domain)
    elif kind == "view_miniprogram":
        text(button, "appid", missing=40058)
        text(button, "pagepath", missing=40058)
    else:
        raise ApiError(level.type)
