"""Posters (海报): drawn with the guide's own name, store and code, made ready as platform media before she taps send."""

from flask import jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.actions import keep_drawn, keep_picture
from content_library.models import Item, ItemKind, ItemVersion
from content_library.pictures import fetch_picture
from content_library.poster_queries import facts_of
from content_library.posters import draw_version
from content_library.queries import find_drawn, get_item_for, list_pictures, search_items, sent_at_of
from customers.queries import get_customer_of
from foundation.blobs import blob_path
from foundation.db import transaction
from foundation.errors import Conflict, NotFound
from org.models import Staff
from outbox.media import keep_media, want_media
from sidebar.codes import my_code
from sidebar.messages import lost_file
from sidebar.routes.door import bp, current_customer, current_staff

# After so many empty answers an avatar is left out: a poster is fine without a face, not without a code.
AVATAR_TRIES = 3


def _poster(session: Session, item_id: int) -> tuple[Item, ItemVersion]:
    item, version = get_item_for(session, current_staff().path, item_id)
    if item.kind != ItemKind.POSTER:
        raise NotFound("这不是海报")
    return item, version


def _fetch_missing(staff: Staff, qr_url: str) -> None:
    """Keep her code's picture and her face once; the fetch is outside any transaction."""
    with transaction() as session:
        known = list_pictures(session, [qr_url, staff.avatar_url])
    for url in (qr_url, staff.avatar_url):
        row = known.get(url)
        if not url or (row and (row.blob_key or (url == staff.avatar_url and row.tries >= AVATAR_TRIES))):
            continue
        content = fetch_picture(url)
        with transaction() as session:
            keep_picture(session, url, content)


def draw_for(staff: Staff, item_id: int) -> tuple[str, Item]:
    """The blob key of this poster for her. Raises NotFound, Conflict while it needs a code and she has none."""
    with transaction() as session:
        _, version = _poster(session, item_id)
        code = my_code(session, staff)
    qr_url = code.qr_code if code is not None else ""
    if version.body.get("qr") and not qr_url:
        raise Conflict("您的二维码还在生成，请稍等几秒")
    _fetch_missing(staff, qr_url)
    with transaction() as session:
        item, version = _poster(session, item_id)
        facts = facts_of(session, [staff], {staff.id: qr_url})[staff.id]
        if version.body.get("qr") and facts.qr_png is None:
            raise Conflict("您的二维码图片暂时取不到，请稍后再试")
        known = find_drawn(session, version.id, facts)
    if known:
        return known, item
    key = draw_version(version.body, facts)
    with transaction() as session:
        keep_drawn(session, version.id, facts, key)
    return key, item


@bp.get("/posters")
def show_posters() -> ResponseReturnValue:
    """All posters she may send, and whether her code is ready for them."""
    staff = current_staff()
    with transaction() as session:
        items = search_items(session, staff.path, request.args.get("q", ""), kind=ItemKind.POSTER, limit=24)
        return render_template("sidebar/posters.html", items=items, code=my_code(session, staff))


@bp.get("/posters/<int:item_id>")
def show_poster(item_id: int) -> ResponseReturnValue:
    """One poster, large, with the send button; the page makes the media ready while she looks."""
    external_userid = current_customer()
    with transaction() as session:
        item, version = _poster(session, item_id)
        customer = get_customer_of(session, current_staff(), external_userid)[0] if external_userid else None
        sent = sent_at_of(session, customer.id, [item.id]) if customer else {}
        code = my_code(session, current_staff())
    return render_template("sidebar/poster.html", item=item, version=version, sent_at=sent.get(item.id), code=code)


@bp.get("/posters/<int:item_id>/picture")
def show_poster_picture(item_id: int) -> ResponseReturnValue:
    """The drawn poster as JPEG."""
    key, _ = draw_for(current_staff(), item_id)
    return send_file(blob_path(key).absolute(), mimetype="image/jpeg", etag=key, max_age=60)


@bp.post("/posters/<int:item_id>/media")
def prepare_media(item_id: int) -> ResponseReturnValue:
    """{"mediaid"} when the platform holds the picture, else 202 {"wait": true}: ask again.

    `lost` in the JSON names an id the client refused: the platform forgot it before its time, and a new one is fetched.
    """
    key, item = draw_for(current_staff(), item_id)
    lost = lost_file(request.get_json(silent=True))
    with transaction() as session:
        media_id = want_media(session, keep_media(session, "image", key, f"poster-{item.id}.jpg"), lost=lost)
    return (jsonify({"mediaid": media_id}), 200) if media_id else (jsonify({"wait": True}), 202)
