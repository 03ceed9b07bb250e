"""Proposing who takes over a guide's customers: read in a handful of statements, decided by handover_rules, written at once."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from customers.handover_models import Handover, HandoverStep
from customers.handover_queries import active_loads
from customers.handover_rules import Match, Person, Receiver, obstacle, propose, window_start
from customers.models import Follow, FollowStatus
from foundation.errors import Conflict
from org.models import Staff, StaffStatus
from org.queries import AT_COUNTER, inside

MOST_CUSTOMERS = 20_000
ENOUGH, MOST_RECEIVERS = 2, 12
# Takeovers between members in service: told by events (also those made elsewhere), or by results of ours not told yet.
PEOPLE = text("""
SELECT follow.customer_id, follow.tag_ids,
    (SELECT array_agg(other.staff_id) FROM follow AS other WHERE other.customer_id = follow.customer_id
       AND other.staff_id = ANY(CAST(:receivers AS bigint[])) AND other.status = 'active') AS known_to,
    told.takeovers, told.last_at, ours.taken, ours.last_asked, coalesce(ours.pending, false) AS pending
FROM follow JOIN customer ON customer.id = follow.customer_id
LEFT JOIN LATERAL (
    SELECT count(*) AS takeovers, max(entry.at) AS last_at FROM timeline_entry AS entry
    WHERE entry.customer_id = follow.customer_id AND entry.kind = 'ended' AND entry.at >= :since
      AND entry.facts ->> 'by' = 'transfer'
      AND NOT EXISTS (SELECT FROM handover_customer JOIN handover ON handover.id = handover_customer.handover_id
                      WHERE handover_customer.customer_id = follow.customer_id AND handover.departed
                        AND handover.from_id = entry.staff_id)) AS told ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE mine.step = 'taken' AND NOT handover.departed AND mine.asked_at >= :since) AS taken,
           max(mine.asked_at) AS last_asked, bool_or(mine.step IN ('asked', 'waiting')) AS pending
    FROM handover_customer AS mine JOIN handover ON handover.id = mine.handover_id
    WHERE mine.customer_id = follow.customer_id) AS ours ON true
WHERE follow.staff_id = :from_id AND follow.status = 'active' AND customer.merged_into_id IS DISTINCT FROM customer.id
  AND (CAST(:only AS bigint[]) IS NULL OR follow.customer_id = ANY(CAST(:only AS bigint[])))
ORDER BY follow.customer_id LIMIT :limit
""")
TAG_COUNTS = text("""
SELECT follow.staff_id, one.tag_id, count(*) AS customers
FROM follow CROSS JOIN LATERAL unnest(follow.tag_ids) AS one (tag_id)
WHERE follow.staff_id = ANY(CAST(:receivers AS bigint[])) AND follow.status = 'active'
  AND one.tag_id = ANY(CAST(:tags AS int[]))
GROUP BY follow.staff_id, one.tag_id
""")
WRITE = text("""
INSERT INTO handover_customer (handover_id, customer_id, to_id, step, fit, reason)
SELECT :handover_id, row.customer_id, row.to_id, row.step, row.fit::jsonb, row.reason
FROM unnest(CAST(:ids AS bigint[]), CAST(:to_ids AS bigint[]), CAST(:steps AS text[]), CAST(:fits AS text[]),
            CAST(:reasons AS text[])) AS row (customer_id, to_id, step, fit, reason)
