"""Getting to know her, a question at a time, and her closet: one fragment of the customer page that answers every tap."""

from collections.abc import Mapping
from uuid import uuid4

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.closet import add_item, list_closet, own_item, popular_names, take_out
from customers.models import Customer, Follow, FollowStatus
from customers.profile_actions import answer
from customers.profile_models import FieldKind, ProfileField
from customers.profile_queries import Profile, profile_of
from customers.queries import get_customer_of
from foundation.db import transaction
from foundation.errors import Invalid
from sidebar.routes.door import bp, current_staff
from sidebar.service_forms import closet_form, field_number, skipped

LIVING = (FollowStatus.ACTIVE, FollowStatus.HALF)


@bp.get("/customers/<external_userid>/known")
def show_known(external_userid: str) -> ResponseReturnValue:
    """What is known, what to ask next (`skip`: asked and left), or one field again (`ask`) to put it right."""
    with transaction() as session:
        customer, follow = get_customer_of(session, current_staff(), external_userid)
        return _fragment(session, customer, follow)


@bp.post("/customers/<external_userid>/answers")
def write_answer(external_userid: str) -> ResponseReturnValue:
    """Keep one answer, or take it away when nothing is given; answers with the next question."""
    field_id = field_number(request.form.get("field", ""))
    given = request.form.getlist("value")
    with transaction() as session:
        customer, follow = get_customer_of(session, current_staff(), external_userid)
        try:
            with session.begin_nested():
                answer(session, current_staff(), customer.id, field_id, given if request.form.get("many") else "".join(given[:1]))
        except Invalid as wrong:
            return _fragment(session, customer, follow, asked=field_id, typed=given, problems=wrong.fields), 422
        return _fragment(session, customer, follow)


@bp.post("/customers/<external_userid>/closet")
def put_in_closet(external_userid: str) -> ResponseReturnValue:
    """Put something in her closet, owned or wished for."""
    form = closet_form(request.form)
    with transaction() as session:
        customer, follow = get_customer_of(session, current_staff(), external_userid)
        try:
            with session.begin_nested():
                add_item(
                    session, current_staff(), customer.id, form.name, wished=form.wished, once=form.once, colour=form.colour,
                    size=form.size,
                )  # fmt: skip
        except Invalid as wrong:
            return _fragment(session, customer, follow, problems=wrong.fields, typed_item=vars(form)), 422
        return _fragment(session, customer, follow)


@bp.post("/customers/<external_userid>/closet/<int:item_id>")
def change_closet(external_userid: str, item_id: int) -> ResponseReturnValue:
    """A wish came true (deed=own), a thing is taken out (deed=out) or put back (deed=back)."""
    deed, staff = request.form.get("deed", ""), current_staff()
    with transaction() as session:
        customer, follow = get_customer_of(session, staff, external_userid)
        if deed == "own":
            own_item(session, staff, item_id)
        elif deed in ("out", "back"):
            take_out(session, staff, item_id, out=deed == "out")
        else:
            raise Invalid("内容有误，请刷新页面")
        return _fragment(session, customer, follow, undo=item_id if deed == "out" else None)


def _asked(profile: Profile, wanted: int | None) -> ProfileField | None:
    """The field asked for by hand, else the next question."""
    again = next((known.field for known in profile.fields if known.field.id == wanted), None)
    return again or profile.next_question(skipped(request.args))


def _fragment(
    session: Session, customer: Customer, follow: Follow, *, asked: int | None = None, typed: list[str] | None = None,
    problems: Mapping[str, str] | None = None, typed_item: Mapping[str, object] | None = None, undo: int | None = None,
) -> str:  # fmt: skip
    staff = current_staff()
    profile, closet = profile_of(session, staff, customer.id), list_closet(session, customer.id)
    question = _asked(profile, asked or request.args.get("ask", type=int))
    held = next((known.value for known in profile.fields if question and known.field.id == question.id), None)
    on = typed if typed is not None else held if isinstance(held, list) else [] if held is None else [str(held)]
    return render_template(
        "sidebar/known.html", customer_id=customer.external_userid, gender=customer.gender, profile=profile, question=question,
        on=on, problems=problems or {}, typed_item=typed_item or {}, wishes=[item for item in closet if item.wished],
        owned=[item for item in closet if not item.wished], popular=popular_names(session) if staff.id == follow.staff_id else [],
        may=follow.staff_id == staff.id and follow.status in LIVING, once=uuid4().hex, undo=undo, kinds=FieldKind,
        skip=[*skipped(request.args), *([question.id] if question else [])],
    )  # fmt: skip
