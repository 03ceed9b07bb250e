"""The audit page (审计): who did what to which thing, append-only."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.audit_queries import page_deeds
from foundation.db import transaction
from hq.audit_facts import known_of
from hq.forms import as_number
from hq.pages import cut_page
from hq.routes.door import HEADQUARTERS, allow, bp, current_staff

PAGE = 50


@bp.get("/audit")
@allow(HEADQUARTERS)
def show_audit() -> ResponseReturnValue:
    """Deeds, newest first, narrowed by who or what."""
    actor, subject = request.args.get("actor", "")[:80].strip(), request.args.get("subject", "")[:120].strip()
    with transaction() as session:
        found = page_deeds(session, as_number(request.args.get("before")), PAGE + 1, actor=actor, subject=subject)
        rows, last = cut_page(found, PAGE)
        known = known_of(session, current_staff(), rows)
    who = {f"staff:{id_}": name for id_, name in known.members.items()}
    more = url_for("hq.show_audit", before=last.id, actor=actor, subject=subject) if last else ""
    return render_template("hq/audit.html", rows=rows, who=who, known=known, next=more, actor=actor, subject=subject)
