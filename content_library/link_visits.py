"""Visits of tracked links, kept many at a time: the redirect is answered after the commit, and one commit serves many.

Raw psycopg, because this stands in a redirect's way: through the ORM's session one batch costs five times as much.
"""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import psycopg

from content_library.link_rules import ECHO, SAME_VISIT
from content_library.models import ItemKind

# What a link leads to never changes once it is out; whether it was taken down since is asked again every minute.
LINK = """
SELECT l.id, l.url, i.kind, l.version_id, l.customer_id FROM tracked_link l JOIN item i ON i.id = l.item_id
WHERE l.code = %s AND i.status <> 'archived'
"""
REMEMBERED_SECONDS = 60
# Links to one customer are locked in the order of their ids: who came first is decided by one writer, and two writers with the
# same links cannot wait for each other. A link to many has no first reader and is not locked.
LOCK = "SELECT id FROM tracked_link WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
# The plan is made once, perhaps while the table is young: `= ANY(ARRAY(…))` and `id + 0` leave no plan but looks by key.
# A visitor known from another link of the same customer is her, however late she comes; else the first who comes is, and
# whoever comes later had it forwarded. A second fetch without the cookie, by the same browser at the same customer's link
# within a breath, is an echo of the first; at a link to many the same model of telephone comes all the time.
KEEP = """
WITH came AS (
    SELECT * FROM json_to_recordset(%(came)s::json)
        AS came (n int, link_id bigint, customer_id bigint, visitor text, is_new bool, agent text, at timestamptz)
), known AS (
    SELECT came.*, mine.id AS mine_id, echo.id AS echo_id, echo.visitor AS echo_visitor FROM came
    LEFT JOIN LATERAL (SELECT v.id, v.last_at FROM link_visit v
        WHERE NOT came.is_new AND v.link_id = came.link_id AND v.visitor = came.visitor ORDER BY v.id + 0 DESC LIMIT 1) AS mine
        ON mine.last_at > came.at - %(same_visit)s
    LEFT JOIN LATERAL (SELECT v.id, v.visitor FROM link_visit v
        WHERE came.is_new AND came.customer_id IS NOT NULL AND v.link_id = came.link_id AND v.last_at > came.at - %(echo)s
        AND v.agent = came.agent ORDER BY v.id + 0 DESC LIMIT 1) AS echo ON true
), fresh AS (
    SELECT known.*, row_number() OVER (PARTITION BY link_id ORDER BY n) AS place FROM known
    WHERE mine_id IS NULL AND echo_id IS NULL
), went_on AS (
    UPDATE link_visit SET last_at = greatest(last_at, (SELECT max(at) FROM known))
    WHERE id = ANY(ARRAY(SELECT coalesce(mine_id, echo_id) FROM known))
), begun AS (
    INSERT INTO link_visit (link_id, visitor, reader, first_at, last_at, seconds, agent)
    SELECT link_id, visitor, CASE WHEN customer_id IS NULL THEN 'unknown'
        WHEN NOT is_new AND EXISTS (SELECT FROM link_visit v WHERE v.visitor = fresh.visitor AND v.reader = 'hers'
            AND v.link_id = ANY(ARRAY(SELECT l.id FROM tracked_link l WHERE l.customer_id = fresh.customer_id))) THEN 'hers'
        WHEN place = 1 AND NOT EXISTS (SELECT FROM link_visit v WHERE v.link_id = fresh.link_id AND v.reader = 'hers') THEN 'hers'
        ELSE 'forwarded' END, at, at, 0, agent FROM fresh
)
SELECT n, coalesce(echo_visitor, visitor) FROM known
"""
KEPT_TARGETS = 20_000
# Visits of one link that one process keeps in a minute: more is a machine with a browser's name. A customer's link is hers and
# her friends'; one in 朋友圈 is everybody's.
MOST_TO_ONE, MOST_TO_MANY = 60, 3_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody at a short address. `counts` is False for machines and our own people; `is_new` had no cookie of ours."""

    code: str
    visitor: str
    is_new: bool
    counts: bool
    agent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads: `url`, or ("") a page of ours that shows the version."""

    link_id: int
    url: str
    kind: ItemKind
    version_id: int
    customer_id: int | None


