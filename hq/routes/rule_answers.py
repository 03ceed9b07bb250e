"""What the rule builder asks while somebody edits: how many a rule means, who and where, what a condition may hold."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation.db import Json, transaction
from foundation.errors import Invalid
from foundation.text import clean
from hq.forms import as_number
from hq.routes.door import MANAGERS, allow, bp, current_staff
from org.console_queries import department_names, staff_names, store_names
from org.models import Staff
from segments.lists import all_fields
from segments.nodes import Rule
from segments.offering import names_of_rule, offer
from segments.people import people
from segments.places import unknown_places
from segments.queries import WAYS, counted, page, split
from segments.rules import parse
from segments.sentences import sentence

SAMPLE, BARS, LONGEST_BODY = 10, 12, 200_000
NAMED_BY: dict[str, Callable[[Session, list[int]], Mapping[Any, str]]] = {
    "region": department_names,
    "store": store_names,
    "guide": staff_names,
}
NOBODY = "没有归属，或归属在您的范围以外"


@bp.post("/segments/count")
@allow(MANAGERS)
def count_rule() -> ResponseReturnValue:
    """JSON {"rule": …, "by": "" | region | store | guide}: {count, sentence, sample | split}; 422 {problems: {place: why}}."""
    request.max_content_length = LONGEST_BODY
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        return jsonify({"problems": {"rule": "条件没有读懂"}, "message": "条件没有读懂，请刷新页面"}), 422
    try:
        with transaction() as session:
            return jsonify(_answer(session, current_staff(), body.get("rule"), str(body.get("by", ""))))
    except Invalid as wrong:
        return jsonify({"problems": wrong.fields, "message": wrong.message}), 422


def _answer(session: Session, staff: Staff, body: Any, by: str) -> Json:
    rule = parse(body)
    told = counted(session, staff, rule)
    found = {
        "count": told.count,
        "by": told.by,
        "milliseconds": round(told.milliseconds, 1),
        "sentence": said(session, staff, body, rule),
    }
    if strange := unknown_places(session, staff, rule):
        found["hint"] = "没有客户在" + "、".join(f"“{word}”" for word in strange) + "，请从列表里选"
    if by in WAYS:
        return found | {"split": [{"name": name, "count": count} for name, count in bars(session, staff, rule, by)]}
    return found | {"sample": sample(session, staff, rule)}


def said(session: Session, staff: Staff, body: Json, rule: Rule) -> str:
    """The rule as a sentence with every id by its name."""
    fields = {field.name: field for field in all_fields(session, staff)}
    return sentence(rule, names_of_rule(session, staff, body), fields)


def sample(session: Session, staff: Staff, rule: Rule) -> list[Json]:
    """Ten of them, the newest first, each with the address of her page."""
    return [
        {"name": one.name, "guide": one.guide, "store": one.store,
         "url": url_for("hq.show_customer", external_userid=one.external_userid)}
        for one in people(session, staff, page(session, staff, rule, limit=SAMPLE))
    ]  # fmt: skip


def bars(session: Session, staff: Staff, rule: Rule, by: str) -> list[tuple[str, int]]:
    """The dozen largest parts by name, and the rest in one."""
    parts = split(session, staff, rule, by)
    shown, rest = parts[:BARS], sum(count for _, count in parts[BARS:])
    ids = [id_ for id_, _ in shown if id_]
    names = NAMED_BY[by](session, ids)
    told = [(names.get(id_, "已撤销") if id_ else NOBODY, count) for id_, count in shown]
    return [*told, (f"其余 {len(parts) - BARS} 个", rest)] if rest else told


@bp.get("/segments/choices")
@allow(MANAGERS)
def offer_rule_choices() -> ResponseReturnValue:
    """Choices of one field by a few letters: {"choices": [[value, label, hint], …]}; `own` leaves out that segment itself."""
    field, own = request.args.get("field", "")[:40], as_number(request.args.get("own"))
    with transaction() as session:
        found = offer(session, current_staff(), field, clean(request.args.get("q", "")))
    shown = [one for one in found if field != "segment" or one.value != own]
    return jsonify({"choices": [[one.value, one.label, one.hint] for one in shown]})
