"""Poster templates (海报模板): drawn in a visual editor, shown at once for short and long names, kept as versions."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from acquisition.console_queries import codes_by_guide
from acquisition.rules import ready_code
from content_library.actions import allow_edit, locked
from content_library.categories import shelves
from content_library.layout import SAFE_EDGE, Layout, layout_of, problems_of
from content_library.library_queries import Wanted, get_item_in, page_library
from content_library.models import ContentType, Item, ItemKind, ItemVersion
from content_library.pictures import open_picture
from content_library.poster_queries import facts_of
from content_library.posters import PosterFacts, proof
from content_library.queries import list_categories, list_history, list_personas
from content_library.rules import STAGES, may_edit, may_publish
from content_library.uploads import checked_upload
from foundation.blobs import keep_blob
from foundation.db import transaction
from foundation.errors import Invalid, NotFound
from hq.content_forms import FIELDS, ContentForm, typed_content
from hq.content_saving import keep_content
from hq.editing import fingerprint, overtaken
from hq.forms import as_number
from hq.pages import audience_choices, cut_page
from hq.poster_forms import (
    SAMPLES,
    Json,
    blank_layout,
    blob_keys,
    changed_parts,
    kept_poster,
    notes_for,
    read_layout,
    sample_facts,
    told_notes,
    whole_of,
)
from hq.routes.content_uploads import signed_blob, unsigned_blob
from hq.routes.door import MANAGERS, REGIONAL, allow, bp, current_staff
from org.console_queries import get_staff_in
from org.queries import list_active_guides

PAGE = 24
GUIDES_OFFERED = 60


@bp.get("/posters")
@allow(MANAGERS)
def list_posters() -> ResponseReturnValue:
    """All templates she sees, as pictures, newest first."""
    staff, words = current_staff(), request.args.get("q", "").strip()[:40]
    after = as_number(request.args.get("after"))
    with transaction() as session:
        found = page_library(session, staff, Wanted(q=words, kind=ItemKind.POSTER), after_id=after, limit=PAGE + 1)
    rows, last = cut_page(found, PAGE)
    editable = {item.id for item, _ in rows if may_edit(staff.role, staff.path, item.path)}
    more = url_for("hq.list_posters", after=last[0].id, q=words) if last else ""
    return render_template("hq/posters.html", rows=rows, next=more, q=words, editable=editable, further=after is not None)


@bp.get("/posters/new")
@allow(REGIONAL)
def write_poster() -> ResponseReturnValue:
    """The editor with a blank poster, or with a copy of the template `like`."""
    body, values = blank_layout(), dict.fromkeys(FIELDS, "")
    if like := as_number(request.args.get("like")):
        with transaction() as session:
            kept, body = kept_poster(_poster(session, like)[1])
        values |= {name: kept.values[name] for name in ("category_id", "stage", "content_type", "tags")}
    return _show_editor(ContentForm(values), body, {}, None, trusted=True)


@bp.post("/posters/new")
@allow(REGIONAL)
def create_poster() -> ResponseReturnValue:
    """Keep a new poster as a draft, hand it in, or publish it at once."""
    return _save(None)


@bp.get("/posters/<int:item_id>")
@allow(REGIONAL)
def edit_poster(item_id: int) -> ResponseReturnValue:
    """The editor with the newest version."""
    with transaction() as session:
        item, version = _poster(session, item_id)
        allow_edit(current_staff(), item.path)
        form, body = kept_poster(version)
    return _show_editor(form, body, {}, item, seen=fingerprint(whole_of(form, body)), trusted=True)


@bp.post("/posters/<int:item_id>")
@allow(REGIONAL)
def change_poster(item_id: int) -> ResponseReturnValue:
    """Add a version; guides get it once published."""
    return _save(item_id)


def _poster(session: Session, item_id: int) -> tuple[Item, ItemVersion]:
    item = get_item_in(session, current_staff(), item_id)
    if item.kind != ItemKind.POSTER:
        raise NotFound("这不是海报")
    return item, list_history(session, item_id, limit=1)[0]


def _save(item_id: int | None) -> ResponseReturnValue:
    form, seen = typed_content(request.form, ("", "")), request.form.get("seen", "")
    then, because, staff = request.form.get("then", "keep"), request.form.get("because", ""), current_staff()
    body: Json = blank_layout()
    with transaction() as session:
        item = _poster(session, item_id)[0] if item_id is not None else None
    try:
        body = read_layout(request.form.get("layout", ""))
        _own_pictures(body)
        if then != "keep":
            _all_legible(body)
        with transaction() as session:
            if item_id is not None:
                # Held first: of two who save in the same moment one must see the other's version.
                locked(session, item_id)
                kept, theirs = kept_poster(_poster(session, item_id)[1])
                whole = whole_of(kept, theirs)
                if changed := overtaken(seen, whole, whole_of(form, body)):
                    changed |= {"layout": f"对方改了：{changed_parts(theirs, body)}"} if "layout" in changed else {}
                    return _show_editor(form, body, changed, item, seen=fingerprint(whole), overtaken=True), 409
            item, done = keep_content(session, staff, ItemKind.POSTER, form, body, item_id, then=then, because=because)
    except Invalid as problem:
        return _show_editor(form, body, problem.fields or {"layout": problem.message}, item, seen=seen), 422
    flash(done, "success")
    return redirect(url_for("hq.edit_poster", item_id=item.id))


def _own_pictures(body: Mapping[str, Any]) -> None:
    """Pictures stand on a poster only by the token this person was given for them. Raises Invalid for any other."""
    hers = {unsigned_blob(token, ItemKind.IMAGE)[0] for token in request.form.getlist("kept")[:50]}
    if set(blob_keys(body)) - hers:
        raise Invalid("海报还不能保存", {"layout": "有一张图片不是在这个页面上传的，请重新上传"})


def _all_legible(body: Json) -> None:
    """A poster goes to guides only when the usual one's comes out whole. Raises Invalid; a broken layout is told elsewhere."""
    if problems_of(body):
        return
    layout = layout_of(body)
    cut = [one["text"] for one in notes_for(layout, proof(layout, sample_facts("usual"))[1]) if one["cut"]]
    if cut:
        named = "、".join(f"「{text}」" for text in cut[:3])
        why = f"{named}放不下，会被截断。把文字框拉大、字号调小或删几个字再发布；也可以先存为草稿"
        raise Invalid("海报还不能发布", {"layout": why})


