"""Scripts (话术): found while typing, sent by the page with one tap, recorded once however often the page reports it."""

from collections.abc import Sequence

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.actions import record_send
from content_library.models import Item, ItemKind, ItemVersion
from content_library.queries import get_shown, list_categories, list_most_used, list_versions, search_items, sent_at_of
from content_library.rules import fill
from customers.actions import note_timeline, touch
from customers.models import Customer
from customers.queries import get_customer_of
from foundation.db import transaction
from foundation.text import cut
from org.queries import colleagues_of
from sidebar.forms import SendReport, send_report
from sidebar.routes.door import bp, current_customer, current_staff, store_name, variables
from sop.queries import get_assignment_of

FOUND = 20
MOST_USED = 8


def _customer(session: Session) -> tuple[Customer | None, str]:
    """The customer beside the page and how to address her. Raises NotFound for somebody else's."""
    external_userid = current_customer()
    if not external_userid:
        return None, ""
    customer, follow = get_customer_of(session, current_staff(), external_userid)
    return customer, cut(follow.remark or customer.name, 12, "")


def _cards(session: Session, items: Sequence[Item], uses: dict[int, int]) -> list[dict[str, object]]:
    """Each script filled for this guide and customer, with when it was sent to her."""
    staff = current_staff()
    customer, name = _customer(session)
    versions: dict[int, ItemVersion] = list_versions(session, items)
    sent = sent_at_of(session, customer.id, [item.id for item in items]) if customer else {}
    filled = variables(staff, store_name(session, staff), name)
    return [
        {
            "item": item,
            "version": versions[item.id],
            "bubbles": [fill(bubble, filled) for bubble in versions[item.id].body["bubbles"]],
            "sent_at": sent.get(item.id),
            "uses": uses.get(item.id, 0),
        }
        for item in items
        if item.id in versions
    ]


def _found(session: Session) -> dict[str, object]:
    staff, q = current_staff(), request.args.get("q", "").strip()[:40]
    category_id = request.args.get("category", type=int)
    used: list[tuple[Item, int]] = []
    if not q and not category_id:
        colleagues = [one.id for one in colleagues_of(session, staff)]
        used = list_most_used(session, staff.path, colleagues, MOST_USED, kind=ItemKind.SCRIPT)
    items = search_items(session, staff.path, q, kind=ItemKind.SCRIPT, category_id=category_id, limit=FOUND)
    uses = {item.id: times for item, times in used}
    rest = [item for item in items if item.id not in uses]
    cards = _cards(session, [item for item, _ in used] + rest, uses)
    return {"used": cards[: len(used)], "cards": cards[len(used) :], "q": q, "category_id": category_id}


@bp.get("/scripts")
def show_scripts() -> ResponseReturnValue:
    """Search, shelves, and what the store uses most."""
    with transaction() as session:
        return render_template("sidebar/scripts.html", categories=list_categories(session), **_found(session))


@bp.get("/scripts/results")
def show_results() -> ResponseReturnValue:
    """The list alone, while she types."""
    with transaction() as session:
        return render_template("sidebar/script_list.html", **_found(session))


def _assignment_behind(session: Session, report: SendReport) -> int | None:
    """Her copy of the task she opened this very item from; None when there is none, or it is about something else."""
    if report.assignment_id is None:
        return None
    assignment = get_assignment_of(session, current_staff(), report.assignment_id)
    return assignment.id if assignment.task.item_id == report.item_id else None


@bp.post("/sends")
def record() -> ResponseReturnValue:
    """A script or poster went out: the send, the timeline and the last contact, in one transaction and once."""
    report = send_report(request.get_json(silent=True))
    staff = current_staff()
    with transaction() as session:
        customer, _ = get_customer_of(session, staff, report.external_userid)
        item, version = get_shown(session, staff.path, report.item_id, report.version_id)
        sent = record_send(
            session, staff.id, customer.id, item.id, version.id, once=report.once, at=report.at,
            assignment_id=_assignment_behind(session, report),
        )  # fmt: skip
        if sent is not None:
            note_timeline(
                session, customer.id, "sent", staff_id=staff.id, at=report.at, once=f"sent:{sent.id}",
                title=version.title, content=item.kind, edited=report.edited, bubbles=report.bubbles,
            )  # fmt: skip
            touch(session, staff.id, customer.id, report.at)
    return jsonify({"recorded": sent is not None})
