"""The open API in the console: keys with their secret shown once, addresses told of changes, each telling and its answer."""

from collections.abc import Callable, Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.errors import Conflict, Invalid
from hq.api_port import api_document, open_api
from hq.api_reference import doors_of, problem_rows, telling_rows
from hq.editing import fingerprint, overtaken
from hq.forms import as_number, typed
from hq.pages import cut_page
from hq.routes.door import HEADQUARTERS, allow, bp, current_staff
from org.console_queries import staff_names

PAGE = 30
STATUSES = {"waiting": "待发送", "sent": "已送达", "dead": "没有送达"}


@bp.get("/open-api")
@allow(HEADQUARTERS)
def show_open_api() -> ResponseReturnValue:
    """Keys and addresses."""
    return _show({}, {}, "")


def _show(values: Mapping[str, str], fields: Mapping[str, str], secret: str, chosen: Sequence[str] = ()) -> str:
    keys, webhooks, words = open_api()
    with transaction() as session:
        known, told = keys.list_keys(session, current_staff()), webhooks.list_webhooks(session, current_staff())
        names = staff_names(session, [one.staff_id for one in known])
    return render_template(
        "hq/open_api.html", keys=known, webhooks=told, scopes=words.SCOPES, kinds=words.KINDS, names=names, values=values,
        fields=fields, secret=secret, chosen=chosen,
    )  # fmt: skip


@bp.get("/open-api/reference")
@allow(HEADQUARTERS)
def show_api_reference() -> ResponseReturnValue:
    """The contract to read, made of the same declarations the doors serve from."""
    document = api_document()
    return render_template(
        "hq/api_reference.html", doors=doors_of(document), problems=problem_rows(document), telling=telling_rows(document),
        kinds={kind: told["post"]["summary"] for kind, told in document["webhooks"].items()}, scopes=open_api()[2].SCOPES,
        address=document["servers"][0]["url"],
    )  # fmt: skip


@bp.post("/open-api/keys")
@allow(HEADQUARTERS)
def make_api_key() -> ResponseReturnValue:
    """A new key; its secret stands on the answer and nowhere else."""
    values, chosen = typed(request.form, "name"), request.form.getlist("scopes")
    try:
        with transaction() as session:
            key, secret = open_api()[0].make_key(session, current_staff(), values["name"].strip(), chosen)
    except Invalid as problem:
        return _show(values, problem.fields, "", chosen), 422
    return render_template("hq/open_api_secret.html", name=key.name, public=key.key, secret=secret, webhook=None)


@bp.post("/open-api/keys/<int:key_id>/disable")
@allow(HEADQUARTERS)
def disable_api_key(key_id: int) -> ResponseReturnValue:
    """Close a key at once."""
    with transaction() as session:
        key = open_api()[0].disable_key(session, current_staff(), key_id)
    flash(f"「{key.name}」的密钥已停用，用它的请求从现在起会被拒绝", "success")
    return redirect(url_for("hq.show_open_api"))


@bp.get("/open-api/webhooks/new")
@allow(HEADQUARTERS)
def write_webhook() -> ResponseReturnValue:
    """An empty form."""
    return _form({"name": "", "url": "", "kinds": ""}, {}, None)


@bp.post("/open-api/webhooks/new")
@allow(HEADQUARTERS)
def create_webhook() -> ResponseReturnValue:
    """Keep a new address."""
    return _save(None)


@bp.get("/open-api/webhooks/<int:webhook_id>/edit")
@allow(HEADQUARTERS)
def edit_webhook(webhook_id: int) -> ResponseReturnValue:
    """The form of an address."""
    values = _kept(webhook_id)
    return _form(values, {}, webhook_id, seen=fingerprint(values))


@bp.post("/open-api/webhooks/<int:webhook_id>/edit")
@allow(HEADQUARTERS)
def change_webhook(webhook_id: int) -> ResponseReturnValue:
    """Change an address."""
    return _save(webhook_id)


def _kept(webhook_id: int) -> dict[str, str]:
    with transaction() as session:
        row = open_api()[1].get_webhook(session, current_staff(), webhook_id)
    return {"name": row.name, "url": row.url, "kinds": ",".join(row.kinds)}


