"""企业客户标签变更 (DOC 92130). The event names only an id, so all tags are pulled again, once for many events."""

from sqlalchemy.orm import Session

from bot.fields import need, text_of
from bot.models import InboundEvent
from customers.actions import remove_tag
from org.actions import start_run


def changed(session: Session, _event: InboundEvent) -> None:
    """Tags or groups were made, renamed or re-ordered (an empty Id means all groups)."""
    start_run(session, "tags", "platform")


def deleted(session: Session, event: InboundEvent) -> None:
    """A tag is gone, or a group with all its tags (only the group is named)."""
    remove_tag(session, need(event.body, "Id"), text_of(event.body, "TagType", 20))
