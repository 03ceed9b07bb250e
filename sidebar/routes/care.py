"""Today's customers (今日客户): who is due by the lifecycle plan, with the script ready."""

from collections.abc import Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.models import Item, ItemKind
from content_library.queries import list_items_for, list_versions
from content_library.rules import fill
from foundation import clock
from foundation.db import transaction
from foundation.errors import NotFound
from sidebar.beside import address_of
from sidebar.routes.door import bp, current_staff, store_name, variables
from sop.actions import finish_care
from sop.care_queries import CareDue, list_care_due

SHOWN = 100


def _rows(session: Session, due: Sequence[CareDue]) -> list[dict[str, object]]:
    """Each customer due with the words of her node's script, filled for her."""
    staff = current_staff()
    wanted = {one.node.item_id for one in due if one.node.item_id}
    items: list[Item] = list_items_for(session, staff.path, sorted(wanted)) if wanted else []
    versions = list_versions(session, [item for item in items if item.kind == ItemKind.SCRIPT])
    store = store_name(session, staff)
    rows: list[dict[str, object]] = []
    for one in due:
        name = one.follow.remark or one.customer.name
        filled = variables(staff, store, address_of(one.customer, one.follow))
        version = versions.get(one.node.item_id or 0)
        bubbles = [fill(bubble, filled) for bubble in version.body["bubbles"]] if version else []
        rows.append({"due": one, "name": name or "微信客户", "bubbles": bubbles})
    return rows


def _left(due: Sequence[CareDue]) -> dict[str, int]:
    """How many are still to do, and the minutes they take."""
    open_ones = [one for one in due if not one.done]
    return {"left": len(open_ones), "minutes": sum(one.node.estimated_minutes for one in open_ones)}


@bp.get("/care")
def show_care() -> ResponseReturnValue:
    """The list of the morning, by node."""
    with transaction() as session:
        due = list_care_due(session, current_staff(), clock.today(), SHOWN)
        return render_template("sidebar/care.html", rows=_rows(session, due), **_left(due))


@bp.post("/care/<int:follow_id>/<int:node_id>")
def finish_one(follow_id: int, node_id: int) -> ResponseReturnValue:
    """Done or skipped; answers with the row as it is now and what is left."""
    staff = current_staff()
    with transaction() as session:
        finish_care(session, staff, follow_id, node_id, request.form.get("outcome", ""))
        due = list_care_due(session, staff, clock.today(), SHOWN)
        hers = [one for one in due if one.follow.id == follow_id]
        if not hers:
            raise NotFound("没有这位客户")
        return render_template("sidebar/care_answer.html", row=_rows(session, hers)[0], moved=True, **_left(due))
