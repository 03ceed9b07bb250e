"""Jobs of SOP: fan-outs chunk by chunk, one transaction each, so that stopping anywhere loses and doubles nothing."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from sqlalchemy.orm import Session

from foundation.db import transaction
from leaderboard.queries import rank_lines
from sop import actions, queries
from sop.withdrawal import list_to_grey

CHUNK = 500
# Each morning chunk asks for ranks, which look at everybody: fewer and larger ones.
MORNING_CHUNK = 2000


def _until_done(step: Callable[[Session], int]) -> int:
    """Repeat one chunk a transaction until it has nothing to do; the sum of what the chunks did."""
    total = 0
    while True:
        with transaction() as session:
            done = step(session)
        if done == 0:
            return total
        total += done


def hand_out(task_id: int) -> int:
    """Hand a published task out to all its guides; how many got it now."""
    return _until_done(partial(actions.hand_out, task_id=task_id, limit=CHUNK))


def _open_task_ids() -> list[int]:
    with transaction() as session:
        return list(queries.list_open_task_ids(session))


def hand_out_open() -> int:
    """Every published task whose hand-out has not ended: the sweeper behind `hand_out`."""
    return sum(hand_out(task_id) for task_id in _open_task_ids())


def remind_open() -> int:
    """Remind those who owe a task whose end is near; how many were reminded."""
    return sum(_until_done(partial(actions.remind_due, task_id=task_id, limit=CHUNK)) for task_id in _open_task_ids())


def mark_late() -> int:
    """Mark what ended undone; how many copies changed."""
    return _until_done(actions.mark_late)


def grey_withdrawn() -> int:
    """Turn the cards of withdrawn tasks grey; how many cards were looked at."""
    with transaction() as session:
        waiting = list_to_grey(session)
    return sum(_until_done(partial(actions.grey_withdrawn, task_id=task_id, limit=CHUNK)) for task_id in waiting)


def care_morning(on: date) -> int:
    """Owe every guide with customers due her morning card, with yesterday's rank; how many chunks of guides were gone through."""
    ranks = partial(rank_lines, on=on - timedelta(days=1))
    after_id, chunks = 0, 0
    while True:
        with transaction() as session:
            after_id = actions.hand_out_care(session, on, after_id, MORNING_CHUNK, rank_lines=ranks)
        if after_id == 0:
            return chunks
        chunks += 1
