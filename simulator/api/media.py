"""Files in and out: temporary media for three days, permanent images (DOC 90253, 90254, 90256)."""

from typing import Any
from urllib.parse import quote

from werkzeug.http import parse_range_header
from werkzeug.wrappers import Response

from simulator import ids, speech
from simulator.api.call import Call, Endpoint, Upload
from simulator.days import DAY
from simulator.errors import ApiError
from simulator.quotas import MONTH
from simulator.world.media import Image, Media

MB = 1024 * 1024
# Above this only parts are given out.
MOST_AT_ONCE = 20 * MB
LONGEST_VOICE = 60
LIMITS = {"image": 10 * MB, "voice": 2 * MB, "video": 10 * MB, "file": 20 * MB}
IMAGES = {b"\xff\xd8\xff": ("image/jpeg", "jpg"), b"\x89PNG": ("image/png", "png")}


def upload(call: Call) -> dict[str, Any]:
    kind = call.args.get("type", "")
    if kind not in LIMITS:
        raise ApiError(40004 if kind else 40005)
    part = call.uploads.get("media")
    if part is None:
        raise ApiError(44001)
    _check_size(part, LIMITS[kind])
    content_type = _kind_of(part, kind)
    media_id = ids.media_id(call.world.rng)
    now = call.world.seconds
    call.state.files.media[media_id] = Media(media_id, kind, part.filename, content_type, now, part.content)
    # The real answer has an empty errmsg and created_at as a string here.
    return {"errmsg": "", "type": kind, "media_id": media_id, "created_at": str(now)}


def upload_image(call: Call) -> dict[str, Any]:
    part = next(iter(call.uploads.values()), None)
    if part is None:
        raise ApiError(44001)
    _check_size(part, 2 * MB)
    content_type, ending = _image_type(part.content)
    quotas, now = call.world.limits.quotas, call.world.now
    if quotas.used("uploadimg", "corp", now, DAY) >= quotas.figures["uploadimg_per_day"]:
        raise ApiError(45009)
    if not quotas.fits("uploadimg", "corp", now, MONTH, quotas.figures["uploadimg_per_month"]):
        raise ApiError(45009)
    quotas.take("uploadimg", "corp", now, DAY, quotas.figures["uploadimg_per_day"])
    image_id = f"img_{ids.opaque(call.world.rng, 32)}.{ending}"
    call.state.files.images[image_id] = Image(image_id, content_type, part.content)
    return {"errmsg": "", "url": f"{call.world.base_url}/files/{image_id}"}


def download(call: Call) -> Response:
    """The bytes, a part of them (206) when a Range is asked for; errors are JSON with status 200."""
    media_id = call.args.get("media_id", "")
    if not media_id:
        raise ApiError(41006)
    media = call.state.files.find_given(media_id, call.world.now)
    if media is None:
        raise ApiError(40007)
    ending = media.filename.rpartition(".")[2]
    name = f"{media_id}.{ending}" if ending.isascii() else media_id
    part = _part(call, len(media.content))
    if part is None and len(media.content) > MOST_AT_ONCE:
        raise ApiError(830002)
    begin, end = part or (0, len(media.content))
    response = Response(media.content[begin:end], 206 if part else 200, content_type=media.content_type)
    response.headers["Content-disposition"] = f'attachment; filename="{quote(name)}"'
    response.headers["Accept-Ranges"] = "bytes"
    if part:
        response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{len(media.content)}"
    return response


def _part(call: Call, length: int) -> tuple[int, int] | None:
    """The one stretch of bytes asked for (begin, end); None for the whole and for a Range nobody can serve."""
    wanted = parse_range_header(call.byte_range)
    return wanted.range_for_length(length) if wanted is not None and wanted.units == "bytes" else None


def _check_size(part: Upload, limit: int) -> None:
    if not part.content:
        raise ApiError(44001)
    if len(part.content) <= 5:
        raise ApiError(40006)
    if len(part.content) > limit:
        raise ApiError(45001)


def _kind_of(part: Upload, kind: str) -> str:
    """The content type of a file that really is what it is said to be."""
    if kind == "image":
        return _image_type(part.content)[0]
    if kind == "voice":
        if not part.content.startswith(speech.MAGIC):
            raise ApiError(40004)
        if speech.seconds(part.content) > LONGEST_VOICE:
            raise ApiError(45007)
    if kind == "video" and part.content[4:8] != b"ftyp":
        raise ApiError(40004)
    return {"voice": "audio/amr", "video": "video/mp4"}.get(kind, part.content_type or "application/octet-stream")


def _image_type(content: bytes) -> tuple[str, str]:
    for magic, known in IMAGES.items():
        if content.startswith(magic):
            return known
    raise ApiError(40123)


ROUTES = {
    "media/upload": Endpoint("UPLOAD", upload),
    "media/uploadimg": Endpoint("UPLOAD", upload_image),
    "media/get": Endpoint("GET", download),
}
