"""Pictures a guide sent with an answer: shown only to those who may see the answer."""

from flask import Response

from foundation.blobs import read_blob
from foundation.db import transaction
from foundation.errors import NotFound
from hq.routes.door import MANAGERS, allow, bp, current_staff
from sop.queries import get_task_in, list_answers

SIGNS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}


def picture_type(content: bytes) -> str:
    """The media type by the first bytes; raises NotFound for what is no picture, so nothing else is ever served."""
    for sign, name in SIGNS.items():
        if content.startswith(sign):
            return name
    raise NotFound("没有这张照片")


@bp.get("/tasks/<int:task_id>/answers/<int:assignment_id>/photos/<int:number>")
@allow(MANAGERS)
def show_photo(task_id: int, assignment_id: int, number: int) -> Response:
    """One photo of one answer. Raises NotFound outside her subtree."""
    staff = current_staff()
    with transaction() as session:
        get_task_in(session, staff, task_id)
        found = list_answers(session, staff, task_id, before_id=assignment_id + 1, limit=1)
    if not found or found[0].id != assignment_id or number >= len(found[0].answer_photos):
        raise NotFound("没有这张照片")
    content = read_blob(found[0].answer_photos[number])
    return Response(content, mimetype=picture_type(content), headers={"Cache-Control": "private, max-age=86400"})
