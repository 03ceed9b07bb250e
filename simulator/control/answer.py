"""How the control plane answers: JSON, and a refusal is a sentence with an example."""

import json
from typing import Any

from flask import Response, current_app, request

from simulator.actions.request import ImpossibleError
from simulator.world.world import World


def world() -> World:
    found: World = current_app.extensions["world"]
    return found


def answer(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json; charset=utf-8")


def refuse(why: str, status: int = 400) -> Response:
    return answer({"error": why}, status)


def body() -> dict[str, Any]:
    """The JSON object of the request, {} when there is none; ImpossibleError when it is something else."""
    raw = request.get_data()
    if not raw.strip():
        return {}
    try:
        found = json.loads(raw)
    except RecursionError as error:
        raise ImpossibleError('the body is nested too deep; it is an object, for example {"timeout": 10}', 400) from error
    except ValueError as error:
        raise ImpossibleError(f'the body is not JSON ({error}); it is an object, for example {{"timeout": 10}}', 400) from error
    if not isinstance(found, dict):
        raise ImpossibleError('the body is a JSON object, for example {"timeout": 10}', 400)
    return found


def number(name: str, default: int) -> int:
    """A whole number out of the query string."""
    value = request.args.get(name, "")
    if not value:
        return default
    if not value.isdecimal():
        raise ImpossibleError(f"{name} is a whole number, for example ?{name}={default}", 400)
    return int(value)
