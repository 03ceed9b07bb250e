"""Her own page (我的): her code, what she did today and what it brought, her rank, and where to go."""

from flask import render_template, send_file
from flask.typing import ResponseReturnValue

from acquisition.actions import want_code
from acquisition.models import CodeStatus
from acquisition.rules import OWN_CHANNEL
from content_library.actions import keep_picture
from content_library.calendar_queries import list_done, posts_due
from content_library.pictures import fetch_picture
from content_library.proposal_queries import page_of_hers
from content_library.queries import list_pictures
from customers.queries import count_follows
from customers.service_queries import list_steps_of
from foundation import clock
from foundation.blobs import blob_path
from foundation.db import transaction
from foundation.errors import NotFound
from leaderboard.queries import facts_of, my_rank
from leaderboard.rules import points
from sidebar.codes import my_code
from sidebar.routes.door import bp, current_staff, store_name
from sop.queries import list_open_of


@bp.get("/me")
def show_me() -> ResponseReturnValue:
    """Today in figures, her place in the store, her code."""
    staff, today = current_staff(), clock.today()
    with transaction() as session:
        facts, owed = facts_of(session, staff, today), list_open_of(session, staff)
        return render_template(
            "sidebar/me.html", code=my_code(session, staff), facts=facts, points=points(facts), store=store_name(session, staff),
            rank=my_rank(session, staff, today, today, staff.path), customers=count_follows(session, staff),
            owed=owed, minutes=sum(one.task.estimated_minutes for one in owed),
        )  # fmt: skip


@bp.get("/me/today")
def show_my_day() -> ResponseReturnValue:
    """What is left of today beside her tasks: next steps, persona posts, contributions. A fragment."""
    staff = current_staff()
    with transaction() as session:
        posts = posts_due(session, staff, clock.today())
        done = list_done(session, staff, [post.id for post in posts])
        return render_template(
            "sidebar/my_day.html", steps=list_steps_of(session, staff, 5), posts=posts, done=done,
            proposals=page_of_hers(session, staff, None, 20),
        )  # fmt: skip


@bp.post("/me/code")
def make_code() -> ResponseReturnValue:
    """Ask for her code, once; answers with the fragment that waits for it."""
    with transaction() as session:
        code = my_code(session, current_staff())
        if code is None or code.status == CodeStatus.FAILED:
            code = want_code(session, current_staff(), code.channel if code else OWN_CHANNEL)
        return render_template("sidebar/code.html", code=code)


@bp.get("/me/code")
def show_code() -> ResponseReturnValue:
    """How her code stands; polled until it is ready."""
    with transaction() as session:
        return render_template("sidebar/code.html", code=my_code(session, current_staff()))


@bp.get("/me/code.png")
def show_code_picture() -> ResponseReturnValue:
    """Her code's picture, kept once as our own blob."""
    with transaction() as session:
        code = my_code(session, current_staff())
        url = code.qr_code if code else ""
        kept = list_pictures(session, [url]).get(url)
    if not url:
        raise NotFound("您的二维码还在生成")
    if kept is None or kept.blob_key is None:
        content = fetch_picture(url)
        with transaction() as session:
            kept = keep_picture(session, url, content)
    if kept.blob_key is None:
        raise NotFound("二维码图片暂时取不到，请稍后再试")
    return send_file(blob_path(kept.blob_key).absolute(), mimetype="image/png", etag=kept.blob_key, max_age=60)