def _show_editor(
    form: ContentForm, body: Json, fields: Mapping[str, str], item: Item | None, *, seen: str = "", overtaken: bool = False,
    trusted: bool = False,
) -> str:  # fmt: skip
    """`trusted`: the layout comes from our tables, so its pictures get tokens; else those sent along are given back."""
    staff = current_staff()
    with transaction() as session:
        facts = {
            "shelves": shelves(list_categories(session)),
            "personas": list_personas(session),
            "departments": audience_choices(session, staff),
            "guides": list_active_guides(session, staff.path, limit=GUIDES_OFFERED),
        }
    tokens = [signed_blob(ItemKind.IMAGE, key, "") for key in blob_keys(body)] if trusted else request.form.getlist("kept")[:50]
    return render_template(
        "hq/poster_edit.html", values=form.values, layout=json.dumps(body, ensure_ascii=False), fields=fields, item=item,
        seen=seen, overtaken=overtaken, tokens=tokens, samples=SAMPLES, safe=SAFE_EDGE, stages=STAGES, types=list(ContentType),
        publishes=may_publish(staff.role), because=request.form.get("because", ""), **facts,
    )  # fmt: skip


@bp.post("/posters/preview")
@allow(REGIONAL)
def preview_poster() -> ResponseReturnValue:
    """The poster as JPEG for a guide or a sample; `X-Poster-Notes` (JSON) names boxes whose words do not come out whole.

    422 {"problems": {place: why}} when it cannot be drawn as it stands.
    """
    try:
        body = read_layout(request.form.get("layout", ""))
        _own_pictures(body)
    except Invalid as problem:
        return jsonify({"problems": problem.fields}), 422
    if problems := problems_of(body):
        return jsonify({"problems": problems}), 422
    layout, chosen = layout_of(body), request.form.get("guide", "usual")
    facts = sample_facts(chosen)
    if guide_id := as_number(chosen):
        facts = _facts_of(guide_id)
    picture, notes = proof(layout, facts)
    told = told_notes(notes_for(layout, notes), _long_notes(layout), len(picture))
    return Response(picture, mimetype="image/jpeg", headers={"X-Poster-Notes": told})


def _long_notes(layout: Layout) -> list[Json]:
    return [one for one in notes_for(layout, proof(layout, sample_facts("long"))[1]) if one["cut"]]


def _facts_of(guide_id: int) -> PosterFacts:
    """A guide of her subtree as her posters show her; a sample code stands in until her own is there."""
    with transaction() as session:
        guide = get_staff_in(session, current_staff(), guide_id)
        code = ready_code(codes_by_guide(session, [guide.id]).get(guide.id, []))
        url = code.qr_code if code else ""
        facts = facts_of(session, [guide], {guide.id: url})[guide.id]
    if facts.qr_png is None:
        return PosterFacts(facts.staff_id, facts.name, facts.store, avatar=facts.avatar, qr_link=sample_facts("").qr_link)
    return facts


@bp.post("/posters/pictures")
@allow(REGIONAL)
def upload_poster_picture() -> ResponseReturnValue:
    """A background or product picture: {"blob_key", "kept", "width", "height"}, else 422 {"message"}."""
    file = request.files.get("picture")
    content = file.stream.read() if file else b""
    try:
        upload = checked_upload(ItemKind.IMAGE, (file.filename if file else "") or "picture.jpg", content)
    except Invalid as problem:
        return jsonify({"message": problem.message}), 422
    key, picture = keep_blob(upload.content), open_picture(upload.content)
    kept = signed_blob(ItemKind.IMAGE, key, "")
    return jsonify({"blob_key": key, "kept": kept, "width": picture.width, "height": picture.height})