""")


def write_proposal(session: Session, viewer: Staff, handover: Handover, guide: Staff, now: datetime) -> int:
    """Propose a receiver for each of her living customers; who may not go is left out with the reason. How many there are.
    Raises Conflict when there are none, or more than one handover can hold.
    """
    colleagues = list_receivers(session, viewer, guide)
    rows = people_of(session, guide.id, now, receivers=[one.id for one in colleagues])
    if not rows:
        raise Conflict("她名下没有可以交接的客户")
    if len(rows) > MOST_CUSTOMERS:
        raise Conflict(f"她名下的客户超过 {MOST_CUSTOMERS} 位，请联系我们的实施同事分批交接")
    barred = {row.customer_id: why for row in rows if (why := why_not(row, handover.departed))}
    people = [
        Person(row.customer_id, frozenset(row.tag_ids), frozenset(row.known_to or []))
        for row in rows if row.customer_id not in barred
    ]  # fmt: skip
    receivers = _receivers(session, colleagues, {tag for one in people for tag in one.tag_ids})
    found = propose(people, receivers, guide.store_id, guide.path)
    _write(session, handover.id, rows, barred, found)
    return len(rows)


def list_receivers(session: Session, viewer: Staff, guide: Staff) -> list[Staff]:
    """Colleagues who could take over, of the viewer's subtree: her own store's; with too few there, those nearest above too."""
    above = guide.path.rstrip(".").rpartition(".")[0]
    near = (guide.path, f"{above}." if above else viewer.path, viewer.path)
    found: dict[int, Staff] = {}
    for path in near:
        at_work = (Staff.status == StaffStatus.ACTIVE, Staff.role.in_(AT_COUNTER), Staff.id != guide.id)
        query = select(Staff).where(*at_work, inside(Staff.path, viewer.path), inside(Staff.path, path))
        for one in session.scalars(query.order_by(Staff.id).limit(MOST_RECEIVERS)):
            if len(found) < MOST_RECEIVERS:
                found.setdefault(one.id, one)
        if len(found) >= ENOUGH:
            break
    return list(found.values())


def people_of(
    session: Session, from_id: int, now: datetime, *, receivers: Sequence[int] = (), only: Sequence[int] | None = None
) -> Sequence[Row[Any]]:
    """Her living customers (or `only` some) with what the platform's rules and the proposal need, in one statement."""
    facts = {
        "from_id": from_id, "receivers": list(receivers), "since": window_start(now), "limit": MOST_CUSTOMERS + 1,
        "only": None if only is None else list(only),
    }  # fmt: skip
    return session.execute(PEOPLE, facts).all()


def why_not(row: Row[Any], departed: bool) -> str:
    """Why a row of `people_of` cannot be handed over now; "" when it can."""
    takeovers = max(row.takeovers or 0, row.taken or 0)
    last_at = max((at for at in (row.last_at, row.last_asked) if at is not None), default=None)
    return obstacle(departed=departed, takeovers=takeovers, last_at=last_at, pending=row.pending)


def _receivers(session: Session, colleagues: Sequence[Staff], tag_ids: set[int]) -> list[Receiver]:
    ids = [one.id for one in colleagues]
    loads = active_loads(session, ids)
    shares: dict[int, dict[int, float]] = {id_: {} for id_ in ids}
    for row in session.execute(TAG_COUNTS, {"receivers": ids, "tags": sorted(tag_ids)}) if tag_ids and ids else ():
        shares[row.staff_id][row.tag_id] = row.customers / max(loads.get(row.staff_id, 0), 1)
    return [Receiver(one.id, one.store_id, one.path, loads.get(one.id, 0), shares[one.id]) for one in colleagues]


def _write(session: Session, handover_id: int, rows: Sequence[Row[Any]], barred: dict[int, str], found: dict[int, Match]) -> None:
    ids = [row.customer_id for row in rows]
    matches = [found.get(id_) for id_ in ids]
    fits = [
        {"barred": True} if id_ in barred else {"points": one.points, "why": list(one.why)} if one else {}
        for id_, one in zip(ids, matches, strict=True)
    ]
    session.execute(
        WRITE,
        {
            "handover_id": handover_id, "ids": ids, "to_ids": [one.to_id if one else None for one in matches],
            "steps": [str(HandoverStep.LEFT_OUT if id_ in barred else HandoverStep.PROPOSED) for id_ in ids],
            "fits": [json.dumps(fit) for fit in fits], "reasons": [barred.get(id_, "") for id_ in ids],
        },
    )  # fmt: skip


def count_active(session: Session, staff_id: int) -> int:
    """How many customers a guide follows now."""
    query = select(func.count()).where(Follow.staff_id == staff_id, Follow.status == FollowStatus.ACTIVE)
    return session.scalar(query) or 0
