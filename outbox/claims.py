"""Taking calls to make and writing down what became of them. Leases go by the database's clock, dueness by ours.

`attempts` is the fence: an outcome is recorded only while nobody else has claimed the row since. It counts claims, not tries.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation.db import Json
from outbox.models import Lane, MessageStatus
from outbox.payloads import as_json
from outbox.rules import IN_ORDER

LEASE_SECONDS = {Lane.WELCOME: 8}
USUAL_LEASE = 60

CLAIM = text(
    "WITH picked AS MATERIALIZED ("
    " SELECT m.id FROM outgoing_message m"
    " WHERE m.status = 'waiting' AND m.lane = :lane AND m.due_at <= :now AND (m.expires_at IS NULL OR m.expires_at > :now)"
    " AND m.call <> ALL(CAST(:without AS text[]))"
    " AND (m.call <> ALL(CAST(:in_order AS text[])) OR NOT EXISTS ("
    "  SELECT FROM outgoing_message e WHERE e.about = m.about AND e.id < m.id AND e.call = m.call"
    "  AND e.status IN ('waiting', 'sending')))"
    " ORDER BY m.due_at, m.id LIMIT :room FOR UPDATE OF m SKIP LOCKED)"
    " UPDATE outgoing_message m SET status = 'sending', attempts = m.attempts + 1,"
    " lease_until = clock_timestamp() + make_interval(secs => :lease)"
    " FROM picked WHERE m.id = picked.id"
    " RETURNING m.id, m.call, m.payload, m.attempts, m.tries, m.due_at, m.expires_at, m.result_status"
)
RECORD = text(
    "UPDATE outgoing_message m SET status = o.status, due_at = coalesce(o.due_at, m.due_at), lease_until = NULL,"
    " errcode = o.errcode, reason = o.reason, answer = coalesce(o.answer::jsonb, m.answer), sent_at = o.sent_at,"
    " tries = m.tries + o.used"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:attempts AS bigint[]), CAST(:statuses AS text[]), CAST(:dues AS timestamptz[]),"
    "  CAST(:errcodes AS bigint[]), CAST(:reasons AS text[]), CAST(:answers AS text[]), CAST(:sents AS timestamptz[]),"
    "  CAST(:used AS bigint[]))"
    " AS o(id, attempts, status, due_at, errcode, reason, answer, sent_at, used)"
    " WHERE m.id = o.id AND m.attempts = o.attempts AND m.status IN ('sending', 'waiting')"
    " RETURNING m.id"
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A call that is ours until `lease_ends` (a monotonic second), under the fence `attempts`, after `tries` failures."""

    id: int
    lane: Lane
    call: str
    payload: Json
    attempts: int
    tries: int
    expires_at: datetime | None
    wants_result: bool
    lease_ends: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed call. `due_at` is set for another attempt, `pause_until` when the whole API must rest,
    `used_try` when it was a failure that counts.
    """

    claimed: Claimed
    status: MessageStatus
    errcode: int | None = None
    reason: str = ""
    answer: Json | None = None
    due_at: datetime | None = None
    sent_at: datetime | None = None
    pause_until: datetime | None = None
    used_try: bool = False


def claim(session: Session, room: Mapping[Lane, int], *, now: datetime, without: Collection[str] = ()) -> list[Claimed]:
    """Claim due calls, lane by lane in the order of `room` (how many of each), leaving out the APIs in `without`."""
    taken: list[Claimed] = []
    for lane, count in room.items():
        if count > 0:
            taken += _claim_lane(session, lane, count, now, sorted(without))
    return taken


def _claim_lane(session: Session, lane: Lane, room: int, now: datetime, without: Sequence[str]) -> list[Claimed]:
    lease = LEASE_SECONDS.get(lane, USUAL_LEASE)
    facts = {"lane": lane.value, "room": room, "now": now, "without": without, "in_order": list(IN_ORDER), "lease": lease}
    started = monotonic()
    rows = sorted(session.execute(CLAIM, facts), key=lambda row: (row.due_at, row.id))
    return [
        Claimed(
            row.id,
            lane,
            row.call,
            row.payload,
            row.attempts,
            row.tries,
            row.expires_at,
            row.result_status == "wanted",
            started + lease,
        )
        for row in rows
    ]


def record(session: Session, outcomes: Sequence[Outcome]) -> set[int]:
    """Write outcomes down, all in one statement; returns the ids that were still ours."""
    if not outcomes:
        return set()
    columns: dict[str, list[Any]] = {
        "ids": [each.claimed.id for each in outcomes],
        "attempts": [each.claimed.attempts for each in outcomes],
        "statuses": [each.status.value for each in outcomes],
        "dues": [each.due_at for each in outcomes],
        "errcodes": [each.errcode for each in outcomes],
        "reasons": [each.reason[:500] for each in outcomes],
        "answers": [None if each.answer is None else as_json(each.answer) for each in outcomes],
        "sents": [each.sent_at for each in outcomes],
        "used": [int(each.used_try) for each in outcomes],
    }
    return set(session.scalars(RECORD, columns))
