"""Short set-based sweeps over both roads: what a killed process left half-done goes on, what is too late is closed."""

from datetime import timedelta

from bot import actions as inbox
from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from outbox import actions as outbox
from outbox import media
from outbox.keeping import forget_ended

EVENTS_KEPT = timedelta(days=90)
FAILED_MESSAGES_KEPT = timedelta(days=180)
MEDIA_AT_ONCE = 100


def rescue_inbox() -> int:
    """Events whose worker died; how many."""
    with transaction() as session:
        return inbox.rescue_stuck(session)


def rescue_outbox() -> int:
    """Messages whose sender died; how many."""
    with transaction() as session:
        return outbox.rescue_stuck(session)


def expire_outbox() -> int:
    """Messages that may no longer be sent; how many."""
    with transaction() as session:
        return outbox.expire_overdue(session)


def refresh_media() -> int:
    """Files the platform is about to forget and that must stay alive; how many uploads are owed now."""
    with transaction() as session:
        return media.refresh_due(session, MEDIA_AT_ONCE)


def forget_old_events() -> int:
    """Delete worked and ignored events after 90 days, a few thousand a transaction; how many."""
    total = 0
    while True:
        with transaction() as session:
            gone = inbox.forget_old(session, clock.now() - EVENTS_KEPT)
        if gone == 0:
            return total
        total += gone


def forget_old_messages() -> int:
    """Delete what was sent after OUTBOX_KEEP_DAYS and what never was after 180 days, a few thousand a transaction; how many."""
    sent_before = clock.now() - timedelta(days=settings().outbox_keep_days)
    failed_before = clock.now() - FAILED_MESSAGES_KEPT
    total, after = 0, 0
    while True:
        with transaction() as session:
            gone, last = forget_ended(session, after, sent_before=sent_before, failed_before=failed_before)
        total += gone
        if last is None:
            return total
        after = last
