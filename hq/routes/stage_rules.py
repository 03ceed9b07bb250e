"""The brand's rules of stages and RFM: changed with a dry run beside the form that says how many customers would move."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.console_queries import names_of
from customers.policies import find_policy, policy, set_policy
from customers.queries import list_tags
from customers.tier_rules import STAGE_NAMES, body_problems, rules_of
from customers.tier_trial import try_rules
from foundation import clock
from foundation.db import transaction
from foundation.errors import Invalid
from hq.editing import fingerprint, overtaken
from hq.forms import typed
from hq.routes.door import HEADQUARTERS, allow, bp, current_staff
from hq.tier_forms import RULE_FIELDS, STAGE_FIELDS, rfm_body, rule_values, stage_body
from org.console_queries import staff_names


def _kept(session: Session) -> dict[str, str]:
    return rule_values(policy(session, "stages"), policy(session, "rfm"))


@bp.get("/tiers/rules")
@allow(HEADQUARTERS)
def edit_stage_rules() -> ResponseReturnValue:
    """The rules as they hold."""
    with transaction() as session:
        values = _kept(session)
    return _show_form(values, {}, seen=fingerprint(values))


@bp.post("/tiers/rules")
@allow(HEADQUARTERS)
def change_stage_rules() -> ResponseReturnValue:
    """Set both topics at once; everybody is looked at anew in the next night."""
    values, seen = typed(request.form, *RULE_FIELDS), request.form.get("seen", "")
    try:
        with transaction() as session:
            kept = _kept(session)
            if changed := overtaken(seen, kept, values):
                return _show_form(values, changed, seen=fingerprint(kept), overtaken=True), 409
            _set(session, values)
    except Invalid as problem:
        return _show_form(values, problem.fields, seen=seen), 422
    flash("规则已保存，今晚按新规则重新计算；每一步变动都会记在客户轨迹里", "success")
    return redirect(url_for("hq.show_tiers"))


def _set(session: Session, values: Mapping[str, str]) -> None:
    """All problems of both topics are told at once; an unchanged topic is left alone."""
    problems: dict[str, str] = {}
    for topic, body in (("stages", stage_body(values)), ("rfm", rfm_body(values))):
        if body == policy(session, topic):
            continue
        try:
            set_policy(session, current_staff(), topic, body)
        except Invalid as problem:
            problems |= problem.fields
    if problems:
        raise Invalid("规则没有保存，请看标红的地方", problems)


@bp.post("/tiers/rules/try")
@allow(HEADQUARTERS)
def try_stage_rules() -> ResponseReturnValue:
    """A dry run of what stands in the form, as a fragment. Changes nothing."""
    body = stage_body(typed(request.form, *STAGE_FIELDS))
    if problems := body_problems(body):
        return render_template("hq/_stage_trial.html", trial=None, problems=list(dict.fromkeys(problems.values())))
    with transaction() as session:
        trial = try_rules(session, rules_of(body), clock.now())
        names = names_of(session, [id_ for id_, _, _, _ in trial.examples])
    return render_template("hq/_stage_trial.html", trial=trial, stages=STAGE_NAMES, names=names)


def _show_form(values: Mapping[str, str], fields: Mapping[str, str], *, seen: str, overtaken: bool = False) -> str:
    with transaction() as session:
        groups, last = list_tags(session), find_policy(session, "stages")
        names = staff_names(session, [last.staff_id] if last else [])
    return render_template(
        "hq/stage_rules.html", values=values, fields=fields, seen=seen, overtaken=overtaken, groups=groups, last=last, names=names
    )
