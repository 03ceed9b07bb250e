"""The app's menu: owed to the platform once per version, and again an hour after the platform refused it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.menu import menu, menu_digest
from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from jobs.tick import facts_of, note_facts
from outbox.actions import enqueue
from outbox.models import Lane, MessageStatus, OutgoingMessage

NAME = "bot.set_menu"
AGAIN_AFTER = timedelta(hours=1)


def set_menu() -> bool:
    """Owe menu/create when the menu is not the one last set; True when it was owed now."""
    wanted = menu(settings().public_base_url)
    digest, now = menu_digest(wanted), clock.now()
    with transaction() as session:
        facts = facts_of(session, NAME)
        refused_at = facts.get("refused_at")
        waits = refused_at is not None and now < datetime.fromisoformat(refused_at) + AGAIN_AFTER
        if facts.get("digest") == digest and (refused_at is None or waits):
            return False
        # The moment in the key: going back to an older menu is owed again, too.
        key = f"menu:{digest}:{now:%Y%m%d%H%M%S}"
        enqueue(session, Lane.INTERACTIVE, "menu/create", {key: wanted}, about="menu", wants_result=True)
        note_facts(session, NAME, {"digest": digest})
    return True


def menu_answered(session: Session, message: OutgoingMessage) -> None:
    """A refused menu is owed again later."""
    if message.status != MessageStatus.SENT:
        note_facts(session, NAME, {**facts_of(session, NAME), "refused_at": clock.now().isoformat(), "reason": message.reason})
