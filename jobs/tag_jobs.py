"""Jobs of tags: rules look at moments, tags end, changes are handed on to the platform, customers are counted at night."""

from collections.abc import Callable
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from customers.tag_queries import count_tags
from customers.tag_rule_work import end_expired, work_moments
from customers.tag_writing import hand_on
from foundation import clock
from foundation.db import transaction

AT_ONCE = 20


def _repeat(work: Callable[[Session], int]) -> int:
    """Again in a new transaction while there is something to do, a bounded number of times; how much was done."""
    total = 0
    for _ in range(AT_ONCE):
        with transaction() as session:
            done = work(session)
        total += done
        if not done:
            break
    return total


def tag_by_rules() -> int:
    """Moments the rules have not looked at; how many were."""
    return _repeat(work_moments)


def end_expired_tags() -> int:
    """Tags whose time is over; how many ended."""
    return _repeat(partial(end_expired, now=clock.now()))


def hand_on_tags() -> int:
    """Changes of batches and imports, bit by bit behind everything else; how many were looked at."""
    return _repeat(hand_on)


def count_tag_customers(_day: date) -> None:
    """The numbers beside the tags."""
    with transaction() as session:
        count_tags(session)
