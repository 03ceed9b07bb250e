"""/_control/do/<action>: a person does something; and the WeCom client's bridge for web pages."""

from flask import Blueprint, Response

from simulator import bridge
from simulator.actions.request import ImpossibleError, Wish
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


@bp.post("/_control/client")
def set_client() -> Response:
    """{userid, cancel_next_send: true}: she will cancel the next sendChatMessage."""
    wanted, found = body(), world()
    with found.lock:
        member = Wish(found, wanted).member()
        if not isinstance(wanted.get("cancel_next_send"), bool):
            raise ImpossibleError('say {"userid": "lixiaomei", "cancel_next_send": true}', 400)
        change = found.windows.cancel_next_send.add if wanted["cancel_next_send"] else found.windows.cancel_next_send.discard
        change(member.userid.lower())
    return answer({"ok": True})


@bp.post("/_client/bridge")
def call_bridge() -> Response:
    """{userid, name, params, url, context}: one WeixinJSBridge.invoke of a page."""
    wish = Wish(world(), body())
    called = wish.text("userid"), wish.text("name"), wish.mapping("params"), wish.text("url"), wish.mapping("context")
    return answer(bridge.answer(world(), *called))
