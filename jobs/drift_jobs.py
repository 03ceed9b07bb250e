"""The job that counts the weeks of persona drift ahead: one transaction a week, a few weeks a run."""

from content_library.calendar_rules import monday_of
from foundation import clock
from foundation.db import transaction
from jobs.tick import facts_of, note_facts
from leaderboard.drift_counting import count_week
from leaderboard.drift_rules import KEPT_WEEKS, weeks_due

NAME = "leaderboard.count_weeks"


def count_weeks() -> int:
    """Count the weeks that are due; how many rows changed. A run that stops is done again, a repeated one changes nothing."""
    today = clock.today()
    with transaction() as session:
        due = weeks_due(monday_of(today), facts_of(session, NAME).get("counted", {}), today)
    changed = 0
    for monday in due:
        with transaction() as session:
            changed += count_week(session, monday)
            counted = {**facts_of(session, NAME).get("counted", {}), monday.isoformat(): today.isoformat()}
            # ISO days sort as days do.
            note_facts(session, NAME, {"counted": dict(sorted(counted.items())[-KEPT_WEEKS:])})
    return changed
