"""Jobs of boards: recount the facts of days, send the evening's board."""

from datetime import date, timedelta

from foundation import clock
from foundation.db import transaction
from leaderboard import actions

# Each chunk ranks everybody, so fewer and larger ones.
CHUNK = 2000


def recount(on: date) -> int:
    """Recount one Shanghai day; how many guides' facts changed."""
    with transaction() as session:
        return actions.recount_day(session, on)


def recount_now() -> int:
    """Recount today, and in its first hour yesterday too: what happened just before midnight must not wait for the night run."""
    today = clock.today()
    changed = recount(today)
    if clock.now() < clock.start_of(today) + timedelta(hours=1):
        changed += recount(today - timedelta(days=1))
    return changed


def recount_last(days: int = 7) -> int:
    """Recount the days before today, newest first: late events and corrections find their day."""
    today = clock.today()
    return sum(recount(today - timedelta(days=back)) for back in range(1, days + 1))


def push_board(on: date) -> int:
    """Recount a day and owe everybody their card of it, once; how many people got one now."""
    recount(on)
    total = 0
    while True:
        with transaction() as session:
            pushed = actions.push_board(session, on, CHUNK)
        if pushed == 0:
            return total
        total += pushed
