"""Review (待审核): what waits, handed in, approved or sent back with a comment; two versions compared."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.categories import names_of, shelves
from content_library.differences import differences
from content_library.library_queries import count_waiting, get_item_in, page_waiting, versions_of
from content_library.models import ItemKind, ItemVersion
from content_library.queries import list_categories, list_history, list_personas
from content_library.reviewing import approve, comment_on, send_back, submit_for_review
from content_library.uploads import media_of
from foundation.db import transaction
from foundation.errors import Conflict, Invalid, NotFound
from hq.content_forms import told_fields
from hq.forms import as_number, typed
from hq.pages import cut_page
from hq.routes.content import show_item
from hq.routes.door import HEADQUARTERS, MANAGERS, REGIONAL, allow, bp, current_staff
from org.console_queries import department_names, staff_names

PAGE = 30
MOST_COUNTED = 100


@bp.app_context_processor
def review_facts() -> dict[str, object]:
    """For the menu: how many versions wait, asked only where the menu is drawn."""
    return {"waiting_for_review": _count}


def _count() -> str:
    with transaction() as session:
        count = count_waiting(session, current_staff(), MOST_COUNTED)
    return "99+" if count >= MOST_COUNTED else str(count or "")


@bp.get("/content/review")
@allow(REGIONAL)
def review_content() -> ResponseReturnValue:
    """What waits for review, the longest waiting first; a regional manager sees what her own subtree handed in."""
    after = as_number(request.args.get("after"))
    with transaction() as session:
        rows, last = cut_page(page_waiting(session, current_staff(), after=after, limit=PAGE + 1), PAGE)
        names = staff_names(session, [version.submitted_by for _, version in rows])
    more = url_for("hq.review_content", after=last[1].id) if last else ""
    return render_template("hq/content_review.html", rows=rows, names=names, next=more)


def _act(item_id: int, act: Callable[[Session], object], done: str) -> ResponseReturnValue:
    try:
        with transaction() as session:
            get_item_in(session, current_staff(), item_id)
            act(session)
    except (Invalid, Conflict) as problem:
        # Shown again, not sent away: a reviewer's words must outlive the refusal.
        fields = problem.fields if isinstance(problem, Invalid) else {}
        if not fields.keys() & {"because", "comment"}:
            flash(problem.message, "danger")
        return show_item(item_id, fields, typed(request.form, "comment", "because")), problem.status
    flash(done, "success")
    return redirect(url_for("hq.show_content", item_id=item_id))


@bp.post("/content/<int:item_id>/submit")
@allow(REGIONAL)
def submit_content(item_id: int) -> ResponseReturnValue:
    """Hand in the newest version."""
    return _act(item_id, lambda session: submit_for_review(session, current_staff(), item_id), "已提交，等总部审核")


@bp.post("/content/<int:item_id>/approve")
@allow(HEADQUARTERS)
def approve_content(item_id: int) -> ResponseReturnValue:
    """Publish the version the reviewer read."""
    form, version_id = request.form, as_number(request.form.get("version"))
    return _act(
        item_id,
        lambda session: approve(
            session, current_staff(), item_id, form.get("comment", ""), version_id=version_id, because=form.get("because", "")
        ),
        "已通过并发布，导购现在就能搜到",
    )


@bp.post("/content/<int:item_id>/send-back")
@allow(HEADQUARTERS)
def send_back_content(item_id: int) -> ResponseReturnValue:
    """Give it back to its writer with what is to be mended."""
    comment, version_id = request.form.get("comment", ""), as_number(request.form.get("version"))
    return _act(
        item_id,
        lambda session: send_back(session, current_staff(), item_id, comment, version_id=version_id),
        "已退回，作者会看到您的意见",
    )


@bp.post("/content/<int:item_id>/comments")
@allow(REGIONAL)
def comment_content(item_id: int) -> ResponseReturnValue:
    """Say something about the newest version."""
    comment = request.form.get("comment", "")
    return _act(item_id, lambda session: comment_on(session, current_staff(), item_id, comment), "意见已写下")


@bp.get("/content/<int:item_id>/versions/<int:version_id>")
@allow(MANAGERS)
def compare_content(item_id: int, version_id: int) -> ResponseReturnValue:
    """What one version changed, against the one before it or another one (`with`)."""
    with transaction() as session:
        item = get_item_in(session, current_staff(), item_id)
        history = list_history(session, item_id)
        shown = next((one for one in versions_of(session, item_id, [version_id])), None)
        if shown is None:
            raise NotFound("没有这个版本")
        earlier = _earlier(history, shown, as_number(request.args.get("with")))
        names = _names(session, [shown, *([earlier] if earlier else [])])
        who = staff_names(session, [one.created_by for one in (shown, earlier) if one])
    found = differences(told_fields(earlier, names), told_fields(shown, names)) if earlier else []
    return render_template(
        "hq/content_compare.html", item=item, shown=shown, earlier=earlier, history=history, who=who,
        found=[one for one in found if one.name != "blob_key"], new_look=_new_look(ItemKind(item.kind), earlier, shown),
    )  # fmt: skip


def _new_look(kind: ItemKind, earlier: ItemVersion | None, shown: ItemVersion) -> str:
    """What the eye has to compare: "picture" for two pictures side by side, "file" for another file, "" for neither."""
    if earlier is None or earlier.body == shown.body:
        return ""
    if kind == ItemKind.POSTER:
        return "picture"
    if earlier.body.get("blob_key") == shown.body.get("blob_key"):
        return ""
    return "picture" if media_of(kind) == ItemKind.IMAGE else "file"


def _earlier(history: list[ItemVersion], shown: ItemVersion, asked: int | None) -> ItemVersion | None:
    if asked:
        return next((one for one in history if one.id == asked and one.id != shown.id), None)
    return next((one for one in history if one.number < shown.number), None)


def _names(session: Session, versions: list[ItemVersion]) -> dict[str, dict[int, str]]:
    departments = [int(one.path.rstrip(".").rsplit(".", 1)[-1]) for one in versions if one.path]
    return {
        "personas": {one.id: one.name for one in list_personas(session)},
        "categories": names_of(shelves(list_categories(session))),
        "departments": department_names(session, departments),
    }
