"""How the control plane answers: JSON, and a refusal is a sentence with an example."""

import json
from typing import Any

from flask import Response, current_app, request

from simulator.actions.request import ImpossibleError
from simulator.control.chinese import in_chinese
from simulator.json_text import HalfCharacterError, NoObjectError, read_object
from simulator.world.world import World

# Rows of a list when nobody says limit=: what a page shows at once, its newest few, a log's end, and lists meant whole.
PAGE, FEW, LOG, WHOLE = 200, 50, 100, 500


def world() -> World:
    found: World = current_app.extensions["world"]
    return found


def answer(body: Any, status: int = 200) -> Response:
    # What no encoding can hold becomes a question mark: a refusal that quotes it is still said.
    said = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(said, status, content_type="application/json; charset=utf-8")


def refuse(why: str, status: int = 400) -> Response:
    """{"error": the sentence}; what a person may meet on a page has it in Chinese too, under `message`."""
    chinese = in_chinese(why)
    return answer({"error": why} | ({"message": chinese} if chinese else {}), status)


def body() -> dict[str, Any]:
    """The JSON object of the request, {} when there is none; ImpossibleError when it is something else."""
    raw = request.get_data()
    if not raw.strip():
        return {}
    try:
        return read_object(raw)
    except HalfCharacterError as error:
        raise ImpossibleError(f'the body holds {error}; for example {{"content": "😀"}}', 400) from error
    except NoObjectError as error:
        raise ImpossibleError(f'the body is no JSON object ({error}); it looks like {{"timeout": 10}}', 400) from error


def number(name: str, default: int) -> int:
    """A whole number out of the query string."""
    value = request.args.get(name, "")
    if not value:
        return default
    if not value.isdecimal():
        raise ImpossibleError(f"{name} is a whole number, for example ?{name}={default}", 400)
    return int(value)
