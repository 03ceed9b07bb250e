"""What she writes down beside the chat: a note, a size, a next step. Each may arrive late and twice, and counts once."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.queries import get_customer_of
from customers.service_actions import add_note, finish_step, plan_step, set_size, set_visited
from customers.service_queries import service_of
from foundation.db import Json, transaction
from sidebar import words
from sidebar.routes.door import bp, current_staff
from sidebar.service_forms import note_form, size_form, step_form, switch, visit_form


def service_facts(session: Session, customer_id: int) -> Json:
    """What is written down of her, as the page's script shows it."""
    found = service_of(session, customer_id, current_staff().id)
    return words.service(found)


def _customer_id(session: Session, external_userid: str) -> int:
    return get_customer_of(session, current_staff(), external_userid)[0].id


@bp.post("/customers/<external_userid>/notes")
def write_note(external_userid: str) -> ResponseReturnValue:
    """Keep a note; answers with all that is written down."""
    text, once = note_form(request.get_json(silent=True))
    with transaction() as session:
        customer_id = _customer_id(session, external_userid)
        add_note(session, current_staff(), customer_id, text, once)
        return jsonify(service_facts(session, customer_id))


@bp.post("/customers/<external_userid>/sizes")
def write_size(external_userid: str) -> ResponseReturnValue:
    """Keep or take away one size; answers with all that is written down."""
    kind, value, at = size_form(request.get_json(silent=True))
    with transaction() as session:
        customer_id = _customer_id(session, external_userid)
        set_size(session, current_staff(), customer_id, kind, value, at)
        return jsonify(service_facts(session, customer_id))


@bp.post("/customers/<external_userid>/visits")
def write_visit(external_userid: str) -> ResponseReturnValue:
    """{"on": true} when she is in the store today, false to take that back; answers with all that is written down."""
    on, at = visit_form(request.get_json(silent=True))
    with transaction() as session:
        customer_id = _customer_id(session, external_userid)
        set_visited(session, current_staff(), customer_id, on=on, at=at)
        return jsonify(service_facts(session, customer_id))


@bp.post("/customers/<external_userid>/steps")
def write_step(external_userid: str) -> ResponseReturnValue:
    """Keep a next step with its reminder; answers with all that is written down."""
    text, due_at, once = step_form(request.get_json(silent=True))
    with transaction() as session:
        customer_id = _customer_id(session, external_userid)
        plan_step(session, current_staff(), customer_id, text, due_at, once)
        return jsonify(service_facts(session, customer_id))


@bp.post("/steps/<int:step_id>")
def close_step(step_id: int) -> ResponseReturnValue:
    """{"on": true} when it is done, false to take that back; answers with all that is written down."""
    done = switch(request.get_json(silent=True))
    with transaction() as session:
        step = finish_step(session, current_staff(), step_id, done=done)
        return jsonify(service_facts(session, step.customer_id))
