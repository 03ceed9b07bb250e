"""/files/<id>: avatars, QR codes, permanent images and live media, so that no address leads out of the simulator."""

from flask import Blueprint, Response, current_app, request

from simulator import pictures
from simulator.world.world import World

bp = Blueprint("files", __name__)
YEAR = "public, max-age=31536000"


@bp.get("/files/<name>")
def show_file(name: str) -> Response:
    """avatar_<anything>.png, qr_<config_id>.png, qr_member_<userid>.png, qrgroup_<config_id>.png, img_… of uploadimg."""
    world: World = current_app.extensions["world"]
    kind, _, rest = name.partition("_")
    if kind == "avatar":
        return _answer(pictures.avatar(rest.removesuffix(".png")), "image/png")
    if kind == "qr":
        target = rest.removesuffix(".png").replace("member_", "member/")
        return _answer(pictures.qr_code(f"{world.base_url}/c/{target}"), "image/png")
    if kind == "qrgroup":
        return _answer(pictures.qr_code(f"{world.base_url}/g/{rest.removesuffix('.png')}"), "image/png")
    with world.lock:
        image = world.state.files.images.get(name)
    return _answer(image.content, image.content_type) if image else _missing()


@bp.get("/files/media/<media_id>")
def show_media(media_id: str) -> Response:
    """Temporary media while it lives or something published shows it, for the pages that show chats."""
    world: World = current_app.extensions["world"]
    with world.lock:
        media = world.state.files.find_shown(media_id, world.now)
    return _answer(media.content, media.content_type) if media else _missing()


def _missing() -> Response:
    return Response("no such file", 404, content_type="text/plain")


def _answer(content: bytes, content_type: str) -> Response:
    headers = {"Cache-Control": YEAR, "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
    response = Response(content, content_type=content_type, headers=headers)
    response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return response
