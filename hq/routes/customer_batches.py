"""Deeds on many customers (批量操作): chosen in the list, told once more before they begin, followed, stopped and taken back."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.batch_deeds import ONE_BY_ONE
from customers.batch_kinds import DEEDS, MOST_NAMED
from customers.batches import can_undo, cancel_batch, get_batch, last_undo, page_batches, start_batch, undo_batch
from customers.models import Consent
from customers.queries import list_tags, tags_of
from customers.tag_models import BatchStatus, CustomerBatch
from foundation.db import Json, transaction
from foundation.errors import Conflict, Invalid
from hq.customer_filters import CHOICES
from hq.forms import as_number, as_numbers, typed
from hq.pages import cut_page
from hq.routes.door import MANAGERS, allow, bp, current_staff
from hq.rule_form import read_rule
from org.console_queries import staff_names
from org.models import Staff
from segments.choosing import choose
from segments.offering import names_of_rule, offer
from segments.queries import count, resolve
from segments.rules import parse
from segments.sentences import sentence

PAGE = 30
OPEN = (BatchStatus.WAITING, BatchStatus.RUNNING)
KINDS = {
    "tag": ("打标签", "把一个标签加给这些客户"), "untag": ("去标签", "把一个标签从这些客户身上拿掉"),
    "owner": ("换归属", "把这些客户归到另一位导购名下，好友关系不变"),
    "consent": ("改接收意愿", "只会收紧，已经更严的客户保持不变；所有门店都会照做"),
    "list": ("存成名单", "存成一个固定人群，之后不会变"),
}  # fmt: skip
FIELDS = ("kind", "rule", "everyone", "once", "tag", "owner", "consent", "list", "guide")


@bp.post("/customers/bulk")
@allow(MANAGERS)
def plan_batch() -> ResponseReturnValue:
    """What will be done to whom, before anything is done."""
    values, chosen = typed(request.form, *FIELDS), as_numbers(request.form.getlist("c")[: MOST_NAMED + 1])
    return _plan(values | {"once": secrets.token_hex(12)}, chosen, {})


@bp.post("/batches")
@allow(MANAGERS)
def begin_batch() -> ResponseReturnValue:
    """Begin; the same form sent twice begins once."""
    staff, values = current_staff(), typed(request.form, *FIELDS)
    chosen = as_numbers(request.form.getlist("c")[: MOST_NAMED + 1])
    try:
        with transaction() as session:
            kind = values["kind"] if values["kind"] in _kinds() else ""
            once = f"{staff.id}:{values['once'][:40]}"
            who = _who(session, staff, values, chosen, once)
            batch = start_batch(session, staff, kind, who, _deed(session, staff, values), once)
    except Invalid as wrong:
        return _plan(values, chosen, wrong.fields or {"who": wrong.message})
    return redirect(url_for("hq.show_batch", batch_id=batch.id))


def _kinds() -> dict[str, tuple[str, str]]:
    """The deeds this page knows and somebody here can do."""
    return {kind: told for kind, told in KINDS.items() if kind in DEEDS}


def _who(session: Session, staff: Staff, values: dict[str, str], chosen: Sequence[int], once: str) -> Json:
    if not values["everyone"]:
        return {"customers": list(chosen)}
    rule = read_rule(values["rule"])
    resolve(session, parse(rule), staff)
    return choose(session, staff, rule, f"batch:{once}")


def _deed(session: Session, staff: Staff, values: dict[str, str]) -> Json:
    kind = values["kind"]
    if kind in {"tag", "untag"}:
        if as_number(values["tag"]) is None:
            raise Invalid("请选一个标签", {"tag": "请选一个标签"})
        return {"tag": as_number(values["tag"])}
    if kind == "owner":
        return {"owner": _guide(session, staff, values)}
    return {kind: values.get(kind, "").strip()}


def _guide(session: Session, staff: Staff, values: dict[str, str]) -> int:
    """The guide meant: chosen among several of the name, or the only one called so."""
    found = offer(session, staff, "owner", values["guide"]) if values["guide"].strip() else []
    picked = as_number(values["owner"])
    if picked in [one.value for one in found]:
        return int(picked or 0)
    if len(found) == 1:
        return int(found[0].value)
    words = "有几位同名的，请在下面选一位" if found else "您的管理范围内没有这位导购，换个写法试试"
    raise Invalid(words, {"guide": words if values["guide"].strip() else "填导购的姓名或账号"})


def _plan(values: dict[str, str], chosen: Sequence[int], fields: dict[str, str]) -> ResponseReturnValue:
    staff = current_staff()
    if values["kind"] not in _kinds():
        raise Conflict("没有这种批量操作")
    with transaction() as session:
        told, number = f"选中的 {len(chosen)} 位客户", len(chosen)
        if values["everyone"]:
            rule = read_rule(values["rule"])
            told = sentence(parse(rule), names_of_rule(session, staff, rule))
            number = count(session, staff, parse(rule))
        facts: dict[str, Any] = {
            "groups": list_tags(session) if values["kind"] in {"tag", "untag"} else [],
            "guides": offer(session, staff, "owner", values["guide"]) if values["guide"].strip() else [],
        }
    if not number:
        fields = {"who": "还没有选客户，回到列表勾选几位，或选“全部符合条件的”"} | fields
    page = render_template(
        "hq/batch_form.html", values=values, chosen=chosen, fields=fields, told=told, number=number, kinds=_kinds(),
        consents=[one for one in CHOICES["consent"] if one[0] != Consent.ALL], one_by_one=ONE_BY_ONE, most=MOST_NAMED, **facts,
    )  # fmt: skip
    return page, 400 if fields else 200


@bp.get("/batches")
@allow(MANAGERS)
def list_batches() -> ResponseReturnValue:
    """Hers and those of her subtree, the newest first."""
    before = as_number(request.args.get("before"))
    with transaction() as session:
        rows, last = cut_page(page_batches(session, current_staff(), before, PAGE + 1), PAGE)
        names = staff_names(session, [row.staff_id for row in rows])
        deeds = _told(session, rows)
    more = url_for("hq.list_batches", before=last.id) if last else ""
    return render_template("hq/batches.html", rows=rows, names=names, deeds=deeds, next=more)


def _told(session: Session, rows: Sequence[CustomerBatch]) -> dict[int, str]:
    """What each batch does, in words."""
    tags = {
        tag.id: tag.name
        for tag in tags_of(session, [tag for row in rows for tag in [row.deed.get("tag")] if isinstance(tag, int)])
    }
    guides = staff_names(session, [row.deed.get("owner") for row in rows])
    consents = {str(value): name for value, name in CHOICES["consent"]}

    def said(row: CustomerBatch) -> str:
        name = KINDS[row.kind][0] if row.kind in KINDS else DEEDS[row.kind].name if row.kind in DEEDS else row.kind
        what: dict[str, Callable[[Any], str]] = {
            "tag": lambda one: tags.get(one, "已删除的标签"), "owner": lambda one: guides.get(one, ""),
            "consent": lambda one: consents.get(one, one), "list": str,
        }  # fmt: skip
        told = "".join(f"“{what[key](value)}”" for key, value in row.deed.items() if key in what)
        return f"{'撤销：' if row.undo_of else ''}{name}{told}"

    return {row.id: said(row) for row in rows}


@bp.get("/batches/<int:batch_id>")
@allow(MANAGERS)
def show_batch(batch_id: int) -> ResponseReturnValue:
    """How far it is, who asked and when; stopped or taken back from here."""
    with transaction() as session:
        batch = get_batch(session, current_staff(), batch_id)
        names, deeds = staff_names(session, [batch.staff_id]), _told(session, [batch])
        undo = last_undo(session, batch)
    seen = batch.done + batch.left_out
    share = min(100, seen * 100 // batch.total) if batch.total else 0
    return render_template(
        "hq/batch.html", batch=batch, names=names, told=deeds[batch.id], share=share, live=batch.status in OPEN,
        undoable=can_undo(batch), seen=seen, kept_back=_kept_back(batch, undo),
    )  # fmt: skip


def _kept_back(batch: CustomerBatch, undo: CustomerBatch | None) -> int:
    """How many the last undo left to somebody who sees more."""
    return undo.unseen if undo and undo.status == BatchStatus.DONE and batch.status != BatchStatus.UNDONE else 0


@bp.post("/batches/<int:batch_id>/cancel")
@allow(MANAGERS)
def cancel_batch_now(batch_id: int) -> ResponseReturnValue:
    """Stop here; what was done stays until it is taken back."""
    with transaction() as session:
        cancel_batch(session, current_staff(), batch_id)
    flash("已停止。做过的部分还在，需要的话可以撤销")
    return redirect(url_for("hq.show_batch", batch_id=batch_id))


@bp.post("/batches/<int:batch_id>/undo")
@allow(MANAGERS)
def undo_batch_now(batch_id: int) -> ResponseReturnValue:
    """Take it back, as a batch of its own."""
    with transaction() as session:
        undo = undo_batch(session, current_staff(), batch_id)
    return redirect(url_for("hq.show_batch", batch_id=undo.id))
