"""What a member does in the app's chat (DOC 90239, 90240): writes, taps the menu, comes and goes. Answers are owed."""

from sqlalchemy.orm import Session

from bot import conversations
from bot.fields import need, text_of
from bot.models import InboundEvent
from bot.words import HELP, Wish, understand, wish_of_key
from foundation.db import Json
from org.actions import want_staff
from org.models import StaffStatus
from org.queries import find_staff
from outbox.actions import enqueue
from outbox.models import Lane


def written(session: Session, event: InboundEvent) -> None:
    """A text: answered with the card that opens the right page, or with the menu."""
    _answer(session, event, understand(text_of(event.body, "Content", 200)))


def sent_something_else(session: Session, event: InboundEvent) -> None:
    """A picture, voice, place: nothing to do with it, so she gets the menu."""
    _answer(session, event, Wish(HELP))


def clicked(session: Session, event: InboundEvent) -> None:
    """A menu entry (its key is ours, see bot.menu)."""
    _answer(session, event, wish_of_key(text_of(event.body, "EventKey", 128)))


def viewed(_session: Session, _event: InboundEvent) -> None:
    """She opened a page from the menu; the page itself knows."""


def entered(_session: Session, _event: InboundEvent) -> None:
    """She opened the chat. An answer each time would only be in her way."""


def subscribed(session: Session, event: InboundEvent) -> None:
    """She may use the app now: pulled again, and greeted with the menu."""
    want_staff(session, need(event.body, "FromUserName"))
    _answer(session, event, Wish(HELP))


def unsubscribed(session: Session, event: InboundEvent) -> None:
    """She left the app's range or the corp; which of the two, the pull tells."""
    want_staff(session, need(event.body, "FromUserName"))


def _answer(session: Session, event: InboundEvent, wish: Wish) -> None:
    userid = need(event.body, "FromUserName")
    enqueue(
        session, Lane.INTERACTIVE, "message/send",
        {f"reply:{event.digest.hex()}": _payload(session, userid, wish)}, about=f"event:{event.id}",
    )  # fmt: skip


def _payload(session: Session, userid: str, wish: Wish) -> Json:
    staff = find_staff(session, userid)
    if staff is None or staff.status == StaffStatus.NOT_ACTIVATED:
        want_staff(session, userid)
        return conversations.stranger(userid)
    if staff.status != StaffStatus.ACTIVE:
        return conversations.closed(userid)
    return conversations.answer(session, staff, wish)
