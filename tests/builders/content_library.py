"""Small builders for content rows: keyword arguments, sensible defaults, real actions."""

import io
from collections.abc import Sequence

from PIL import Image
from sqlalchemy.orm import Session

from content_library.actions import publish_item, save_item
from content_library.models import Category, Item, ItemKind
from foundation.blobs import keep_blob
from org.models import Staff


def make_script(
    session: Session,
    staff: Staff,
    *,
    title: str = "降温提醒",
    bubbles: Sequence[str] = ("{客户称呼}，后天降温",),
    published: bool = True,
    **rest: object,
) -> Item:
    """A script of headquarters, published unless told otherwise."""
    item = save_item(session, staff, ItemKind.SCRIPT, title, {"bubbles": list(bubbles)}, **rest)  # type: ignore[arg-type]
    return publish_item(session, staff, item.id) if published else item


POSTER = {
    "background": {"colours": ["#ffffff"]},
    "product": "轻羽",
    "price": "¥999",
    "texts": [{"text": "{导购} {门店} {商品} {价格}", "x": 40, "y": 40, "w": 600, "h": 200, "size": 40, "lines": 3}],
    "avatar": {"x": 40, "y": 1100, "size": 120},
    "qr": {"x": 500, "y": 1080, "size": 200},
}


def make_poster(
    session: Session, staff: Staff, *, title: str = "上新海报", body: dict[str, object] | None = None, path: str = ""
) -> Item:
    """A published poster template with words, face and code."""
    item = save_item(session, staff, ItemKind.POSTER, title, body or POSTER, path=path)
    return publish_item(session, staff, item.id)


def make_picture(session: Session, staff: Staff, *, title: str = "橱窗", path: str = "") -> Item:
    """A published picture of headquarters."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#c22f2f").save(out, "PNG")
    item = save_item(session, staff, ItemKind.IMAGE, title, {"blob_key": keep_blob(out.getvalue())}, path=path)
    return publish_item(session, staff, item.id)


def make_category(session: Session, name: str = "降温", parent_id: int | None = None) -> Category:
    """A shelf at the end of its level."""
    category = Category(name=name, parent_id=parent_id, order=1)
    session.add(category)
    session.flush()
    return category
