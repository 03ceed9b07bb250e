"""The shelves (分类) as headquarters keeps them: a tree to add to, rename, move, put in order and clear."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.categories import MAX_LEVELS, shelves, totals
from content_library.category_actions import create_category, delete_category, move_category, rename_category, shift_category
from content_library.library_queries import count_by_category
from content_library.queries import list_categories
from foundation.db import transaction
from foundation.errors import Conflict, Invalid
from hq.forms import as_number
from hq.routes.door import HEADQUARTERS, allow, bp, current_staff

MOVES = {"up": -1, "down": 1}


@bp.get("/content/categories")
@allow(HEADQUARTERS)
def list_shelves() -> ResponseReturnValue:
    """The tree, each shelf with how many items stand on it."""
    return _show({}, "", "")


def _show(fields: dict[str, str], name: str, parent: str) -> str:
    with transaction() as session:
        tree, counts = shelves(list_categories(session)), count_by_category(session)
    return render_template(
        "hq/categories.html",
        tree=tree,
        counts=counts,
        totals=totals(tree, counts),
        fields=fields,
        name=name,
        parent=parent,
        levels=MAX_LEVELS,
    )


@bp.post("/content/categories")
@allow(HEADQUARTERS)
def create_shelf() -> ResponseReturnValue:
    """A new shelf, or the page again with what was typed and what is wrong."""
    name, parent = request.form.get("name", ""), request.form.get("parent_id", "")
    try:
        with transaction() as session:
            made = create_category(session, current_staff(), name, as_number(parent))
    except Invalid as problem:
        return _show(problem.fields, name, parent), 422
    flash(f"已新建分类「{made.name}」", "success")
    return redirect(url_for("hq.list_shelves"))


def _change(act: Callable[[Session], object], done: str) -> ResponseReturnValue:
    try:
        with transaction() as session:
            act(session)
        if done:
            flash(done, "success")
    except (Invalid, Conflict) as problem:
        flash(problem.message, "danger")
    return redirect(url_for("hq.list_shelves"))


@bp.post("/content/categories/<int:category_id>/rename")
@allow(HEADQUARTERS)
def rename_shelf(category_id: int) -> ResponseReturnValue:
    """Another name; what stands there stays."""
    name = request.form.get("name", "")
    return _change(lambda session: rename_category(session, current_staff(), category_id, name), "名称已改")


@bp.post("/content/categories/<int:category_id>/move")
@allow(HEADQUARTERS)
def move_shelf(category_id: int) -> ResponseReturnValue:
    """Under another shelf, or to the top."""
    parent_id = as_number(request.form.get("parent_id"))
    return _change(lambda session: move_category(session, current_staff(), category_id, parent_id), "已移动，里面的内容跟着走")


@bp.post("/content/categories/<int:category_id>/shift")
@allow(HEADQUARTERS)
def shift_shelf(category_id: int) -> ResponseReturnValue:
    """One place up or down among its neighbours."""
    by = MOVES.get(request.form.get("by", ""), 0)
    return _change(lambda session: shift_category(session, current_staff(), category_id, by), "")


@bp.post("/content/categories/<int:category_id>/delete")
@allow(HEADQUARTERS)
def delete_shelf(category_id: int) -> ResponseReturnValue:
    """Take away an empty shelf."""
    return _change(lambda session: delete_category(session, current_staff(), category_id), "分类已删除")
