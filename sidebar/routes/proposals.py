"""My contributions (我的投稿): propose a script or a picture, see what became of each."""

from flask import jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue

from content_library.proposal_actions import propose, withdraw
from content_library.proposal_queries import page_of_hers
from foundation.blobs import blob_path
from foundation.db import transaction
from foundation.errors import NotFound
from sidebar.forms import photo_keys
from sidebar.routes.door import bp, current_staff
from sidebar.service_forms import proposal_form

SHOWN = 20


@bp.get("/proposals")
def show_proposals() -> ResponseReturnValue:
    """The form, and what she proposed with its answer, newest first; `before` goes on."""
    with transaction() as session:
        rows = page_of_hers(session, current_staff(), request.args.get("before", type=int), SHOWN)
    return render_template("sidebar/proposals.html", rows=rows, more=len(rows) == SHOWN, start=request.args.get("text", ""))


@bp.post("/proposals")
def make_proposal() -> ResponseReturnValue:
    """Hand in a script or a picture, once."""
    given, staff = proposal_form(request.get_json(silent=True)), current_staff()
    blob_key = photo_keys([given.photo], staff.id)[0] if given.photo else ""
    with transaction() as session:
        made = propose(session, staff, given.title, given.bubbles, blob_key, given.why, given.once)
        return jsonify({"id": made.id})


@bp.post("/proposals/<int:proposal_id>/withdraw")
def withdraw_proposal(proposal_id: int) -> ResponseReturnValue:
    """Take one back that nobody decided yet; answers with its row."""
    with transaction() as session:
        row = withdraw(session, current_staff(), proposal_id)
        return render_template("sidebar/proposal_row.html", row=row)


@bp.get("/proposals/<int:proposal_id>/picture")
def show_proposal_picture(proposal_id: int) -> ResponseReturnValue:
    """The picture of one of hers."""
    with transaction() as session:
        hers = page_of_hers(session, current_staff(), proposal_id + 1, 1)
    if not hers or hers[0].id != proposal_id or not hers[0].blob_key:
        raise NotFound("没有这张图片")
    key = hers[0].blob_key
    return send_file(blob_path(key).absolute(), mimetype="image/jpeg", etag=key, max_age=3600)
