"""Who a rule holds for: how many, a page of them, how they split. The counter answers; without it PostgreSQL, with the same."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, case, cast, func, literal, select
from sqlalchemy.orm import Session

from foundation import clock
from org.models import Staff
from segments.asking import ask
from segments.compiling import clause
from segments.models import CustomerFacts
from segments.nodes import All, Not, Rule
from segments.plain import plain
from segments.resolving import resolve
from segments.scopes import Scope, owned, scope_of, seen, told_owners
from segments.splitting import part_below

COUNTER, DATABASE = "counter", "database"
WAYS = ("region", "store", "guide")
# A message to the counter holds 20,000 ids with ease (segments.wire.MOST_ASKED).
FIRST_PART, PART = 1_000, 20_000


@dataclass(frozen=True, slots=True)
class Counted:
    """A number, who gave it (counter or database), and how long that took in milliseconds."""

    count: int
    by: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two segments: how many are in one only, in both, in the other only."""

    one: int
    both: int
    other: int


def select_ids(rule: Rule, viewer: Staff | Scope) -> Select[int]:
    """The ids of the people, to stand in another statement. A rule that names segments goes through `resolve` first."""
    return select(CustomerFacts.customer_id).where(holds(rule, viewer))


def holds(rule: Rule, viewer: Staff | Scope) -> ColumnElement[bool]:
    """The condition on customer_facts: the rule, and that the viewer may see her."""
    scope = scope_of(viewer)
    return clause(plain(rule, clock.today(), told_owners(scope))) & seen(scope)


def counted(session: Session, viewer: Staff | Scope, rule: Rule) -> Counted:
    """How many people, and who answered. Raises Invalid when a segment the rule names cannot be used."""
    began = time.perf_counter()
    whole = resolve(session, rule, viewer)
    told = ask("count", whole, scope_of(viewer), clock.today())
    if told is None:
        number = session.scalar(select(func.count()).select_from(CustomerFacts).where(holds(whole, viewer))) or 0
    else:
        number = int(told["answer"])
    return Counted(number, DATABASE if told is None else COUNTER, (time.perf_counter() - began) * 1000)


def count(session: Session, viewer: Staff | Scope, rule: Rule) -> int:
    """How many people."""
    return counted(session, viewer, rule).count


def page(session: Session, viewer: Staff | Scope, rule: Rule, after: int | None = None, limit: int = 50) -> list[int]:
    """Ids below `after`, the newest customer first."""
    whole = resolve(session, rule, viewer)
    told = ask("page", whole, scope_of(viewer), clock.today(), after=after, limit=limit)
    if told is not None:
        return [int(one) for one in told["answer"]]
    chosen = select_ids(whole, viewer).order_by(CustomerFacts.customer_id.desc()).limit(limit)
    return list(session.scalars(chosen if after is None else chosen.where(CustomerFacts.customer_id < after)))


def among(session: Session, viewer: Staff | Scope, rule: Rule, ids: Sequence[int], limit: int = 50) -> list[int]:
    """The first `limit` of these ids, the newest customer first: mostly the first thousand are enough."""
    whole = resolve(session, rule, viewer)
    falling, found = sorted(ids, reverse=True), list[int]()
    for first, last in pairwise((0, *range(FIRST_PART, len(falling) + PART, PART))):
        some = falling[first:last]
        if some and len(found) < limit:
            told = ask("among", whole, scope_of(viewer), clock.today(), ids=some)
            found += _among(session, viewer, whole, some) if told is None else [int(one) for one in told["answer"]]
    return found[:limit]


def _among(session: Session, viewer: Staff | Scope, whole: Rule, ids: Sequence[int]) -> Sequence[int]:
    theirs = CustomerFacts.customer_id == any_(cast(list(ids), ARRAY(BigInteger)))
    chosen = select(CustomerFacts.customer_id).where(theirs, holds(whole, viewer))
    return session.scalars(chosen.order_by(CustomerFacts.customer_id.desc())).all()


def split(session: Session, viewer: Staff | Scope, rule: Rule, by: str) -> list[tuple[int, int]]:
    """(id, count) by "region" (departments right below the viewer's), "store" or "guide" (owners), the largest first.

    0 is nobody, or an owner outside the viewer's scope.
    """
    if by not in WAYS:
        raise ValueError(f"no such way to split: {by}")
    whole = resolve(session, rule, viewer)
    told = ask("split", whole, scope_of(viewer), clock.today(), by=by)
    if told is not None:
        return [(int(key), int(many)) for key, many in told["answer"]]
    scope = scope_of(viewer)
    if by == "region":
        return _by_region(session, whole, scope)
    key = CustomerFacts.owner_id if by == "guide" else CustomerFacts.store_id
    part = case((owned(scope), func.coalesce(key, 0)), else_=literal(0)).label("part")
    rows = session.execute(select(part, func.count()).where(holds(whole, scope)).group_by(part))
    return _largest_first({int(one): int(many) for one, many in rows})


def _by_region(session: Session, whole: Rule, scope: Scope) -> list[tuple[int, int]]:
    rows = session.execute(select(CustomerFacts.path, func.count()).where(holds(whole, scope)).group_by(CustomerFacts.path))
    sums: dict[int, int] = {}
    for path, many in rows:
        part = part_below(path, scope.path)
        sums[part] = sums.get(part, 0) + many
    return _largest_first(sums)


def _largest_first(sums: dict[int, int]) -> list[tuple[int, int]]:
    return sorted(sums.items(), key=lambda row: (-row[1], row[0]))


def overlap(session: Session, viewer: Staff | Scope, one: Rule, other: Rule) -> Overlap:
    """How far two rules mean the same people."""
    parts = (All((one, Not(other))), All((one, other)), All((other, Not(one))))
    return Overlap(*(count(session, viewer, rule) for rule in parts))


__all__ = [
    "COUNTER", "DATABASE", "Counted", "Overlap", "among", "count", "counted", "holds", "overlap", "page", "resolve",
    "select_ids", "split",
]  # fmt: skip
