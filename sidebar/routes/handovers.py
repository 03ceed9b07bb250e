"""Customers a guide took over from a colleague (交接): who they are, what was noted last, what was promised."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from customers.handover_queries import page_handed
from customers.queries import tags_of
from foundation.db import transaction
from sidebar.routes.door import bp, current_staff

SHOWN = 30


@bp.get("/handovers/<int:handover_id>")
def show_handed(handover_id: int) -> ResponseReturnValue:
    """The page a card opens, or the next rows alone when it asks with `after`."""
    after = request.args.get("after", 0, type=int)
    with transaction() as session:
        before, rows = page_handed(session, current_staff(), handover_id, after, SHOWN)
        wanted = sorted({id_ for one in rows for id_ in one.customer.tag_ids[:3]})
        tags = {tag.id: tag.name for tag in tags_of(session, wanted)}
    template = "sidebar/handed_rows.html" if request.headers.get("HX-Request") else "sidebar/handed.html"
    return render_template(template, rows=rows, before=before, tags=tags, handover_id=handover_id, more=len(rows) == SHOWN)
