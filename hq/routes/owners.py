"""Whose customer she is (归属): the brand's rules with a dry run, and one customer's owner with its history."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from customers.console_queries import names_of
from customers.merge_queries import merges_into, owner_history
from customers.owner_actions import HOLDS, change_owner, guides_offered, may_take
from customers.owner_rules import SOURCES, WHY_NAMES, body_problems
from customers.owner_trial import try_owner_rules
from customers.policies import find_policy, policy, set_policy
from customers.queries import get_customer_card
from foundation.db import transaction
from foundation.errors import Invalid
from hq.editing import fingerprint, overtaken
from hq.forms import as_number, typed
from hq.owner_forms import OWNER_FIELDS, RULE_FIELDS, owner_body, owner_values
from hq.routes.door import HEADQUARTERS, MANAGERS, allow, bp, current_staff
from org.console_queries import staff_names, store_names

LONGEST_SEARCH = 40


@bp.get("/owner-rules")
@allow(HEADQUARTERS)
def edit_owner_rules() -> ResponseReturnValue:
    """The rules as they hold."""
    with transaction() as session:
        values = owner_values(policy(session, "owner"))
    return _show_rules(values, {}, seen=fingerprint(values))


@bp.post("/owner-rules")
@allow(HEADQUARTERS)
def change_owner_rules() -> ResponseReturnValue:
    """Set them; everybody is looked at in the next night, who does anything before that at once."""
    values, seen = typed(request.form, *RULE_FIELDS), request.form.get("seen", "")
    try:
        with transaction() as session:
            kept = owner_values(policy(session, "owner"))
            if changed := overtaken(seen, kept, values):
                return _show_rules(values, changed, seen=fingerprint(kept), overtaken=True), 409
            set_policy(session, current_staff(), "owner", owner_body(values))
    except Invalid as problem:
        return _show_rules(values, _at_fields(problem.fields), seen=seen), 422
    flash("归属规则已保存，今晚按新规则重新计算；每次变更都会记在客户轨迹里", "success")
    return redirect(url_for("hq.edit_owner_rules"))


def _at_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """The order is typed in three fields; its problem stands at the first."""
    return {"first_look" if name == "order" else name: words for name, words in fields.items()}


@bp.post("/owner-rules/try")
@allow(HEADQUARTERS)
def try_rules_of_owners() -> ResponseReturnValue:
    """A dry run of what stands in the form, as a fragment. Changes nothing."""
    body = owner_body(typed(request.form, *RULE_FIELDS))
    if problems := body_problems(body):
        return render_template("hq/_owner_trial.html", trial=None, problems=list(dict.fromkeys(problems.values())))
    with transaction() as session:
        trial = try_owner_rules(session, body)
        names = names_of(session, [id_ for id_, _, _, _ in trial.examples])
        guides = staff_names(session, [guide for _, was, then, _ in trial.examples for guide in (was, then)])
    return render_template("hq/_owner_trial.html", trial=trial, names=names, guides=guides, whys=WHY_NAMES)


def _show_rules(values: Mapping[str, str], fields: Mapping[str, str], *, seen: str, overtaken: bool = False) -> str:
    with transaction() as session:
        last = find_policy(session, "owner")
        names = staff_names(session, [last.staff_id] if last else [])
    return render_template(
        "hq/owner_rules.html", values=values, fields=fields, seen=seen, overtaken=overtaken, last=last, names=names,
        sources={name: text for name, text in SOURCES.items() if name != "first"},
    )  # fmt: skip


@bp.get("/customers/<external_userid>/owner")
@allow(MANAGERS)
def show_owner(external_userid: str) -> ResponseReturnValue:
    """Whose she is, why, until when, and whose she was."""
    return _show_owner(external_userid, None, {})


@bp.post("/customers/<external_userid>/owner")
@allow(MANAGERS)
def move_owner(external_userid: str) -> ResponseReturnValue:
    """Give her to another guide, hold her there for a while, or leave it to the rules."""
    values, staff = typed(request.form, *OWNER_FIELDS), current_staff()
    try:
        with transaction() as session:
            customer, _, _ = get_customer_card(session, staff, external_userid)
            kept = {"owner": str(customer.owner_id or "")}
            if changed := overtaken(request.form.get("seen", ""), kept, values):
                return _show_owner(external_userid, values, changed, overtaken=True), 409
            wanted, hold = as_number(values["owner"]), as_number(values["hold"])
            if values["owner"] and wanted is None:
                raise Invalid("归属没有改，请看标红的地方", {"owner": "请从列表里选择导购"})
            keep, note = values["hold"] == "keep", values["note"]
            changed_hands = change_owner(session, staff, customer.id, wanted, hold, note, keep=keep)
    except Invalid as problem:
        return _show_owner(external_userid, values, problem.fields), 422
    flash("归属已改，记在了客户轨迹里" if changed_hands else "归属没有换人，其余的已保存", "success")
    return redirect(url_for("hq.show_owner", external_userid=external_userid))


def _show_owner(
    external_userid: str, values: Mapping[str, str] | None, fields: Mapping[str, str], *, overtaken: bool = False
) -> str:  # fmt: skip
    staff, words = current_staff(), request.args.get("q", "").strip()[:LONGEST_SEARCH]
    with transaction() as session:
        customer, follow, _ = get_customer_card(session, staff, external_userid)
        friends, others = guides_offered(session, staff, customer.id, words)
        history = owner_history(session, customer.id)
        names = staff_names(session, [customer.owner_id, *(id_ for one in history for id_ in (one.was_id, one.now_id))])
        stores = store_names(session, [one.store_id for one in (*friends, *others)])
        allowed, merged = may_take(session, staff, customer), merges_into(session, customer.id)
    owner = str(customer.owner_id or "")
    shown = values or {"owner": owner, "hold": "keep" if customer.owner_locked_until else "", "note": ""}
    return render_template(
        "hq/customer_owner.html", customer=customer, follow=follow, friends=friends, others=others, history=history, names=names,
        stores=stores, values=shown, fields=fields, overtaken=overtaken, seen=fingerprint({"owner": owner}), whys=WHY_NAMES,
        holds=HOLDS, q=words, allowed=allowed, merged=merged,
    )  # fmt: skip
