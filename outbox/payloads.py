"""What may stand in a payload: JSON a table can hold, and slots for media that the sender fills just before the call. Pure."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from foundation.db import Json

SLOT = "$media"
UPLOAD = "$upload"
# Beside UPLOAD: the media_id the platform does not know any more.
LOST = "$lost"


def media_slot(key: str) -> Json:
    """A place in a payload that becomes the live media_id of `key`."""
    return {SLOT: key}


def slots_in(value: Any) -> Iterator[str]:
    """The media keys a payload needs."""
    if isinstance(value, Mapping):
        if set(value) == {SLOT}:
            yield str(value[SLOT])
        else:
            for part in value.values():
                yield from slots_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from slots_in(part)


def filled(value: Any, media_id_of: Callable[[str], str]) -> Any:
    """The payload with every slot replaced."""
    if isinstance(value, Mapping):
        if set(value) == {SLOT}:
            return media_id_of(str(value[SLOT]))
        return {name: filled(part, media_id_of) for name, part in value.items()}
    return [filled(part, media_id_of) for part in value] if isinstance(value, list) else value


def without_attachments_of(payload: Json, lost: set[str]) -> Json:
    """A welcome without the attachments whose media cannot be had: the words still arrive in time."""
    kept = [each for each in payload.get("attachments") or [] if not lost & set(slots_in(each))]
    return {**payload, "attachments": kept}


def as_json(value: Json | list[Json]) -> str:
    """JSON text for a jsonb column, which takes neither NUL nor half a surrogate pair."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "\\u0000" in text or not _is_unicode(text):
        text = json.dumps(_clean(value), ensure_ascii=False, separators=(",", ":"))
    return text


def _is_unicode(text: str) -> bool:
    """Whether UTF-8 can say it: half a surrogate pair it cannot. Thirty times faster than to look at each letter."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode().replace("\x00", "")
    if isinstance(value, Mapping):
        return {_clean(name): _clean(part) for name, part in value.items()}
    return [_clean(part) for part in value] if isinstance(value, list | tuple) else value
