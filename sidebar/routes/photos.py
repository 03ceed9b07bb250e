"""Photos of answers: taken up one by one while she writes, so a slow network loses one photo, not the answer."""

from flask import jsonify, request, send_file
from flask.typing import ResponseReturnValue

from foundation.blobs import blob_path
from foundation.db import transaction
from foundation.errors import NotFound
from sidebar.forms import keep_photo
from sidebar.routes.door import bp, current_staff
from sop.queries import get_assignment_of


@bp.post("/photos")
def take_photo() -> ResponseReturnValue:
    """Keep one photo; answers with its signed name, good for this person only."""
    return jsonify(keep_photo(request.files.get("photo"), current_staff().id))


@bp.get("/tasks/<int:assignment_id>/photos/<int:number>")
def show_photo(assignment_id: int, number: int) -> ResponseReturnValue:
    """A photo of her own answer."""
    with transaction() as session:
        keys = get_assignment_of(session, current_staff(), assignment_id).answer_photos
    if number >= len(keys):
        raise NotFound("没有这张照片")
    return send_file(blob_path(keys[number]).absolute(), mimetype="image/jpeg", etag=keys[number], max_age=3600)
