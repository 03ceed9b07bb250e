"""Reading an event's fields: always by name, never by position; missing and extra ones are expected."""

from typing import Any

from foundation.db import Json
from foundation.errors import AppError


class Unusable(AppError):
    """The event lacks what its handler cannot do without; it is set aside with this text."""

    code = "unusable_event"


def text_of(body: Json, name: str, limit: int | None = None) -> str:
    """The text of an element; "" when it is missing, empty, or not plain text. A repeated element counts once."""
    value: Any = body.get(name)
    if isinstance(value, list) and value:
        value = value[0]
    text = value.strip() if isinstance(value, str) else ""
    return text if limit is None else text[:limit]


def need(body: Json, name: str, limit: int = 64) -> str:
    """The text of an element an event is nothing without; raises Unusable when missing or longer than the platform allows."""
    text = text_of(body, name)
    if not text:
        raise Unusable(f"事件缺少 {name}")
    if len(text) > limit:
        raise Unusable(f"事件的 {name} 过长")
    return text


def number_of(body: Json, name: str) -> int | None:
    """A whole number, or None. The platform writes ids bare or as CDATA (DOC 90970)."""
    text = text_of(body, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def need_number(body: Json, name: str) -> int:
    """A whole number; raises Unusable."""
    number = number_of(body, name)
    if number is None:
        raise Unusable(f"事件缺少 {name}")
    return number