@dataclass(frozen=True, slots=True)
class Landing:
    """Where an arrival is led, and by which cookie it is known from now on (that of its first fetch, when it was an echo).

    `kept` says whether a visit was written: not of machines, nor of a flood.
    """

    target: Target
    visitor: str
    kept: bool


class VisitBook:
    """Keeps visits over one connection in autocommit, which belongs to one thread; opens transactions of its own."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._remember = lru_cache(maxsize=KEPT_TARGETS)(self._read_target)
        self._minute, self._came = 0, Counter[int]()

    def keep(self, arrivals: Sequence[Arrival]) -> list[Landing | None]:
        """Keep these visits and say where each is led, in their order; None: no such code."""
        targets = {code: target for code in {each.code for each in arrivals} if (target := self._target(code))}
        counted = [(each, targets[each.code]) for each in arrivals if each.counts and each.code in targets]
        counted = [(each, target) for each, target in counted if self._is_room(target)]
        visitors = self._keep(counted) if counted else {}
        return [
            Landing(targets[each.code], visitors.get(id(each), each.visitor), id(each) in visitors)
            if each.code in targets
            else None
            for each in arrivals
        ]

    def _read_target(self, code: str, minute: int) -> Target:
        row = self._connection.execute(LINK, [code]).fetchone()
        if row is None:
            raise LookupError(code)
        return Target(row[0], row[1], ItemKind(row[2]), row[3], row[4])

    def _target(self, code: str) -> Target | None:
        try:
            return self._remember(code, int(time.monotonic() // REMEMBERED_SECONDS))
        except LookupError:
            # Not remembered: a link may be made a moment after somebody guessed its code.
            return None

    def _is_room(self, target: Target) -> bool:
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._came = minute, Counter()
        self._came[target.link_id] += 1
        return self._came[target.link_id] <= (MOST_TO_MANY if target.customer_id is None else MOST_TO_ONE)

    def _keep(self, counted: Sequence[tuple[Arrival, Target]]) -> dict[int, str]:
        """Who each arrival (by identity) is known as."""
        first = _firsts(counted)
        rows = [
            {
                "n": n, "link_id": target.link_id, "customer_id": target.customer_id, "visitor": each.visitor,
                "is_new": each.is_new, "agent": each.agent, "at": each.at.isoformat(),
            }
            for n, (each, target) in enumerate(first.values())
        ]  # fmt: skip
        to_one = sorted({target.link_id for _, target in counted if target.customer_id is not None})
        # One wait for the server in a batch, not one after each statement: between them every busy request goes first. What
        # stands in a pipeline is one transaction.
        with self._connection.pipeline():
            if to_one:
                self._connection.execute(LOCK, [to_one])
            asked = {"came": json.dumps(rows, ensure_ascii=False), "same_visit": SAME_VISIT, "echo": ECHO}
            kept = self._connection.execute(KEEP, asked)
        visitors: dict[int, str] = dict(kept.fetchall())
        known = {key: visitors[n] for n, key in enumerate(first)}
        return {id(each): known[_key(each, target)] for each, target in counted}


def _key(each: Arrival, target: Target) -> tuple[int, str]:
    """What makes two requests of one batch, milliseconds apart, the same visit: the visitor, or an echo's browser."""
    echo = each.is_new and target.customer_id is not None
    return target.link_id, each.agent if echo else each.visitor


def _firsts(counted: Sequence[tuple[Arrival, Target]]) -> dict[tuple[int, str], tuple[Arrival, Target]]:
    first: dict[tuple[int, str], tuple[Arrival, Target]] = {}
    for each, target in counted:
        first.setdefault(_key(each, target), (each, target))
    return first
