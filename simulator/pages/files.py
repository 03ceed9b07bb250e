"""/files/<id>: avatars, QR codes, permanent images and live media, so that no address leads out of the simulator."""

from flask import Blueprint, Response, current_app, request

from simulator import pictures
from simulator.world.world import World

bp = Blueprint("files", __name__)
YEAR = "public, max-age=31536000"
# What a page may show in its place; everything else is saved, never opened: a file of somebody's must not run here.
SHOWN = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp",
    "audio/amr", "audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg", "audio/wav", "audio/webm",
    "video/mp4", "video/webm", "video/ogg", "video/quicktime",
})  # fmt: skip
LONGEST_NAME = 256


@bp.get("/files/<name>")
def show_file(name: str) -> Response:
    """avatar_<anything>.png, qr_<config_id>.png, qr_member_<userid>.png, qrgroup_<config_id>.png, img_… of uploadimg."""
    world: World = current_app.extensions["world"]
    kind, _, rest = name.partition("_")
    if len(name) > LONGEST_NAME:
        return _missing()
    if kind == "avatar":
        who = rest.removesuffix(".png")
        return _answer(pictures.avatar(who, _gender_of(world, who)), "image/png")
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


def _gender_of(world: World, id: str) -> int:
    """Of a member or a customer; 0 for anything else that has a picture."""
    with world.lock:
        member, customer = world.member_ever(id), world.state.customers.find(id)
    if member is not None:
        return int(member.gender) if member.gender in ("1", "2") else 0
    return customer.gender if customer is not None else 0


def _missing() -> Response:
    return Response("no such file", 404, content_type="text/plain")


def _answer(content: bytes, content_type: str) -> Response:
    plain = content_type.partition(";")[0].strip().lower()
    headers = {
        "Cache-Control": YEAR, "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }  # fmt: skip
    if plain not in SHOWN:
        headers["Content-Disposition"] = "attachment"
    response = Response(content, content_type=plain if plain in SHOWN else "application/octet-stream", headers=headers)
    response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return response
