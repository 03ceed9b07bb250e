"""Files of the library: taken in one by one with progress, shown to editors who see the item, small pictures for lists."""

from urllib.parse import quote, unquote

from flask import Response, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeSerializer

from content_library.layout import layout_of
from content_library.library_queries import get_item_in, versions_of
from content_library.models import Item, ItemKind, ItemVersion
from content_library.posters import PosterFacts, draw_poster
from content_library.uploads import checked_upload, media_of, thumbnail
from foundation.blobs import blob_path, keep_blob, read_blob
from foundation.config import settings
from foundation.db import transaction
from foundation.errors import Invalid, NotFound
from hq.routes.door import MANAGERS, REGIONAL, allow, bp, current_staff
from hq.routes.photos import picture_type

SAMPLE = PosterFacts(0, "李小美", "徐家汇店", qr_link="https://work.weixin.qq.com/")
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key.get_secret_value(), salt=f"content-upload:{current_staff().id}")


def signed_blob(blob_key: str, filename: str) -> str:
    """What the form carries for an upload, so that nobody attaches a file by guessing its key; empty for none."""
    return str(_signer().dumps([blob_key, filename])) if blob_key else ""


def unsigned_blob(token: str) -> tuple[str, str]:
    """(key, filename) of an upload of hers; both empty for none, or for a name that is not ours."""
    try:
        key, filename = _signer().loads(token) if token else ("", "")
    except (BadData, ValueError):
        return "", ""
    return str(key), str(filename)


@bp.post("/content/uploads")
@allow(REGIONAL)
def upload_content() -> ResponseReturnValue:
    """One file as the request's body, its name in `X-File-Name` (percent-coded): kept when it may be, else told why not."""
    kind = request.args.get("kind", "")
    if kind not in set(ItemKind):
        raise NotFound("没有这种内容")
    content = request.get_data(cache=False)
    try:
        filename = checked_upload(ItemKind(kind), unquote(request.headers.get("X-File-Name", "")), content)
    except Invalid as problem:
        return jsonify({"message": problem.message}), 422
    token = signed_blob(keep_blob(content), filename)
    return jsonify({"kept": token, "name": filename, "url": url_for("hq.show_upload", kept=token), "size": len(content)})


@bp.get("/content/uploads")
@allow(REGIONAL)
def show_upload() -> Response:
    """A file she just uploaded, before it belongs to an item. Raises NotFound."""
    key, filename = unsigned_blob(request.args.get("kept", ""))
    return _answer(key, filename)


@bp.get("/content/<int:item_id>/versions/<int:version_id>/file")
@allow(MANAGERS)
def show_content_file(item_id: int, version_id: int) -> Response:
    """The picture, video or file of one version. Raises NotFound for what she does not see."""
    _, version = _version(item_id, version_id)
    return _answer(str(version.body.get("blob_key") or ""), str(version.body.get("filename") or ""))


@bp.get("/content/<int:item_id>/versions/<int:version_id>/thumbnail")
@allow(MANAGERS)
def show_thumbnail(item_id: int, version_id: int) -> Response:
    """A small picture of one version, posters drawn for a sample guide. Raises NotFound where there is none to show."""
    item, version = _version(item_id, version_id)
    try:
        small = thumbnail(_picture_of(item, version))
    except Invalid as problem:
        raise NotFound("没有图片") from problem
    return Response(small, mimetype="image/jpeg", headers=FOREVER)


def _version(item_id: int, version_id: int) -> tuple[Item, ItemVersion]:
    with transaction() as session:
        item = get_item_in(session, current_staff(), item_id)
        found = versions_of(session, item_id, [version_id])
    if not found:
        raise NotFound("没有这个版本")
    return item, found[0]


def _picture_of(item: Item, version: ItemVersion) -> bytes:
    if item.kind == ItemKind.POSTER:
        return draw_poster(layout_of(version.body), SAMPLE)
    key = str(version.body.get("blob_key") or "")
    if media_of(ItemKind(item.kind)) != ItemKind.IMAGE or not key:
        raise NotFound("没有图片")
    return read_blob(key)


def _answer(key: str, filename: str) -> Response:
    """A picture as itself, an MP4 to be played; everything else only as a download, so that no page of ours runs it."""
    head = read_blob(key)[:12]
    if head[4:8] == b"ftyp":
        return send_file(blob_path(key), mimetype="video/mp4", conditional=True, etag=key)
    try:
        return Response(read_blob(key), mimetype=picture_type(head), headers=FOREVER)
    except NotFound:
        name = quote(filename or "file")
        headers = {**FOREVER, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(read_blob(key), mimetype="application/octet-stream", headers=headers)
