"""Tag rules (自动标签): the list, the form with a dry run beside it, switching on and off, and what a rule did."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.categories import shelves
from content_library.queries import list_categories
from customers import tag_rule_actions
from customers.tag_queries import names_by_id
from customers.tag_rule_queries import Trial, counts_of, draft_of, get_rule, list_rules, page_done, try_rule
from customers.tag_rules import EVENTS, RuleDraft, draft_problems, narrowed, sentence
from foundation.db import transaction
from foundation.errors import AppError, Conflict, Invalid
from hq.editing import fingerprint, overtaken
from hq.forms import as_number, typed
from hq.pages import cut_page, item_choices
from hq.routes.door import HEADQUARTERS, REGIONAL, allow, bp, current_staff
from hq.tag_forms import RULE_FIELDS, new_rule_values, rule_draft, rule_values

PAGE, CHOICES = 30, 12


def _shelf_names(session: Session) -> dict[int, str]:
    return {one.id: one.path for one in shelves(list_categories(session))}


def _said(draft: RuleDraft, tag: str, shelf_names: Mapping[int, str]) -> str:
    return sentence(draft, tag, {"category": shelf_names.get(draft.match.get("category") or 0, "")})


@bp.get("/tags/rules")
@allow(REGIONAL)
def list_tag_rules() -> ResponseReturnValue:
    """The rules in plain sentences, with what they gave and what people took away."""
    with transaction() as session:
        listed, shelf_names = list_rules(session), _shelf_names(session)
    rows = [(one, _said(draft_of(one.rule), one.tag.name, shelf_names)) for one in listed]
    return render_template("hq/tag_rules.html", rows=rows)


@bp.get("/tags/rules/new")
@allow(HEADQUARTERS)
def write_tag_rule() -> ResponseReturnValue:
    """A fresh form."""
    return _show_form(new_rule_values(), {}, None)


@bp.post("/tags/rules/new")
@allow(HEADQUARTERS)
def create_tag_rule() -> ResponseReturnValue:
    """Keep a new rule, switched off."""
    return _save(None)


@bp.get("/tags/rules/<int:rule_id>/edit")
@allow(HEADQUARTERS)
def edit_tag_rule(rule_id: int) -> ResponseReturnValue:
    """The form of a rule."""
    with transaction() as session:
        values = rule_values(get_rule(session, rule_id)[0])
    return _show_form(values, {}, rule_id, seen=fingerprint(values))


@bp.post("/tags/rules/<int:rule_id>/edit")
@allow(HEADQUARTERS)
def change_tag_rule(rule_id: int) -> ResponseReturnValue:
    """Change a rule; it is off until it is switched on again."""
    return _save(rule_id)


def _save(rule_id: int | None) -> ResponseReturnValue:
    values, seen = typed(request.form, *RULE_FIELDS), request.form.get("seen", "")
    try:
        with transaction() as session:
            if rule_id is not None:
                kept = rule_values(get_rule(session, rule_id)[0])
                if changed := overtaken(seen, kept, values):
                    return _show_form(values, changed, rule_id, seen=fingerprint(kept), overtaken=True), 409
            rule = tag_rule_actions.save_rule(session, current_staff(), rule_draft(values), rule_id)
    except Invalid as problem:
        return _show_form(values, problem.fields, rule_id, seen=seen), 422
    flash("规则已保存，还没有启用。看一眼试算，再点“启用”。", "success")
    return redirect(url_for("hq.show_tag_rule", rule_id=rule.id))


def _show_form(
    values: Mapping[str, str], fields: Mapping[str, str], rule_id: int | None, *, seen: str = "", overtaken: bool = False
) -> str:
    with transaction() as session:
        tree = shelves(list_categories(session))
    return render_template(
        "hq/tag_rule_form.html", values=values, fields=fields, rule_id=rule_id, tree=tree, events=EVENTS,
        seen=seen, overtaken=overtaken,
    )  # fmt: skip


@bp.get("/tags/rules/items")
@allow(HEADQUARTERS)
def offer_rule_items() -> ResponseReturnValue:
    """Content to choose one of, by a few letters; the newest when nothing was typed. A fragment."""
    words, chosen = typed(request.args, "item_words")["item_words"].strip(), as_number(request.args.get("item_id"))
    with transaction() as session:
        found = item_choices(session, current_staff(), chosen, words=words, limit=CHOICES)
    return render_template("hq/_item_choices.html", found=found, chosen=chosen)


@bp.post("/tags/rules/try")
@allow(HEADQUARTERS)
def try_tag_rule() -> ResponseReturnValue:
    """A dry run of what stands in the form, as a fragment. Changes nothing."""
    typed_draft = rule_draft(typed(request.form, *RULE_FIELDS))
    draft = RuleDraft(
        typed_draft.name or "规则", typed_draft.tag_id, typed_draft.event, narrowed(typed_draft.event, typed_draft.match),
        typed_draft.times, typed_draft.days, typed_draft.expires_days,
    )  # fmt: skip
    if problems := draft_problems(draft):
        return render_template("hq/_tag_trial.html", trial=None, problems=problems, said="")
    with transaction() as session:
        name = names_by_id(session, [draft.tag_id or 0]).get(draft.tag_id or 0, "")
        return _trial(session, draft, name)


def _trial(session: Session, draft: RuleDraft, tag: str) -> str:
    trial: Trial | None = None
    note = ""
    try:
        trial = try_rule(session, draft)
    except Invalid as cannot:
        note = cannot.message
    said = _said(draft, tag, _shelf_names(session))
    return render_template("hq/_tag_trial.html", trial=trial, problems={}, note=note, said=said, tag=tag)


@bp.get("/tags/rules/<int:rule_id>")
@allow(HEADQUARTERS)
def show_tag_rule(rule_id: int) -> ResponseReturnValue:
    """One rule: its sentence, the dry run behind the page, the switch, and what it did."""
    before = as_number(request.args.get("before"))
    with transaction() as session:
        rule, tag = get_rule(session, rule_id)
        done, last = cut_page(page_done(session, rule_id, before, PAGE + 1), PAGE)
        given, refused = counts_of(session, [rule_id]).get(rule_id, (0, 0))
        said = _said(draft_of(rule), tag.name, _shelf_names(session))
    more = url_for("hq.show_tag_rule", rule_id=rule_id, before=last[0].id) if last else ""
    return render_template(
        "hq/tag_rule.html", rule=rule, tag=tag, said=said, done=done, next=more, given=given, refused=refused,
        can_look_back=bool(EVENTS[rule.event].kind),
    )  # fmt: skip


@bp.get("/tags/rules/<int:rule_id>/trial")
@allow(HEADQUARTERS)
def show_tag_trial(rule_id: int) -> ResponseReturnValue:
    """The dry run of a kept rule, as a fragment."""
    with transaction() as session:
        rule, tag = get_rule(session, rule_id)
        return _trial(session, draft_of(rule), tag.name)


@bp.post("/tags/rules/<int:rule_id>/on")
@allow(HEADQUARTERS)
def switch_tag_rule_on(rule_id: int) -> ResponseReturnValue:
    """Let it run as it was shown."""
    revision, known = as_number(request.form.get("revision")) or 0, bool(request.form.get("known"))
    try:
        with transaction() as session:
            tag_rule_actions.switch_on(session, current_staff(), rule_id, revision, known_too=known)
        flash("规则已启用" + ("，已经满足的客户会在几分钟内打上" if known else "，从现在起的新动作会打标签"), "success")
    except (Conflict, Invalid) as problem:
        flash(problem.message, "danger")
    return redirect(url_for("hq.show_tag_rule", rule_id=rule_id))


@bp.post("/tags/rules/<int:rule_id>/off")
@allow(HEADQUARTERS)
def switch_tag_rule_off(rule_id: int) -> ResponseReturnValue:
    """Stop it; the tags it gave stay."""
    with transaction() as session:
        tag_rule_actions.switch_off(session, current_staff(), rule_id)
    flash("规则已停用，已打上的标签都还在", "success")
    return redirect(url_for("hq.show_tag_rule", rule_id=rule_id))


@bp.post("/tags/rules/<int:rule_id>/remove")
@allow(HEADQUARTERS)
def remove_tag_rule(rule_id: int) -> ResponseReturnValue:
    """Take it from the list for good; the tags it gave stay."""
    try:
        with transaction() as session:
            tag_rule_actions.put_away(session, current_staff(), rule_id)
        flash("规则已删除，已打上的标签都还在", "success")
    except AppError as problem:
        flash(problem.message, "danger")
    return redirect(url_for("hq.list_tag_rules"))
