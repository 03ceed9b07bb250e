"""upload_attachment: files for Moments and the product album, looked into before they are taken (DOC 95098)."""

from typing import Any

from simulator import ids, media_shapes
from simulator.api.call import Call, Endpoint, Upload
from simulator.errors import ApiError
from simulator.world.media import Media

MB = 1024 * 1024
MOMENT, ALBUM = 1, 2
# media_type → where it may be used
SCENES = {"image": (MOMENT, ALBUM), "video": (MOMENT,), "file": ()}
MOST_BYTES = 10 * MB
LONG_SIDE, SHORT_SIDE = 10_800, 1_080
LONGEST_VIDEO = 30
IMAGES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


def upload(call: Call) -> dict[str, Any]:
    """created_at is a number here, unlike in media/upload."""
    kind, scene = call.args.get("media_type", ""), call.args.get("attachment_type", "")
    if kind not in SCENES:
        raise ApiError(40004 if kind else 40005)
    if scene not in ("1", "2") or int(scene) not in SCENES[kind]:
        raise ApiError(41072)
    part = call.uploads.get("media")
    if part is None or not part.content:
        raise ApiError(44001)
    if not 5 < len(part.content) <= MOST_BYTES:
        raise ApiError(41080)
    content_type = _image(part, int(scene)) if kind == "image" else _video(part)
    media_id, now = ids.media_id(call.world.rng), call.world.seconds
    call.state.files.media[media_id] = Media(media_id, kind, part.filename, content_type, now, part.content, int(scene))
    return {"errmsg": "", "type": kind, "media_id": media_id, "created_at": now}


def attached(call: Call, media_id: str, kind: str, scene: int) -> Media:
    """Living media of upload_attachment for this scene; 40007 unknown, expired or of another kind, 41072 of another scene."""
    media = call.state.files.media.get(media_id)
    if media is None or not media.alive(call.world.now) or media.type != kind or not media.scene:
        raise ApiError(40007)
    if media.scene != scene:
        raise ApiError(41072)
    return media


def _image(part: Upload, scene: int) -> str:
    content_type = next((known for magic, known in IMAGES.items() if part.content.startswith(magic)), "")
    size = media_shapes.pixels(part.content)
    if not content_type or size is None:
        raise ApiError(40123)
    if scene == MOMENT and (max(size) > LONG_SIDE or min(size) > SHORT_SIDE):
        raise ApiError(41081)
    return content_type


def _video(part: Upload) -> str:
    length = media_shapes.seconds(part.content)
    if length is None:
        raise ApiError(41090)
    if length > LONGEST_VIDEO:
        raise ApiError(41082)
    return "video/mp4"


ROUTES = {"media/upload_attachment": Endpoint("UPLOAD", upload, "customer")}
