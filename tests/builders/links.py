"""Tracked links for tests: an item of a kind with an address, and a link a guide sent."""

from sqlalchemy.orm import Session

from content_library.actions import publish_item, save_item
from content_library.link_actions import track
from content_library.link_models import TrackedLink
from content_library.models import Item, ItemKind
from org.models import Staff

ADDRESS = "https://shop.example.com/down?id=7&颜色=雾蓝"


def make_link_item(session: Session, staff: Staff, *, kind: ItemKind = ItemKind.LINK, tags: tuple[str, ...] = ()) -> Item:
    """A published item that leads somewhere."""
    body = {"url": ADDRESS, "desc": "雾蓝色只剩两件"}
    body |= {"terms": "{客户称呼}，满 800 元可用"} if kind == ItemKind.COUPON else {}
    item = save_item(session, staff, kind, "轻暖长款", body, tags=list(tags))
    return publish_item(session, staff, item.id)


def make_link(
    session: Session, item: Item, guide: Staff, *, customer_id: int | None = None, url: str = ADDRESS, once: str = "1"
) -> TrackedLink:
    """A link of this guide, to one customer or to many."""
    return track(
        session, item_id=item.id, version_id=item.version_id or 0, staff_id=guide.id, customer_id=customer_id, url=url, once=once
    )
