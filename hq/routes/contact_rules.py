"""The brand's rules of contacting customers (免打扰): quiet hours, how often, how soon again. Every sender obeys them."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from customers.policies import find_policy, policy, set_policy
from foundation.db import transaction
from foundation.errors import Invalid
from hq.contact_forms import FIELDS, contact_body, contact_values
from hq.editing import fingerprint, overtaken
from hq.forms import typed
from hq.routes.door import HEADQUARTERS, allow, bp, current_staff
from org.console_queries import staff_names


@bp.get("/contact-rules")
@allow(HEADQUARTERS)
def edit_contact_rules() -> ResponseReturnValue:
    """The rules as they hold."""
    with transaction() as session:
        values = contact_values(policy(session, "contact"))
    return _show_form(values, {}, seen=fingerprint(values))


@bp.post("/contact-rules")
@allow(HEADQUARTERS)
def change_contact_rules() -> ResponseReturnValue:
    """Set them; they hold from the next send on."""
    values, seen = typed(request.form, *FIELDS), request.form.get("seen", "")
    try:
        with transaction() as session:
            kept = contact_values(policy(session, "contact"))
            if changed := overtaken(seen, kept, values):
                return _show_form(values, changed, seen=fingerprint(kept), overtaken=True), 409
            set_policy(session, current_staff(), "contact", contact_body(values))
    except Invalid as problem:
        return _show_form(values, problem.fields, seen=seen), 422
    flash("免打扰规则已保存，从现在起所有门店都按新规则", "success")
    return redirect(url_for("hq.edit_contact_rules"))


def _show_form(values: Mapping[str, str], fields: Mapping[str, str], *, seen: str, overtaken: bool = False) -> str:
    with transaction() as session:
        last = find_policy(session, "contact")
        names = staff_names(session, [last.staff_id] if last else [])
    return render_template(
        "hq/contact_rules.html", values=values, fields=fields, seen=seen, overtaken=overtaken, last=last, names=names
    )
