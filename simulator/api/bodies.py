"""Reads the JSON body of a call; what is no JSON object is refused the documented way (DOC 90313)."""

import json
from typing import Any

from simulator.errors import ApiError, wrong_json

SURROGATE = b"\\ud"


def json_object(raw: bytes) -> dict[str, Any]:
    """The object; 40058 with the wrong-json warning, 40033 for half a character written as \\ud83d."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise wrong_json() from error
    if not isinstance(body, dict):
        raise wrong_json()
    if SURROGATE in raw.lower():
        _refuse_half_characters(body)
    return body


def _refuse_half_characters(body: dict[str, Any]) -> None:
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ApiError(40033) from error
