"""The content library (内容库) for its editors: found, written with a preview, published, taken down; versions stay."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from content_library.actions import archive_item, publish_item, save_item
from content_library.models import Item, ItemKind, ItemStatus
from content_library.queries import get_item, list_categories, list_history, list_personas, page_items
from content_library.rules import MAX_BUBBLES, STAGES, VARIABLES, may_edit
from content_library.starter_library import seed_content
from foundation.db import transaction
from foundation.errors import Invalid, NotFound
from hq.editing import fingerprint, overtaken
from hq.forms import CONTENT_FIELDS, as_number, content_body, content_placement, content_values, typed, typed_bubbles
from hq.pages import cut_page, may_see_item
from hq.routes.door import HEADQUARTERS, MANAGERS, REGIONAL, allow, bp, current_staff
from org.console_queries import staff_names

PAGE = 40
LONGEST_SEARCH = 40
WRITABLE = (ItemKind.SCRIPT, ItemKind.LINK)


@bp.get("/content")
@allow(MANAGERS)
def list_content() -> ResponseReturnValue:
    """The library, newest first; managers below headquarters see what is shown to everybody or in their subtree."""
    words, status = request.args.get("q", "").strip()[:LONGEST_SEARCH], request.args.get("status", "")
    chosen = ItemStatus(status) if status in set(ItemStatus) else None
    with transaction() as session:
        after = as_number(request.args.get("after"))
        found = page_items(session, current_staff(), after_id=after, limit=PAGE + 1, q=words, status=chosen)
        rows, last = cut_page(found, PAGE)
        facts = {
            "personas": {one.id: one.name for one in list_personas(session)},
            "categories": {one.id: one.name for one in list_categories(session)},
        }
    more = url_for("hq.list_content", after=last.id, q=words, status=status) if last else ""
    return render_template("hq/content.html", rows=rows, q=words, status=status, next=more, statuses=list(ItemStatus), **facts)


@bp.get("/content/new")
@allow(REGIONAL)
def write_content() -> ResponseReturnValue:
    """An empty script or link."""
    kind = ItemKind.LINK if request.args.get("kind") == ItemKind.LINK else ItemKind.SCRIPT
    return _show_form(kind, dict.fromkeys(CONTENT_FIELDS, ""), [""], {}, None)


@bp.post("/content/new")
@allow(REGIONAL)
def create_content() -> ResponseReturnValue:
    """Keep a new item as a draft, or publish it at once."""
    kind = ItemKind.LINK if request.form.get("kind") == ItemKind.LINK else ItemKind.SCRIPT
    return _save(kind, None)


@bp.get("/content/<int:item_id>")
@allow(MANAGERS)
def show_content(item_id: int) -> ResponseReturnValue:
    """One item with its versions."""
    item, versions, names = _load(item_id)
    editable = item.kind in WRITABLE and may_edit(current_staff().role, current_staff().path, item.path)
    return render_template(
        "hq/item.html", item=item, versions=versions, names=names, newest=versions[0], editable=editable,
        may_publish=may_edit(current_staff().role, current_staff().path, item.path),
    )  # fmt: skip


@bp.get("/content/<int:item_id>/edit")
@allow(REGIONAL)
def edit_content(item_id: int) -> ResponseReturnValue:
    """The form, filled with the newest version."""
    item, versions, _ = _load(item_id)
    if item.kind not in WRITABLE:
        raise NotFound("这类内容不能在这里编辑")
    values, bubbles = content_values(versions[0])
    return _show_form(item.kind, values, bubbles, {}, item_id, seen=fingerprint(_whole(values, bubbles)))


@bp.post("/content/<int:item_id>/edit")
@allow(REGIONAL)
def change_content(item_id: int) -> ResponseReturnValue:
    """Add a version; guides see it once published."""
    item, _, _ = _load(item_id)
    return _save(item.kind, item_id)


def _load(item_id: int) -> tuple[Item, list[Any], Mapping[int | None, str]]:
    with transaction() as session:
        item = get_item(session, item_id)
        if not may_see_item(current_staff(), item):
            raise NotFound("这条内容不存在")
        versions = list_history(session, item_id)
        return item, versions, staff_names(session, [version.created_by for version in versions])


def _save(kind: ItemKind, item_id: int | None) -> ResponseReturnValue:
    values, bubbles = typed(request.form, *CONTENT_FIELDS), typed_bubbles(request.form.getlist("bubble"))
    publish, seen = request.form.get("then") == "publish", request.form.get("seen", "")
    try:
        with transaction() as session:
            if item_id is not None:
                kept = _whole(*content_values(list_history(session, item_id)[0]))
                if changed := overtaken(seen, kept, _whole(values, bubbles)):
                    told = _show_form(kind, values, bubbles or [""], changed, item_id, seen=fingerprint(kept), overtaken=True)
                    return told, 409
            item = save_item(
                session, current_staff(), kind, values["title"], content_body(kind, values, bubbles), item_id=item_id,
                **content_placement(request.form),
            )  # fmt: skip
            if publish:
                publish_item(session, current_staff(), item.id)
    except Invalid as problem:
        return _show_form(kind, values, bubbles or [""], problem.fields, item_id, seen=seen), 422
    flash("已发布，导购现在就能搜到" if publish else "已存为草稿，发布后导购才看得到", "success")
    return redirect(url_for("hq.show_content", item_id=item.id))


def _whole(values: Mapping[str, str], bubbles: list[str]) -> dict[str, str]:
    return {**values, "body": "\n\n".join(bubbles)}


def _show_form(
    kind: ItemKind, values: Mapping[str, str], bubbles: list[str], fields: Mapping[str, str], item_id: int | None, *,
    seen: str = "", overtaken: bool = False,
) -> str:  # fmt: skip
    with transaction() as session:
        personas, categories = list_personas(session), list_categories(session)
    return render_template(
        "hq/content_form.html", kind=kind, values=values, bubbles=bubbles, fields=fields, item_id=item_id, personas=personas,
        categories=categories, stages=STAGES, variables=VARIABLES, most=MAX_BUBBLES, seen=seen,
        overtaken=overtaken,
    )  # fmt: skip


@bp.post("/content/starter")
@allow(HEADQUARTERS)
def load_starter_content() -> ResponseReturnValue:
    """Fill an empty library with the starter scripts, to be rewritten in the brand's own voice."""
    with transaction() as session:
        added = seed_content(session, current_staff())
    flash(
        f"载入了 {added} 条入门内容，请改成品牌自己的说法" if added else "内容库已有内容，没有载入",
        "success" if added else "warning",
    )
    return redirect(url_for("hq.list_content"))


@bp.post("/content/<int:item_id>/publish")
@allow(REGIONAL)
def publish_content(item_id: int) -> ResponseReturnValue:
    """Show the newest version to guides."""
    _load(item_id)
    with transaction() as session:
        item = publish_item(session, current_staff(), item_id)
    flash(f"《{item.title}》已发布", "success")
    return redirect(url_for("hq.show_content", item_id=item_id))


@bp.post("/content/<int:item_id>/archive")
@allow(REGIONAL)
def archive_content(item_id: int) -> ResponseReturnValue:
    """Take it out of the guides' sight."""
    _load(item_id)
    with transaction() as session:
        item = archive_item(session, current_staff(), item_id)
    flash(f"《{item.title}》已下架", "success")
    return redirect(url_for("hq.show_content", item_id=item_id))
