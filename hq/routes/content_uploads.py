"""Files of the library: taken in one by one with progress, shown to editors who see the item, small pictures for lists."""

from urllib.parse import quote, unquote

from flask import Response, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeSerializer

from content_library.library_queries import get_item_in, versions_of
from content_library.models import Item, ItemKind, ItemVersion
from content_library.thumbnails import small_of
from content_library.uploads import WHAT, checked_upload, media_of
from foundation.blobs import blob_path, keep_blob, read_blob
from foundation.config import settings
from foundation.db import transaction
from foundation.errors import Invalid, NotFound
from hq.routes.door import MANAGERS, REGIONAL, allow, bp, current_staff
from hq.routes.photos import picture_type

THUMBNAIL = 360
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key.get_secret_value(), salt=f"content-upload:{current_staff().id}")


def signed_blob(media: str, blob_key: str, filename: str) -> str:
    """What the form carries for an upload, so that nobody attaches a file by guessing its key; empty for none.

    `media` is what it was checked as (image, video, file; a sheet to import): it stands for nothing else afterwards.
    """
    return str(_signer().dumps([media, blob_key, filename])) if blob_key else ""


def unsigned_blob(token: str, *medias: str) -> tuple[str, str]:
    """(key, filename) of an upload of hers checked as one of `medias`; both empty for none, or for a name that is not ours."""
    try:
        media, key, filename = _signer().loads(token) if token else ("", "", "")
    except (BadData, ValueError, TypeError):
        return "", ""
    return (str(key), str(filename)) if media in medias else ("", "")


@bp.post("/content/uploads")
@allow(REGIONAL)
def upload_content() -> ResponseReturnValue:
    """One file as the request's body, its name in `X-File-Name` (percent-coded): kept when it may be, else told why not."""
    kind = request.args.get("kind", "")
    if kind not in set(ItemKind):
        raise NotFound("没有这种内容")
    content = request.get_data(cache=False)
    try:
        upload = checked_upload(ItemKind(kind), unquote(request.headers.get("X-File-Name", "")), content)
    except Invalid as problem:
        return jsonify({"message": problem.message}), 422
    token = signed_blob(media_of(ItemKind(kind)), keep_blob(upload.content), upload.filename)
    told = {"name": upload.filename, "url": url_for("hq.show_upload", kept=token), "size": len(upload.content)}
    return jsonify({"kept": token, **told})


@bp.get("/content/uploads")
@allow(REGIONAL)
def show_upload() -> Response:
    """A file she just uploaded, before it belongs to an item. Raises NotFound."""
    key, filename = unsigned_blob(request.args.get("kept", ""), *WHAT)
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
    etag = f"{version.id}-{THUMBNAIL}"
    if request.if_none_match.contains(etag):
        return Response(status=304, headers={**FOREVER, "ETag": f'"{etag}"'})
    answer = send_file(small_of(ItemKind(item.kind), version.body, THUMBNAIL), mimetype="image/jpeg", etag=etag)
    answer.headers.update(FOREVER)
    return answer


def _version(item_id: int, version_id: int) -> tuple[Item, ItemVersion]:
    with transaction() as session:
        item = get_item_in(session, current_staff(), item_id)
        found = versions_of(session, item_id, [version_id])
    if not found:
        raise NotFound("没有这个版本")
    return item, found[0]


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
