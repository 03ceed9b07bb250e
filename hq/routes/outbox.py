"""The outbox page (发件箱): what is owed to the platform, what died and why, and owing it again."""

import json

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.db import transaction
from foundation.web import actor
from hq.forms import as_number
from hq.pages import cut_page
from hq.routes.door import HEADQUARTERS, allow, bp, deed
from outbox.actions import resend
from outbox.console_queries import list_dead_kinds, list_resendable
from outbox.queries import count_by_status, count_waiting_by_lane, find_paused, get_message, oldest_waiting, page_dead

PAGE = 50
RESENT_AT_ONCE = 500
HIDDEN = {"welcome_code", "response_code"}


@bp.get("/outbox")
@allow(HEADQUARTERS)
def show_outbox() -> ResponseReturnValue:
    """Counts, paused calls, and the dead with their reasons."""
    with transaction() as session:
        facts = {
            "counts": count_by_status(session),
            "lanes": count_waiting_by_lane(session),
            "oldest": oldest_waiting(session),
            "paused": find_paused(session),
            "kinds": list_dead_kinds(session),
        }
        found = page_dead(session, before_id=as_number(request.args.get("before")), limit=PAGE + 1)
    rows, last = cut_page(found, PAGE)
    more = url_for("hq.show_outbox", before=last.id) if last else ""
    return render_template("hq/outbox.html", rows=rows, next=more, **facts)


@bp.get("/outbox/<int:message_id>")
@allow(HEADQUARTERS)
def show_message(message_id: int) -> ResponseReturnValue:
    """One owed call as it stands."""
    with transaction() as session:
        message = get_message(session, message_id)
    payload = {name: "***" if name in HIDDEN else value for name, value in message.payload.items()}
    text = json.dumps(payload, ensure_ascii=False, indent=2)
    answer = json.dumps(message.answer, ensure_ascii=False, indent=2) if message.answer else ""
    return render_template("hq/message.html", message=message, payload=text, answer=answer)


@bp.post("/outbox/<int:message_id>/resend")
@allow(HEADQUARTERS)
def resend_one(message_id: int) -> ResponseReturnValue:
    """Owe one dead message again."""
    with transaction() as session:
        resend(session, message_id, actor())
    flash(f"消息 {message_id} 已重新排队", "success")
    return redirect(url_for("hq.show_outbox"))


@bp.post("/outbox/resend")
@allow(HEADQUARTERS)
def resend_kind() -> ResponseReturnValue:
    """Owe all dead messages of one call and errcode again, some hundreds at a time."""
    call, errcode = request.form.get("call", "")[:80], _errcode(request.form.get("errcode", ""))
    with transaction() as session:
        ids = list_resendable(session, call, errcode, RESENT_AT_ONCE)
        for message_id in ids:
            resend(session, message_id, actor())
        deed(session, "outbox.resend_kind", f"call:{call}", errcode=errcode, messages=len(ids))
    more = "，还有更多，可再点一次" if len(ids) == RESENT_AT_ONCE else ""
    flash(f"{len(ids)} 条消息已重新排队{more}" if ids else "没有可以重发的消息（都过了时效）", "success" if ids else "warning")
    return redirect(url_for("hq.show_outbox"))


def _errcode(text: str) -> int | None:
    return int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 10 else None
