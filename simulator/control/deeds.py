"""/_control/do/<action>: a person does something; /_control/do lists what people can do."""

from flask import Blueprint, Response

from simulator.actions.keys import KEYS, known
from simulator.actions.request import Wish
from simulator.actions.table import ACTIONS
from simulator.control.answer import answer, body, refuse, world

bp = Blueprint("deeds", __name__)


@bp.get("/_control/do")
def list_deeds() -> Response:
    """{deed: its keys}; `a|b` is one of them, `[a]` may be left out."""
    return answer({"deeds": KEYS})


@bp.post("/_control/do/<action>")
def do(action: str) -> Response:
    deed = ACTIONS.get(action)
    if deed is None:
        return refuse(f"there is no action {action}; there are {', '.join(ACTIONS)}", 404)
    wanted = body()
    unknown = [each for each in wanted if each not in known(action)]
    if unknown:
        return refuse(f"{action} has no key {unknown[0]}; its keys are {KEYS[action]} (a|b: one of them, [a]: may be left out)")
    with world().lock:
        return answer(deed(Wish(world(), wanted)))
