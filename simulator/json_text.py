"""The one reader of JSON that comes from outside: an object in UTF-8, made of whole characters and finite numbers."""

import json
import math
from typing import Any


class NoObjectError(ValueError):
    """This is no JSON object; the text says why."""


class HalfCharacterError(NoObjectError):
    """Half an emoji stands in it (a lone \\ud83d), which no page, file or callback could carry; `found` is what it says."""

    def __init__(self, found: dict[str, Any]) -> None:
        super().__init__("half a character, a lone \\ud83d: an emoji is two such escapes, or the character itself")
        self.found = found


def read_object(raw: bytes) -> dict[str, Any]:
    """The object in `raw`; NoObjectError when there is none, HalfCharacterError when no text can hold it."""
    try:
        # Strictly decoded here: json.loads lets half characters through in bytes.
        text = raw.decode("utf-8-sig")
        found = READER.decode(text)
    except RecursionError as error:
        raise NoObjectError("nested too deep") from error
    except ValueError as error:
        raise NoObjectError(str(error)) from error
    if not isinstance(found, dict):
        raise NoObjectError("not an object")
    if "\\ud" in text or "\\uD" in text:
        _refuse_half_characters(found)
    return found


def _refuse_half_characters(found: dict[str, Any]) -> None:
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise HalfCharacterError(found) from error
    except RecursionError as error:
        raise NoObjectError("nested too deep") from error


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number[:20]} is too large a number")
    return value


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


READER = json.JSONDecoder(parse_float=_finite, parse_constant=_no_number)
