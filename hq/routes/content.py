"""The content library (内容库) for its editors: found, looked at, published, taken down, many at once and back again."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from content_library.actions import archive_item, publish_item, restore_item
from content_library.categories import names_of, shelves
from content_library.item_figures import figures_of
from content_library.library_queries import Validity, get_item_in, list_comments, list_tags, page_library
from content_library.models import ContentType, ItemKind, ItemStatus
from content_library.queries import list_categories, list_history, list_personas
from content_library.reviewing import waits
from content_library.rules import SCENES, STAGES, fill, may_edit, may_publish
from content_library.shelving import MOST, Bulk, Change, archive_many, publish_many, put_back
from content_library.starter_library import seed_content
from content_library.wording import findings_of, stops
from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from foundation.errors import Invalid
from hq.content_filters import asked, wanted_of
from hq.forms import as_number, as_numbers
from hq.pages import audience_choices, cut_page
from hq.routes.door import HEADQUARTERS, MANAGERS, REGIONAL, allow, bp, current_staff
from org.console_queries import department_names, staff_names

PAGE = 40
SAMPLE = {"客户称呼": "陈女士", "导购": "李小美", "门店": "徐家汇店", "商品": "轻暖长款羽绒服", "活动": "会员日"}
FIGURES_OVER = timedelta(days=30)
UNDO_WITHIN = timedelta(minutes=30)
DEEDS = {"publish": (publish_many, "发布"), "archive": (archive_many, "下架")}


@bp.get("/content")
@allow(MANAGERS)
def list_content() -> ResponseReturnValue:
    """The library, newest first; managers below headquarters see what is shown to everybody or in their subtree."""
    staff, given = current_staff(), asked(request.args)
    view = "cards" if request.args.get("view") == "cards" else "table"
    with transaction() as session:
        after = as_number(request.args.get("after"))
        wanted = wanted_of(session, staff, request.args)
        found = page_library(session, staff, wanted, after_id=after, limit=PAGE + 1)
        rows, last = cut_page(found, PAGE)
        facts = {
            "personas": {one.id: one.name for one in list_personas(session)},
            "shelves": shelves(list_categories(session)),
            "tags": list_tags(session, staff),
            "departments": [one for one in audience_choices(session, staff) if one.kind != "store"],
        }
    more = _library(given, after=last[0].id, view=view) if last else ""
    return render_template(
        "hq/content.html", rows=rows, given=given, view=view, next=more, statuses=list(ItemStatus), kinds=list(ItemKind),
        types=list(ContentType), scenes=SCENES, stages=STAGES, validities=list(Validity), undo=request.args.get("undo", ""),
        further=after is not None, **facts,
    )  # fmt: skip


def _library(given: Mapping[str, str], **rest: object) -> str:
    """The list's address, narrowed as it was."""
    values: dict[str, Any] = {**given, **rest}
    return url_for("hq.list_content", **values)


@bp.get("/content/<int:item_id>")
@allow(MANAGERS)
def show_content(item_id: int) -> ResponseReturnValue:
    """One item: how it looks, where it stands, who approved it, its versions and what was said about it."""
    return show_item(item_id)


