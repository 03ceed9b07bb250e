"""Short set-based sweeps over both roads: what a killed process left half-done goes on, what is too late is closed."""

from datetime import timedelta

from bot import actions as inbox
from foundation import clock
from foundation.db import transaction
from outbox import actions as outbox
from outbox import media

EVENTS_KEPT = timedelta(days=90)
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
    """Delete worked events after 90 days, a few thousand a transaction; how many."""
    total = 0
    while True:
        with transaction() as session:
            gone = inbox.forget_old(session, clock.now() - EVENTS_KEPT)
        if gone == 0:
            return total
        total += gone
