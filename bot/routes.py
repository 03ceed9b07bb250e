"""The platform's doors in the web app: the address check by Flask, events by bot.door in front of it."""

from typing import cast

from flask import Blueprint, Flask, Response, abort, request
from flask.blueprints import BlueprintSetupState

from bot import checks, door
from foundation.errors import BadEnvelope

bp = Blueprint("bot", __name__, url_prefix="/wecom/callback")
checks.register()


@bp.record_once
def put_the_door_in_front(state: BlueprintSetupState) -> None:
    """With the blueprint comes the door for events; nobody who registers it needs to know."""
    app = cast(Flask, state.app)
    app.wsgi_app = door.in_front_of(app.wsgi_app)  # type: ignore[assignment, method-assign]


@bp.get("/<receiver>")
def verify(receiver: str) -> Response:
    """The address check (DOC 90238): the decrypted echostr, exactly, within a second. 400 and 403 for everything else."""
    if receiver not in door.RECEIVERS:
        abort(404)
    given = [request.args.get(name, "") for name in ("msg_signature", "timestamp", "nonce", "echostr")]
    if not all(given):
        return Response("", door.refuse(receiver, 400, "arguments"))
    signature, timestamp, nonce, echostr = given
    try:
        return Response(door.envelope_for(receiver).check_echo(signature, timestamp, nonce, echostr), mimetype="text/plain")
    except BadEnvelope as error:
        return Response("", door.refuse(receiver, error.status, "echo"))
