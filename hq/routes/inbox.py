"""The inbox page (收件箱): what the platform sent and nobody could or would work, and playing it again."""

import json

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.db import transaction
from foundation.errors import NotFound
from foundation.web import actor
from hq.forms import as_number
from hq.pages import cut_page
from hq.ports import InboxDeeds, InboxReads, inbox
from hq.routes.door import HEADQUARTERS, allow, bp

PAGE = 50


def _plugged() -> tuple[InboxReads, InboxDeeds]:
    found = inbox()
    if found is None:
        raise NotFound("这套部署没有启用收件箱")
    return found


@bp.get("/inbox")
@allow(HEADQUARTERS)
def show_inbox() -> ResponseReturnValue:
    """Counts, and the events set aside or ignored, newest first."""
    reads, _ = _plugged()
    with transaction() as session:
        counts = reads.counts(session)
        oldest = reads.oldest_waiting(session)
        found = reads.page_aside(session, before_id=as_number(request.args.get("before")), limit=PAGE + 1)
    rows, last = cut_page(found, PAGE)
    more = url_for("hq.show_inbox", before=last.id) if last else ""
    return render_template("hq/inbox.html", counts=counts, oldest=oldest, rows=rows, next=more)


@bp.get("/inbox/<int:event_id>")
@allow(HEADQUARTERS)
def show_event(event_id: int) -> ResponseReturnValue:
    """One event as it came."""
    reads, _ = _plugged()
    with transaction() as session:
        event = reads.get_event(session, event_id)
    body = {name: "***" if name in {"WelcomeCode", "ResponseCode"} else value for name, value in event.body.items()}
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return render_template("hq/event.html", event=event, body=text)


@bp.post("/inbox/<int:event_id>/replay")
@allow(HEADQUARTERS)
def replay_event(event_id: int) -> ResponseReturnValue:
    """Work it once more."""
    _, deeds = _plugged()
    with transaction() as session:
        deeds.replay(session, event_id, actor())
    flash(f"事件 {event_id} 已重新排队", "success")
    return redirect(url_for("hq.show_inbox"))
