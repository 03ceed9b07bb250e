"""Customers found by what a person types among those a rule holds for: the newest first, bounded, and none left out.

Two roads lead to the same people. The indexes give everybody called so, whoever that is: good for few. Walking the list from
its newest customer and keeping who is called so fills a page at once where many are.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from org.models import Staff
from segments.naming import INDEXED, called, looked_up, newest_called
from segments.nodes import Rule
from segments.queries import among, page, resolve

# More people of one name than this are not looked up by the index; so many of the newest are asked first whether they are many.
MOST_NAMED = 20_000
NEWEST, MANY = 2_000, 8
# How far one page walks: customers of the list, piece by piece. The counter tells no more than 10,000 at a time.
STEPS = (4_000, 4_000, 6_000, 10_000)
# The high cost of name_grams would have the planner compile, and start workers for, what runs for milliseconds; and where the
# bitmap of a frequent piece does not fit memory, every name of its pages is taken to pieces again.
SETTINGS = {"jit": "off", "max_parallel_workers_per_gather": "0", "work_mem": "32MB"}


@dataclass(frozen=True, slots=True)
class Found:
    """Ids, the newest customer first. With `on`, everybody above that id was looked at and the page is not full yet."""

    ids: list[int]
    on: int | None = None


@dataclass(frozen=True, slots=True)
class _Search:
    session: Session
    viewer: Staff
    rule: Rule
    words: str
    after: int | None
    limit: int


def find(session: Session, viewer: Staff, rule: Rule, words: str, after: int | None = None, limit: int = 50) -> Found:
    """People the viewer may see, called so or known by this number, below the id `after`. At most fourteen statements."""
    words = words.strip()[:INDEXED]
    if not words:
        return Found([])
    search = _Search(session, viewer, resolve(session, rule, viewer), words, after, limit)
    if _are_few(search):
        return _looked_up(search) or _walked(search)
    walked = _walked(search)
    return walked if walked.on is None else _looked_up(search) or walked


def _are_few(search: _Search) -> bool:
    """Whether hardly any of the newest customers are called so; the settings are for all that is asked after it."""
    settings = (func.set_config(name, value, True) for name, value in SETTINGS.items())
    return (search.session.scalar(select(newest_called(search.words, NEWEST), *settings)) or 0) < MANY


def _looked_up(search: _Search) -> Found | None:
    """By the indexes; None when more are called so than are worth it."""
    lists = search.session.execute(looked_up(search.viewer, search.words, MOST_NAMED + 1)).one()
    if any(len(one) > MOST_NAMED for one in lists):
        return None
    below = {id_ for one in lists for id_ in one if id_ is not None and (search.after is None or id_ < search.after)}
    return Found(among(search.session, search.viewer, search.rule, list(below), search.limit))


def _walked(search: _Search) -> Found:
    """Down the list from `after`, until the page is full or its end is reached."""
    found: list[int] = []
    after = search.after
    for step in STEPS:
        ids = page(search.session, search.viewer, search.rule, after, step)
        if ids:
            known = set(search.session.scalars(called(search.viewer, search.words, ids)))
            found += [id_ for id_ in ids if id_ in known]
        if len(ids) < step or len(found) >= search.limit:
            return Found(found[: search.limit])
        after = ids[-1]
    return Found(found, after)
