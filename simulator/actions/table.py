"""Every deed the control plane can ask for, by its name in /_control/do/<name>."""

from collections.abc import Callable
from typing import Any

from simulator.actions import admin, app_chat, customer, guide, raw
from simulator.actions.request import Wish

Action = Callable[[Wish], dict[str, Any]]
ACTIONS: dict[str, Action] = {
    "customer_scans": customer.scans,
    "customer_sends": customer.sends,
    "customer_deletes": customer.deletes,
    "member_accepts": guide.accepts,
    "member_sends": guide.sends,
    "member_edits_customer": guide.edits_customer,
    "member_deletes_customer": guide.deletes_customer,
    "transfer_fails": guide.transfer_fails,
    "member_texts_app": app_chat.writes,
    "member_enters_app": app_chat.enters,
    "member_clicks_menu": app_chat.clicks_menu,
    "member_clicks_card": app_chat.clicks_card,
    "member_card_menu": app_chat.opens_card_menu,
    "member_joins": admin.joins,
    "member_moves": admin.moves,
    "member_resigns": admin.resigns,
    "department_creates": admin.creates_department,
    "department_updates": admin.updates_department,
    "department_deletes": admin.deletes_department,
    "tag_creates": admin.creates_tag,
    "tag_edits": admin.edits_tag,
    "tag_deletes": admin.deletes_tag,
    "tags_shuffle": admin.shuffles_tags,
    "emit": raw.emit,
}
