"""Before anything goes into a chat the page asks whether it may; "是在回复客户" makes words an answer, noted in her timeline."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.queries import get_item_for
from customers.actions import note_timeline
from customers.models import Customer
from customers.queries import get_customer_of
from customers.respect import may_contact_by_kind
from customers.respect_models import ContactKind
from customers.respect_rules import Refusal
from foundation import clock
from foundation.db import Json, transaction
from sidebar.contact_kind import kind_of_sending
from sidebar.forms import sending_form
from sidebar.routes.door import bp, current_staff


@bp.post("/customers/<external_userid>/sending")
def ask_to_send(external_userid: str) -> ResponseReturnValue:
    """{"may": true}, or false with "reason" in Chinese (and when it will be allowed). {"reply": true}: she asked just now.

    "reply" in the answer says whether that would help; where it would not, "hint" says why.
    """
    staff = current_staff()
    with transaction() as session:
        customer, _ = get_customer_of(session, staff, external_userid)
        item_id, reply = sending_form(request.get_json(silent=True))
        item, _ = get_item_for(session, staff.path, item_id)
        kind, answer, now = kind_of_sending(item, reply=reply), kind_of_sending(item, reply=True), clock.now()
        found = may_contact_by_kind(session, [customer.id], sorted({kind, answer}), now, staff_id=staff.id)
        refused = found[kind].get(customer.id)
        if refused is None:
            if reply:
                _note_answer(session, customer)
            return jsonify({"may": True})
        hint = _no_answer(answer, found[answer].get(customer.id))
    told: Json = {"may": False, "reason": refused.told(now), "rule": refused.rule, "reply": not hint}
    return jsonify(told | ({"hint": hint} if hint else {}))


def _no_answer(kind: ContactKind, refused: Refusal | None) -> str:
    """Why saying that it answers her does not help; "" when it does."""
    if kind == ContactKind.MARKETING:
        return "这是营销内容，不能当作回复发送；客户在问您的话，请直接打字或换一条话术回答。"
    return "客户最近没有找过我们，不能当作回复发送；在聊天里问您的话，请直接打字回答。" if refused else ""


def _note_answer(session: Session, customer: Customer) -> None:
    """Her guide says she is answering: once an hour is enough. It is the guide's word, no sign of the customer's own."""
    now, staff = clock.now(), current_staff()
    once = f"answering:{customer.id}:{staff.id}:{now:%Y%m%d%H}"
    note_timeline(session, customer.id, "answering", staff_id=staff.id, at=now, once=once)
