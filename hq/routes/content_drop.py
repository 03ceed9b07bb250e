"""Many files into the library at once: each is one request with its own progress, answer and second try; each becomes a draft."""

from pathlib import PurePath
from urllib.parse import unquote

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from content_library.importing import keep_file
from content_library.models import ItemKind
from content_library.uploads import FILES, MOST, checked_upload
from foundation.blobs import keep_blob
from foundation.db import transaction
from foundation.errors import Invalid, NotAllowed
from foundation.text import clean, cut
from hq.routes.door import REGIONAL, allow, bp, current_staff

PICTURES = (b"\xff\xd8\xff", b"\x89PNG")
REFUSED = "不支持这种文件。可以传 JPG、PNG 图片，MP4 视频，PDF、Word、Excel、PPT 文件"


def kind_of(filename: str, content: bytes) -> ItemKind:
    """What a file becomes, by its first bytes; documents also by their ending. Raises Invalid."""
    if not content:
        raise Invalid("文件是空的，请换一个", {"file": "文件是空的，请换一个"})
    if content.startswith(PICTURES):
        return ItemKind.IMAGE
    if content[4:8] == b"ftyp":
        return ItemKind.VIDEO
    if PurePath(filename).suffix.lower() in FILES:
        return ItemKind.FILE
    raise Invalid(REFUSED, {"file": REFUSED})


@bp.get("/content/files")
@allow(REGIONAL)
def show_drop() -> ResponseReturnValue:
    """Where files are dropped."""
    limits = {kind.value: size for kind, size in MOST.items()}
    return render_template("hq/content_drop.html", limits=limits, endings=sorted(FILES))


@bp.post("/content/files")
@allow(REGIONAL)
def keep_dropped() -> ResponseReturnValue:
    """One file as the request's body, its name in `X-File-Name` (percent-coded). Sent again it is the same draft."""
    name, content = clean(unquote(request.headers.get("X-File-Name", "")))[-200:], request.get_data(cache=False)
    try:
        kind = kind_of(name, content)
        upload = checked_upload(kind, name, content)
        filename = upload.filename
        body = {"blob_key": keep_blob(upload.content)} | ({} if kind == ItemKind.IMAGE else {"filename": filename})
        with transaction() as session:
            item, is_new = keep_file(session, current_staff(), kind, cut(PurePath(filename).stem.strip() or filename, 60), body)
    except (Invalid, NotAllowed) as problem:
        return jsonify({"message": problem.message}), problem.status
    return jsonify({"title": item.title, "kind": kind, "url": url_for("hq.show_content", item_id=item.id), "new": is_new})
