"""Reads the JSON body of a call; what is no JSON object is refused the documented way (DOC 90313)."""

from typing import Any

from simulator.errors import ApiError, wrong_json
from simulator.json_text import HalfCharacterError, NoObjectError, read_object


def json_object(raw: bytes) -> dict[str, Any]:
    """The object; 40058 with the wrong-json warning, 40033 for half a character written as \\ud83d."""
    try:
        return read_object(raw)
    except HalfCharacterError as error:
        raise ApiError(40033) from error
    except NoObjectError as error:
        raise wrong_json() from error