def _save(webhook_id: int | None) -> ResponseReturnValue:
    chosen, seen = request.form.getlist("kinds"), request.form.get("seen", "")
    values = typed(request.form, "name", "url") | {"kinds": ",".join(sorted(chosen))}
    if webhook_id is not None:
        kept = _kept(webhook_id)
        if changed := overtaken(seen, kept, values):
            return _form(values, changed, webhook_id, seen=fingerprint(kept), overtaken=True), 409
    name, url = values["name"].strip(), values["url"].strip()
    try:
        with transaction() as session:
            row, secret = open_api()[1].save_webhook(session, current_staff(), name, url, chosen, webhook_id)
    except Invalid as problem:
        return _form(values, problem.fields, webhook_id, seen=seen), 422
    if secret:
        return render_template("hq/open_api_secret.html", name=row.name, public="", secret=secret, webhook=row.id)
    flash(f"「{row.name}」已保存", "success")
    return redirect(url_for("hq.show_webhook", webhook_id=row.id))


def _form(
    values: Mapping[str, str], fields: Mapping[str, str], webhook_id: int | None, *, seen: str = "", overtaken: bool = False
) -> str:
    chosen = values["kinds"].split(",")
    return render_template(
        "hq/webhook_form.html", values=values, fields=fields, webhook_id=webhook_id, seen=seen, overtaken=overtaken,
        kinds=open_api()[2].KINDS, always=open_api()[2].ERASED, chosen=chosen,
    )  # fmt: skip


@bp.get("/open-api/webhooks/<int:webhook_id>")
@allow(HEADQUARTERS)
def show_webhook(webhook_id: int) -> ResponseReturnValue:
    """One address and what it was told."""
    status, before = request.args.get("status", ""), as_number(request.args.get("before"))
    status = status if status in STATUSES else ""
    _, webhooks, words = open_api()
    with transaction() as session:
        row = webhooks.get_webhook(session, current_staff(), webhook_id)
        found = webhooks.page_calls(session, current_staff(), webhook_id, status, before, PAGE + 1)
    calls, last = cut_page(found, PAGE)
    more = url_for("hq.show_webhook", webhook_id=webhook_id, status=status or None, before=last.id) if last else ""
    return render_template(
        "hq/webhook.html", webhook=row, calls=calls, next=more, status=status, statuses=STATUSES,
        kinds=words.KINDS | {"ping": "测试"}, live=any(one.status == "waiting" for one in calls) and before is None,
    )  # fmt: skip


@bp.post("/open-api/webhooks/<int:webhook_id>/switch")
@allow(HEADQUARTERS)
def switch_webhook(webhook_id: int) -> ResponseReturnValue:
    """Stop it or begin again."""
    on = request.form.get("on") == "yes"
    with transaction() as session:
        row = open_api()[1].switch_webhook(session, current_staff(), webhook_id, on)
    flash(f"「{row.name}」已{'启用，从现在起的变动会通知它' if on else '停用，还没发的不再发'}", "success")
    return redirect(url_for("hq.show_webhook", webhook_id=webhook_id))


@bp.post("/open-api/webhooks/<int:webhook_id>/ping")
@allow(HEADQUARTERS)
def ping_webhook(webhook_id: int) -> ResponseReturnValue:
    """Send a trial."""
    return _again(webhook_id, lambda session: len([open_api()[1].ping(session, current_staff(), webhook_id)]))


@bp.post("/open-api/webhooks/<int:webhook_id>/replay")
@allow(HEADQUARTERS)
def replay_webhook(webhook_id: int) -> ResponseReturnValue:
    """Send one telling, or all that were not delivered, once more."""
    call_id = as_number(request.form.get("call_id"))
    return _again(webhook_id, lambda session: open_api()[1].replay(session, current_staff(), webhook_id, call_id))


def _again(webhook_id: int, act: Callable[[Session], int]) -> ResponseReturnValue:
    try:
        with transaction() as session:
            count = act(session)
        flash(f"{count} 条正在发送，结果几秒后显示在下面" if count else "没有要重发的", "success")
    except Conflict as problem:
        flash(problem.message, "danger")
    return redirect(url_for("hq.show_webhook", webhook_id=webhook_id))
