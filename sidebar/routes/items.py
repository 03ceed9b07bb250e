"""One item of the library on a phone: made ready for the chat or 朋友圈, kept as a favourite, its picture."""

from flask import Response, jsonify, redirect, request, send_file
from flask.typing import ResponseReturnValue

from content_library.favouring import favour, unfavour
from content_library.item_figures import note_miss
from content_library.link_rules import short_address
from content_library.models import ItemStatus
from content_library.queries import get_item, get_item_for
from content_library.thumbnails import small_picture
from foundation.blobs import blob_path
from foundation.db import transaction
from foundation.errors import Conflict, NotFound
from sidebar.beside import beside
from sidebar.messages import To, lost_file, messages_of, picture_of_token, tracked_code
from sidebar.routes.door import bp, current_customer, current_staff
from sidebar.service_forms import switch

THUMB, LARGE = 480, 1440
WEEK = 7 * 24 * 3600


@bp.post("/items/<int:item_id>/messages")
def prepare_messages(item_id: int) -> ResponseReturnValue:
    """{"messages"} for the customer beside the page (`c`), or for 朋友圈 (`for=moments`); 202 {"wait": true}: ask again.

    `lost` in the JSON names a file of them the client refused: the platform forgot it before its time, and a new one is fetched.
    """
    staff, lost = current_staff(), lost_file(request.get_json(silent=True))
    to_many = request.args.get("for") == "moments"
    if not to_many and not current_customer():
        raise Conflict("请从客户聊天打开侧边栏")
    with transaction() as session:
        chat = beside(session)
        item, version = get_item_for(session, staff.path, item_id)
        to = To(staff.id, None if to_many else chat.customer_id, chat.filled, lost)
        made = messages_of(session, item, version, to)
        number = version.id
    return (jsonify({"messages": made, "version": number}), 200) if made else (jsonify({"wait": True}), 202)


@bp.get("/items/<int:item_id>/open")
def open_item(item_id: int) -> ResponseReturnValue:
    """Where a link, an article or a coupon leads, by her own tracked link, as a customer would come there.

    A colleague's look is no visit. Raises Invalid for an item that leads nowhere, NotFound for one she may not send.
    """
    staff = current_staff()
    with transaction() as session:
        item, version = get_item_for(session, staff.path, item_id)
        code = tracked_code(session, item, version, To(staff.id, None, {}))
    return redirect(short_address("", code))


@bp.post("/items/<int:item_id>/favourite")
def keep_item(item_id: int) -> ResponseReturnValue:
    """{"on": true} keeps it at hand, false lets it go."""
    on = switch(request.get_json(silent=True))
    with transaction() as session:
        (favour if on else unfavour)(session, current_staff(), item_id)
    return jsonify({"on": on})


@bp.get("/items/<int:item_id>/picture")
def show_item_picture(item_id: int) -> ResponseReturnValue:
    """Its picture, small for lists; `size=large` to look at and to keep on the phone."""
    with transaction() as session:
        _, version = get_item_for(session, current_staff().path, item_id)
        key = str(version.body.get("blob_key") or "")
    if not key:
        raise NotFound("这条内容没有图片")
    side = LARGE if request.args.get("size") == "large" else THUMB
    etag = f"{key}-{side}"
    if request.if_none_match.contains(etag):
        # Before anything is read or decoded: lists ask again for all their pictures.
        return Response(status=304, headers={"ETag": f'"{etag}"', "Cache-Control": f"private, max-age={WEEK}"})
    return send_file(small_picture(key, side), mimetype="image/jpeg", etag=etag, max_age=WEEK)


@bp.get("/shared/<token>")
def show_shared_picture(token: str) -> ResponseReturnValue:
    """A picture that went out with a card, for WeChat's own servers: open, but only by an address we signed."""
    item_id, key = picture_of_token(token)
    with transaction() as session:
        taken_down = get_item(session, item_id).status == ItemStatus.ARCHIVED
    path = blob_path(key)
    if taken_down or not path.exists():
        raise NotFound("图片不存在")
    with path.open("rb") as file:
        is_png = file.read(8).startswith(b"\x89PNG")
    return send_file(path.absolute(), mimetype="image/png" if is_png else "image/jpeg", etag=key, max_age=WEEK)


@bp.post("/misses")
def note_search_miss() -> ResponseReturnValue:
    """She looked for something that is not there and left it standing: a gap of the library."""
    with transaction() as session:
        note_miss(session, current_staff().id, request.form.get("words", "").strip()[:40])
    return "", 204
