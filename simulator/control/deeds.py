"""/_control/do/<action>: a person does something."""

from flask import Blueprint, Response

from simulator.actions.request import Wish
from simulator.actions.table import ACTIONS
from simulator.control.answer import answer, body, refuse, world

bp = Blueprint("deeds", __name__)


@bp.post("/_control/do/<action>")
def do(action: str) -> Response:
    deed = ACTIONS.get(action)
    if deed is None:
        return refuse(f"there is no action {action}; there are {', '.join(ACTIONS)}", 404)
    wanted = body()
    with world().lock:
        return answer(deed(Wish(world(), wanted)))