def show_item(item_id: int, fields: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> str:
    """The item's page; after a deed that was refused with what was typed and what is wrong with it. Raises NotFound."""
    staff = current_staff()
    with transaction() as session:
        item = get_item_in(session, staff, item_id)
        versions, comments = list_history(session, item_id), list_comments(session, item_id)
        newest = versions[0]
        findings = findings_of(session, newest.title, newest.body, newest.persona_id)
        who = [one for v in versions for one in (v.created_by, v.submitted_by, v.approved_by)]
        facts = {
            "names": staff_names(session, [*who, *(comment.staff_id for comment in comments), item.contributor_id]),
            "personas": {one.id: one.name for one in list_personas(session)},
            "categories": names_of(shelves(list_categories(session))),
            "figures": figures_of(session, [item_id], clock.now() - FIGURES_OVER, staff.path)[item_id],
            "place": _place_name(department_names(session, _place(newest.path)), newest.path),
        }
    return render_template(
        "hq/item.html", item=item, versions=versions, comments=comments, newest=newest, waiting=waits(newest),
        editable=may_edit(staff.role, staff.path, item.path), may_publish=may_publish(staff.role),
        findings=findings, stopping=stops(findings), numbers={v.id: v.number for v in versions},
        sampled=lambda text: fill(text, SAMPLE), fields=fields or {}, typed=typed or {}, **facts,
    )  # fmt: skip


def _place(path: str) -> list[int]:
    return [int(path.rstrip(".").rsplit(".", 1)[-1])] if path else []


def _place_name(names: dict[int, str], path: str) -> str:
    return next(iter(names.values()), "已撤销的部门") if path else "全部门店"


@bp.post("/content/<int:item_id>/publish")
@allow(HEADQUARTERS)
def publish_content(item_id: int) -> ResponseReturnValue:
    """Show the newest version to guides; watched words need a reason."""
    try:
        with transaction() as session:
            get_item_in(session, current_staff(), item_id)
            item = publish_item(session, current_staff(), item_id, because=request.form.get("because", ""))
        flash(f"《{item.title}》已发布", "success")
    except Invalid as problem:
        flash("还没有发布：" + problem.message, "danger")
    return redirect(url_for("hq.show_content", item_id=item_id))


@bp.post("/content/<int:item_id>/archive")
@allow(REGIONAL)
def archive_content(item_id: int) -> ResponseReturnValue:
    """Take it out of the guides' sight."""
    with transaction() as session:
        get_item_in(session, current_staff(), item_id)
        item = archive_item(session, current_staff(), item_id)
    flash(f"《{item.title}》已下架，随时可以恢复", "success")
    return redirect(url_for("hq.show_content", item_id=item_id))


@bp.post("/content/<int:item_id>/restore")
@allow(REGIONAL)
def restore_content(item_id: int) -> ResponseReturnValue:
    """Bring it back as it was."""
    with transaction() as session:
        get_item_in(session, current_staff(), item_id)
        item = restore_item(session, current_staff(), item_id)
    now = "，导购现在就能搜到" if item.status == ItemStatus.PUBLISHED else "为草稿，提交审核后导购才能用"
    flash(f"《{item.title}》已恢复{now}", "success")
    return redirect(url_for("hq.show_content", item_id=item_id))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key.get_secret_value(), salt=f"content-undo:{current_staff().id}")


def _undo_token(changes: Sequence[Change]) -> str:
    rows = [[c.item_id, str(c.status), c.version_id, str(c.now_status), c.now_version_id] for c in changes]
    return str(_signer().dumps(rows)) if rows else ""


@bp.post("/content/bulk")
@allow(REGIONAL)
def change_many() -> ResponseReturnValue:
    """Publish or take down the ticked items; what was left alone is told with the reason."""
    act, name = DEEDS.get(request.form.get("deed", ""), (None, ""))
    item_ids = as_numbers(request.form.getlist("item"))[:MOST]
    back = {key: value for key in ("view",) if (value := request.form.get(key))} | asked(request.form)
    if act is None or not item_ids:
        flash("请先勾选要处理的内容", "warning")
        return redirect(_library(back))
    with transaction() as session:
        seen = [get_item_in(session, current_staff(), item_id).id for item_id in item_ids]
        bulk = act(session, current_staff(), seen)
    _tell(bulk, name)
    token = _undo_token(bulk.changes)
    return redirect(_library(back, **({"undo": token} if token else {})))


def _tell(bulk: Bulk, name: str) -> None:
    if not bulk.changes:
        flash(f"没有{name}任何一条", "warning")
    else:
        flash(f"{name}了 {len(bulk.changes)} 条", "success")
    if bulk.left:
        reasons = list(dict.fromkeys(bulk.left.values()))
        flash(f"{len(bulk.left)} 条没有{name}：" + "；".join(reasons[:3]), "warning")


@bp.post("/content/undo")
@allow(REGIONAL)
def undo_many() -> ResponseReturnValue:
    """Make the items of the last bulk deed again what they were; what somebody changed since stays."""
    try:
        rows = _signer().loads(request.form.get("undo", ""), max_age=int(UNDO_WITHIN.total_seconds()))
    except BadData:
        flash("已经过了可以撤销的时间，请逐条处理", "warning")
        return redirect(url_for("hq.list_content"))
    changes = [Change(row[0], ItemStatus(row[1]), row[2], ItemStatus(row[3]), row[4]) for row in rows]
    with transaction() as session:
        back = put_back(session, current_staff(), changes)
    rest = f"，另外 {len(changes) - back} 条后来有人改过，没有动" if back < len(changes) else ""
    flash(f"已撤销，{back} 条恢复原样{rest}", "success")
    return redirect(url_for("hq.list_content"))


@bp.post("/content/starter")
@allow(HEADQUARTERS)
def load_starter_content() -> ResponseReturnValue:
    """Fill an empty library with the starter content, to be rewritten in the brand's own voice."""
    with transaction() as session:
        added = seed_content(session, current_staff())
    flash(
        f"载入了 {added} 条入门内容，请改成品牌自己的说法" if added else "内容库已有内容，没有载入",
        "success" if added else "warning",
    )
    return redirect(url_for("hq.list_content"))
