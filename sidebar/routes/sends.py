"""A send she reports: recorded once however often the page reports it, with customer, item, version and task."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.actions import record_send
from content_library.models import Category
from content_library.queries import get_shown
from customers.actions import note_timeline, touch
from customers.models import Follow
from customers.queries import get_customer_of
from customers.respect import note_contact
from foundation.db import transaction
from sidebar.contact_kind import kind_of_sending
from sidebar.forms import SendReport, send_report
from sidebar.routes.door import bp, current_staff
from sop.care_actions import finish_care
from sop.customer_queries import list_asked
from sop.models import Assignment
from sop.queries import get_assignment_of


def _assignment_behind(session: Session, report: SendReport) -> Assignment | None:
    """Her copy of the task she opened this very item from; None when there is none, or it is about something else."""
    if report.assignment_id is None:
        return None
    assignment = get_assignment_of(session, current_staff(), report.assignment_id)
    return assignment if assignment.task.item_id == report.item_id else None


def _care_done(session: Session, follow: Follow, item_id: int) -> bool:
    """Whether what she sent was the care due for her customer today, which is done with it: no second tap for the same deed."""
    staff = current_staff()
    if follow.staff_id != staff.id:
        return False
    due = [one.id for one in list_asked(session, staff, follow) if one.kind == "care" and one.item_id == item_id]
    return bool(due) and finish_care(session, staff, follow.id, due[0], "done")


@bp.post("/sends")
def record() -> ResponseReturnValue:
    """It went out: send, timeline, ledger of contacts, last contact, in one transaction and once; `care` if one was due."""
    report = send_report(request.get_json(silent=True))
    staff = current_staff()
    with transaction() as session:
        customer, follow = get_customer_of(session, staff, report.external_userid)
        item, version = get_shown(session, staff.path, report.item_id, report.version_id)
        category = session.get(Category, item.category_id) if item.category_id else None
        behind = _assignment_behind(session, report)
        sent = record_send(
            session, staff.id, customer.id, item.id, version.id, once=report.once, at=report.at,
            assignment_id=behind.id if behind else None,
        )  # fmt: skip
        if sent is not None:
            asked = {"assignment": behind.id, "task": behind.task_id} if behind else {}
            note_timeline(
                session, customer.id, "sent", staff_id=staff.id, at=report.at, once=f"sent:{sent.id}",
                title=version.title, content=item.kind, edited=report.edited, bubbles=report.bubbles,
                category=category.name if category else "", item=item.id, **asked,
            )  # fmt: skip
            touch(session, staff.id, customer.id, report.at)
            kind = kind_of_sending(item, reply=report.reply)
            about, once = f"item:{item.id}", f"send:{sent.id}"
            note_contact(session, customer.id, kind, "chat", staff.id, about, once, report.at)
        cared = sent is not None and _care_done(session, follow, item.id)
    return jsonify({"recorded": sent is not None} | ({"care": True} if cared else {}))
