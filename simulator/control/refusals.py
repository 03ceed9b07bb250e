"""Refusals of /_control that no handler makes: an address nobody has, a method it does not take, a body too large."""

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from simulator.actions.request import ImpossibleError
from simulator.control.answer import refuse

PREFIX = "/_control"
WORDS = {
    404: "there is no such address; for example GET /_control/health, POST /_control/do/<action>",
    405: "this address does not take {method}; it takes {allowed}, for example curl -X {example} …",
    413: 'the body is too large; a body is a small JSON object, for example {"timeout": 10}',
}


def register(app: Flask) -> None:
    """Say them in JSON as every other refusal there; other parts of the simulator keep Werkzeug's pages."""
    app.register_error_handler(ImpossibleError, _impossible)
    for status in WORDS:
        app.register_error_handler(status, _refused)


def _impossible(error: ImpossibleError) -> Response:
    return refuse(str(error), error.status)


def _refused(error: HTTPException) -> Response | HTTPException:
    if not request.path.startswith(PREFIX):
        return error
    allowed = sorted(set(getattr(error, "valid_methods", None) or ()) - {"HEAD", "OPTIONS"})
    said = WORDS[error.code or 404].format(
        method=request.method, allowed=" or ".join(allowed), example=allowed[0] if allowed else "GET"
    ) if error.code == 405 else WORDS[error.code or 404]  # fmt: skip
    return refuse(said, error.code or 404)
