"""The tag manager: groups and tags, searched, made, renamed, put first, deleted; who gave what is taken back by hand."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers import tag_editing
from customers.models import Tag, TagGroup
from customers.queries import get_customer_of
from customers.tag_editing import DEL_CORP_TAG, EDIT_CORP_TAG
from customers.tag_list import ADD_CORP_TAG
from customers.tag_marks import get_mark
from customers.tag_queries import counted_at, find_tags, list_groups, tags_of_group
from customers.tag_writing import how_far
from customers.tagging import tag_customer
from foundation.db import transaction
from foundation.errors import AppError, Invalid, NotFound
from hq.editing import fingerprint, overtaken
from hq.forms import as_number, typed
from hq.pages import cut_page
from hq.routes.door import HEADQUARTERS, MANAGERS, REGIONAL, allow, bp, current_staff
from hq.tag_forms import GROUP_FIELDS, TAG_FIELDS, group_values, lines_of, tag_values
from outbox.queries import list_dead_of

PAGE = 200
CHOICES = 12


@bp.get("/tags")
@allow(REGIONAL)
def list_tag_groups() -> ResponseReturnValue:
    """All groups, their tags opened one group at a time; or the tags found by name."""
    words = typed(request.args, "q")["q"].strip()
    with transaction() as session:
        groups = [] if words else list_groups(session)
        found = find_tags(session, words) if words else []
        refused = list_dead_of(session, (ADD_CORP_TAG, EDIT_CORP_TAG, DEL_CORP_TAG), 5)
        counted = counted_at(session)
    return render_template("hq/tags.html", groups=groups, found=found, words=words, refused=refused, counted=counted)


@bp.get("/tags/groups/<int:group_id>")
@allow(REGIONAL)
def show_tag_group(group_id: int) -> ResponseReturnValue:
    """The tags of a group as a fragment, two hundred at a time."""
    order, last_id = as_number(request.args.get("order")), as_number(request.args.get("after"))
    with transaction() as session:
        group = tag_editing.get_group(session, group_id)
        place = (order, last_id) if order is not None and last_id is not None else None
        tags, last = cut_page(tags_of_group(session, group_id, place, PAGE + 1), PAGE)
    more = url_for("hq.show_tag_group", group_id=group_id, order=last.order, after=last.id) if last else ""
    return render_template("hq/_tag_group.html", group=group, tags=tags, next=more, further=place is not None)


@bp.get("/tags/choices")
@allow(REGIONAL)
def offer_tags() -> ResponseReturnValue:
    """Tags to choose one of, by a few letters; those most had when nothing was typed."""
    words, chosen = typed(request.args, "tag_words")["tag_words"].strip(), as_number(request.args.get("tag_id"))
    with transaction() as session:
        found = find_tags(session, words, CHOICES)
        if chosen is not None and all(tag.id != chosen for tag, _ in found):
            found = [*_chosen(session, chosen), *found]
    return render_template("hq/_tag_choices.html", found=found, chosen=chosen)


def _chosen(session: Session, tag_id: int) -> list[tuple[Tag, TagGroup]]:
    tag = session.get(Tag, tag_id)
    return [(tag, session.get_one(TagGroup, tag.group_id))] if tag is not None and tag.removed_at is None else []


@bp.get("/tags/groups/new")
@allow(HEADQUARTERS)
def write_tag_group() -> ResponseReturnValue:
    """An empty form."""
    return _show_group(dict.fromkeys(GROUP_FIELDS, ""), {}, None)


@bp.post("/tags/groups/new")
@allow(HEADQUARTERS)
def create_tag_group() -> ResponseReturnValue:
    """A new group with its first tags, here at once and on the platform soon."""
    return _save_group(None)


@bp.get("/tags/groups/<int:group_id>/edit")
@allow(HEADQUARTERS)
def edit_tag_group(group_id: int) -> ResponseReturnValue:
    """The form of a group."""
    with transaction() as session:
        group = tag_editing.get_group(session, group_id)
    return _show_group(values := group_values(group), {}, group, seen=fingerprint(values))


@bp.post("/tags/groups/<int:group_id>/edit")
@allow(HEADQUARTERS)
def change_tag_group(group_id: int) -> ResponseReturnValue:
    """Rename a group, make it exclusive, add tags to it."""
    return _save_group(group_id)


def _save_group(group_id: int | None) -> ResponseReturnValue:
    values, seen, staff, group = typed(request.form, *GROUP_FIELDS), request.form.get("seen", ""), current_staff(), None
    try:
        with transaction() as session:
            names, exclusive = lines_of(values["tags"]), bool(values["exclusive"])
            if group_id is None:
                tag_editing.create_group(session, staff, values["name"], names, exclusive=exclusive)
            else:
                group = tag_editing.get_group(session, group_id)
                kept = group_values(group)
                if changed := overtaken(seen, kept, values | {"tags": ""}):
                    return _show_group(values, changed, group, seen=fingerprint(kept), overtaken=True), 409
                _change(session, group_id, values["name"], names, exclusive)
    except Invalid as problem:
        return _show_group(values, problem.fields, group, seen=seen), 422
    flash("已保存，正在同步到企业微信", "success")
    return redirect(url_for("hq.list_tag_groups"))


def _change(session: Session, group_id: int, name: str, names: list[str], exclusive: bool) -> None:
    """The name and the new tags: all problems are told at once."""
    staff, problems = current_staff(), {}
    try:
        with session.begin_nested():
            tag_editing.edit_group(session, staff, group_id, name, exclusive=exclusive)
    except Invalid as wrong:
        problems = wrong.fields
    if names:
        try:
            with session.begin_nested():
                tag_editing.add_tags(session, staff, group_id, names)
        except Invalid as wrong:
            problems = problems | wrong.fields
    if problems:
        raise Invalid("标签组没有保存，请看标红的地方", problems)


def _show_group(
    values: Mapping[str, str], fields: Mapping[str, str], group: TagGroup | None, *, seen: str = "", overtaken: bool = False
) -> str:
    return render_template("hq/tag_group_form.html", values=values, fields=fields, group=group, seen=seen, overtaken=overtaken)


@bp.get("/tags/<int:tag_id>/edit")
@allow(HEADQUARTERS)
def edit_tag(tag_id: int) -> ResponseReturnValue:
    """The form of a tag."""
    with transaction() as session:
        tag = tag_editing.get_tag(session, tag_id)
        group = session.get_one(TagGroup, tag.group_id)
    return _show_tag(values := tag_values(tag), {}, tag, group, seen=fingerprint(values))


@bp.post("/tags/<int:tag_id>/edit")
@allow(HEADQUARTERS)
def change_tag(tag_id: int) -> ResponseReturnValue:
    """Rename a tag."""
    values, seen = typed(request.form, *TAG_FIELDS), request.form.get("seen", "")
    with transaction() as session:
        tag = tag_editing.get_tag(session, tag_id)
        group, kept = session.get_one(TagGroup, tag.group_id), tag_values(tag)
    if changed := overtaken(seen, kept, values):
        return _show_tag(values, changed, tag, group, seen=fingerprint(kept), overtaken=True), 409
    try:
        with transaction() as session:
            tag_editing.rename_tag(session, current_staff(), tag_id, values["name"])
    except Invalid as problem:
        return _show_tag(values, problem.fields, tag, group, seen=seen), 422
    flash("已改名，正在同步到企业微信", "success")
    return redirect(url_for("hq.list_tag_groups"))


def _show_tag(
    values: Mapping[str, str], fields: Mapping[str, str], tag: Tag, group: TagGroup, *, seen: str, overtaken: bool = False
) -> str:
    return render_template("hq/tag_form.html", values=values, fields=fields, tag=tag, group=group, seen=seen, overtaken=overtaken)


@bp.post("/tags/<int:tag_id>/first")
@allow(HEADQUARTERS)
def put_tag_first(tag_id: int) -> ResponseReturnValue:
    """Show a tag first in its group."""
    with transaction() as session:
        tag_editing.put_first(session, current_staff(), tag_editing.get_tag(session, tag_id, lock=True))
    return redirect(url_for("hq.list_tag_groups"))


@bp.post("/tags/groups/<int:group_id>/first")
@allow(HEADQUARTERS)
def put_tag_group_first(group_id: int) -> ResponseReturnValue:
    """Show a group before all others."""
    with transaction() as session:
        tag_editing.put_first(session, current_staff(), tag_editing.get_group(session, group_id, lock=True))
    return redirect(url_for("hq.list_tag_groups"))


@bp.post("/tags/<int:tag_id>/delete")
@allow(HEADQUARTERS)
def delete_tag(tag_id: int) -> ResponseReturnValue:
    """A tag is gone, from every customer."""
    with transaction() as session:
        tag = tag_editing.delete_tag(session, current_staff(), tag_id)
    flash(f"「{tag.name}」已删除，正在同步到企业微信", "success")
    return redirect(url_for("hq.list_tag_groups"))


@bp.post("/tags/groups/<int:group_id>/delete")
@allow(HEADQUARTERS)
def delete_tag_group(group_id: int) -> ResponseReturnValue:
    """A group is gone with all its tags."""
    with transaction() as session:
        group = tag_editing.delete_group(session, current_staff(), group_id)
    flash(f"标签组「{group.name}」已删除，正在同步到企业微信", "success")
    return redirect(url_for("hq.list_tag_groups"))


@bp.get("/tags/writing")
@allow(REGIONAL)
def show_tag_writing() -> ResponseReturnValue:
    """What is not written to the platform yet, how fast it goes, and when it will be done."""
    with transaction() as session:
        far = how_far(session)
    return render_template("hq/tag_writing.html", far=far)


@bp.post("/customers/<external_userid>/tags/<int:mark_id>/undo")
@allow(MANAGERS)
def undo_tag_mark(external_userid: str, mark_id: int) -> ResponseReturnValue:
    """Take one giving of a tag back."""
    try:
        with transaction() as session:
            customer, _ = get_customer_of(session, current_staff(), external_userid)
            mark, guide, account = get_mark(session, current_staff(), mark_id)
            if (account.merged_into_id or account.id) != customer.id:
                raise NotFound("这个标签已经去掉了")
            by = f"console:{current_staff().id}"
            tag_customer(session, guide, account.id, remove=[mark.tag_id], by=by, why="在控制台撤销")
        flash("已去掉这个标签，规则不会再给她打上", "success")
    except NotFound:
        raise
    except AppError as problem:
        flash(problem.message, "danger")
    return redirect(url_for("hq.show_customer", external_userid=external_userid, part="tags"))
