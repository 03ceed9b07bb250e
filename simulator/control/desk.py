"""/_control for the page people play on: several looks in one request, one contact of a guide, a file a person sends."""

from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.test import Client
from werkzeug.wrappers import Response as Answer

from simulator import ids
from simulator.control.answer import answer, refuse, world
from simulator.control.rows import contact_row
from simulator.world.media import Media

bp = Blueprint("desk", __name__, url_prefix="/_control")
MOST_LOOKS = 40
EXAMPLE = "?path=members/lixiaomei&path=groups%3Fuserid%3Dlixiaomei"
KINDS = {"image": "image/", "video": "video/", "voice": "audio/"}
UPLOAD_LIMIT = 20 * 1024 * 1024
# These never end, or ask for each other without end.
NOT_HERE = frozenset({"stream.stream", "desk.look_at_several"})


@bp.get("/several")
def look_at_several() -> Response:
    """Every `path` (of /_control/, read only) answered in the order asked: {"answers": [{"status", "body"}]}."""
    paths = request.args.getlist("path")
    if not 0 < len(paths) <= MOST_LOOKS or any(map(_is_not_for_here, paths)):
        return refuse(f"name 1 to {MOST_LOOKS} addresses of /_control/ that answer JSON, for example {EXAMPLE}")
    client = Client(current_app.wsgi_app, Answer)
    parts = []
    for path in paths:
        found = client.get(f"/_control/{path}")
        body = found.get_data(as_text=True) if found.mimetype == "application/json" else "null"
        parts.append(f'{{"status": {found.status_code}, "body": {body}}}')
    return Response(f'{{"answers": [{", ".join(parts)}]}}', content_type="application/json; charset=utf-8")


def _is_not_for_here(path: str) -> bool:
    """By the handler it would reach, however it is spelled; one that reaches none answers its own 404."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(f"/_control/{unquote(urlsplit(path).path)}", "GET")
    except (HTTPException, ValueError):
        return False
    return endpoint in NOT_HERE


@bp.get("/members/<userid>/contacts/<external_userid>")
def show_contact(userid: str, external_userid: str) -> Response:
    """One row of the guide's contacts, so that a page need not read all of them again after one change."""
    found = world()
    with found.lock:
        follow = found.state.customers.find_follow(userid, external_userid)
        if follow is None:
            return refuse("these two never added each other", 404)
        return answer(contact_row(found, follow))


@bp.post("/files")
def keep_file() -> Response:
    """The file a person picked on the page (raw body, `?filename=`), kept like uploaded media for three days."""
    content = request.get_data()
    if not 0 < len(content) <= UPLOAD_LIMIT:
        return refuse("send the file itself as the body, at most 20 MB, for example POST /_control/files?filename=look.png")
    content_type = request.mimetype or "application/octet-stream"
    kind = next((name for name, lead in KINDS.items() if content_type.startswith(lead)), "file")
    found = world()
    with found.lock:
        media_id = ids.media_id(found.rng)
        name = request.args.get("filename", "")[:128] or media_id
        found.state.files.media[media_id] = Media(media_id, kind, name, content_type, found.seconds, content)
    body: dict[str, Any] = {"media_id": media_id, "filename": name, "file_size": len(content)}
    return answer({"msgtype": kind, "body": body})
