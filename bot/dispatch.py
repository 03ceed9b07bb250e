"""The inbound contract on one page: which event goes to which handler. What is not here is kept and marked ignored."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.handlers import app_message, card, contact, external_contact, external_tag, kf
from bot.models import InboundEvent

Handler = Callable[[Session, InboundEvent], None]

HANDLERS: dict[tuple[str, str], Handler] = {
    ("change_external_contact", "add_external_contact"): external_contact.added,
    ("change_external_contact", "add_half_external_contact"): external_contact.half_added,
    ("change_external_contact", "edit_external_contact"): external_contact.edited,
    ("change_external_contact", "del_external_contact"): external_contact.deleted,
    ("change_external_contact", "del_follow_user"): external_contact.unfollowed,
    ("change_external_contact", "transfer_fail"): external_contact.transfer_failed,
    ("change_contact", "create_user"): contact.user_created,
    ("change_contact", "update_user"): contact.user_updated,
    ("change_contact", "delete_user"): contact.user_deleted,
    ("change_contact", "create_party"): contact.party_created,
    ("change_contact", "update_party"): contact.party_updated,
    ("change_contact", "delete_party"): contact.party_deleted,
    ("change_external_tag", "create"): external_tag.changed,
    ("change_external_tag", "update"): external_tag.changed,
    ("change_external_tag", "delete"): external_tag.deleted,
    ("change_external_tag", "shuffle"): external_tag.changed,
    ("message", "text"): app_message.written,
    ("message", "image"): app_message.sent_something_else,
    ("message", "voice"): app_message.sent_something_else,
    ("message", "video"): app_message.sent_something_else,
    ("message", "location"): app_message.sent_something_else,
    ("message", "link"): app_message.sent_something_else,
    ("click", ""): app_message.clicked,
    ("view", ""): app_message.viewed,
    ("enter_agent", ""): app_message.entered,
    ("subscribe", ""): app_message.subscribed,
    ("unsubscribe", ""): app_message.unsubscribed,
    ("template_card_event", ""): card.pressed,
    ("kf_msg_or_event", ""): kf.told,
}


def handler_of(event: str, change_type: str) -> Handler | None:
    """The handler, or None for an event nobody serves (also update_tag and msg_audit_approved, which are only kept)."""
    return HANDLERS.get((event, change_type))
