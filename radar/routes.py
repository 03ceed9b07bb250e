"""What a reader sees at a short address: a picture, a look or a coupon on a light page of ours; the door leads the rest on."""

from typing import cast

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, send_file
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from content_library.link_actions import add_seconds
from content_library.link_queries import get_shown_link
from content_library.link_rules import CODE
from content_library.link_visits import Landing
from content_library.rules import fill
from foundation.blobs import blob_path
from foundation.db import transaction
from foundation.errors import NotFound
from foundation.web import csrf
from radar import door

bp = Blueprint("radar", __name__, url_prefix="/r", template_folder="templates")
csrf.exempt(bp)
LONGEST_REPORT = 100
MISSING = "这个链接不存在，或已经失效"


@bp.record_once
def put_the_door_in_front(state: BlueprintSetupState) -> None:
    """With the blueprint comes the door for redirects. A colleague who looks at what she sent is no reader."""
    app = cast(Flask, state.app)

    def is_colleague(environ: dict[str, object]) -> bool:
        opened = app.session_interface.open_session(app, app.request_class(environ))
        return bool(opened and "person_id" in opened)

    app.wsgi_app = door.in_front_of(app.wsgi_app, is_colleague)  # type: ignore[assignment, method-assign]


@bp.before_request
def lock() -> None:
    """Nobody signs in here: a code of ten random letters is the key to what one guide chose to send, and to nothing else."""
    code = (request.view_args or {}).get("code", "")
    if not CODE.fullmatch(code):
        raise NotFound(MISSING)


@bp.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    """The page of what we host; the door has kept the visit and says who came."""
    landing = cast("Landing | None", request.environ.get(door.LANDING))
    if landing is None:
        raise NotFound(MISSING)
    with transaction() as session:
        link, version, store = get_shown_link(session, code)
    # Whoever reads is called by no name: it may have been forwarded.
    words = {"门店": store}
    body = {name: fill(part, words) if isinstance(part, str) else part for name, part in version.body.items()}
    answer = make_response(
        render_template(
            "radar/page.html", code=code, kind=landing.target.kind, title=fill(version.title, words), body=body,
            goes_on=bool(link.url), store=store,
        )
    )  # fmt: skip
    answer.headers["Set-Cookie"] = door.cookie_of(landing.visitor)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.get("/<code>/on")
def go_on(code: str) -> ResponseReturnValue:
    """From our page to where the coupon is; the visit was kept when the page was opened."""
    with transaction() as session:
        link, _, _ = get_shown_link(session, code)
    if not link.url:
        raise NotFound(MISSING)
    answer = redirect(link.url)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.get("/<code>/picture")
def show_picture(code: str) -> ResponseReturnValue:
    """The picture of the page; nothing but pictures is ever kept under an item's `blob_key` of these kinds."""
    with transaction() as session:
        _, version, _ = get_shown_link(session, code)
    key = str(version.body.get("blob_key", ""))
    path = blob_path(key).absolute() if key else None
    if path is None or not path.exists():
        raise NotFound("图片不存在")
    with path.open("rb") as file:
        kind = "image/png" if file.read(4) == b"\x89PNG" else "image/jpeg"
    return send_file(path, mimetype=kind, etag=key, max_age=3600)


@bp.post("/<code>/seen")
def seen(code: str) -> Response:
    """The page reports that it was in view for some more seconds. Nothing is told back, whatever it says."""
    said = request.get_data(cache=False)[:LONGEST_REPORT] if (request.content_length or 0) <= LONGEST_REPORT else b""
    visitor = door.visitor_in(request.environ)
    if visitor and said.isdigit() and len(said) <= 4:
        with transaction() as session:
            add_seconds(session, code, visitor, int(said))
    return Response(status=204)
