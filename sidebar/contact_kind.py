"""What sending an item is for: an answer that serves her, a word of care, or marketing. Pure."""

from content_library.models import ContentType, Item, ItemKind
from customers.respect_models import ContactKind

AFTER_SALES = "售后"


def contact_kind(item: Item) -> ContactKind:
    """Solving and after-sales serve her; other words that do not sell are care; pictures, links, posters, coupons sell."""
    if item.scene == AFTER_SALES or item.content_type == ContentType.SOLVING:
        return ContactKind.SERVICE
    if item.kind == ItemKind.SCRIPT and item.content_type != ContentType.SALES:
        return ContactKind.CARE
    return ContactKind.MARKETING


def kind_of_sending(item: Item, *, reply: bool) -> ContactKind:
    """What a send counts as when its guide says it answers what she was just asked; what sells never becomes an answer."""
    kind = contact_kind(item)
    return ContactKind.SERVICE if reply and kind != ContactKind.MARKETING else kind
