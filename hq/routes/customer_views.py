"""Saved views of the customer list: kept under a name, shared with everybody below, deleted."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.db import transaction
from foundation.errors import Invalid
from hq.customer_filters import COLUMNS, USUAL, unfolded
from hq.customer_sorts import NEWEST_TOLD, read_sort
from hq.forms import typed
from hq.routes.door import MANAGERS, allow, bp, current_staff, deed
from hq.rule_form import read_rule
from segments.offering import names_of_rule
from segments.rules import parse
from segments.sentences import sentence
from segments.views import drop_view, list_views, save_view


@bp.get("/customers/views/new")
@allow(MANAGERS)
def write_view() -> ResponseReturnValue:
    """A name for what the list shows now."""
    values = {"name": "", "rule": request.args.get("rule", ""), "sort": request.args.get("sort", ""), "shared": ""}
    return _form(values, [name for name in request.args.getlist("columns") if name in COLUMNS], {})


@bp.post("/customers/views")
@allow(MANAGERS)
def keep_view() -> ResponseReturnValue:
    """Keep it; the form again with what is wrong."""
    values, columns = typed(request.form, "name", "rule", "sort", "shared"), request.form.getlist("columns")
    columns = [name for name in columns if name in COLUMNS]
    try:
        with transaction() as session:
            rule, sort = read_rule(values["rule"]), read_sort(values["sort"])
            name = sort.name if sort else ""
            view = save_view(session, current_staff(), values["name"], rule, columns, name, shared=bool(values["shared"]))
            deed(session, "view.save", f"view:{view.id}", name=view.name, shared=view.shared)
    except Invalid as wrong:
        return _form(values, columns, wrong.fields or {"rule": wrong.message})
    flash(f"视图“{view.name}”已保存")
    return redirect(url_for("hq.list_customers", view=view.id))


def _form(values: dict[str, str], columns: list[str], fields: dict[str, str]) -> ResponseReturnValue:
    try:
        sort = read_sort(values["sort"])
    except Invalid as wrong:
        sort, fields = None, wrong.fields | fields
    with transaction() as session:
        told = "条件读不懂，请回到列表重新选择"
        try:
            body = read_rule(values["rule"])
            told = sentence(parse(body), names_of_rule(session, current_staff(), body))
        except Invalid as wrong:
            fields = {"rule": wrong.message} | fields
        mine = [view.name for view in list_views(session, current_staff()) if view.staff_id == current_staff().id]
    filters, rest = unfolded(body) if "rule" not in fields else ({}, [])
    back = url_for("hq.list_customers", rule=values["rule"] if filters or rest else None, columns=columns or None,
                   sort=sort.name if sort else None)  # fmt: skip
    page = render_template(
        "hq/customer_view_form.html", values=values, fields=fields, told=told, mine=mine, chosen=columns or USUAL,
        columns=COLUMNS, back_to=back, order=sort.told if sort else NEWEST_TOLD,
    )  # fmt: skip
    return page, 400 if fields else 200


@bp.post("/customers/views/<int:view_id>/delete")
@allow(MANAGERS)
def delete_view(view_id: int) -> ResponseReturnValue:
    """One of her own, gone."""
    with transaction() as session:
        drop_view(session, current_staff(), view_id)
        deed(session, "view.delete", f"view:{view_id}")
    flash("视图已删除")
    return redirect(url_for("hq.list_customers"))
