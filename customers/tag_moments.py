"""Moments rules may want to know of: put down in the transaction that notes them, only while some rule asks for their kind."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from customers.tag_rules import EVENT_OF
from foundation.db import Json

PUT = text("""
INSERT INTO tag_moment (customer_id, staff_id, event, facts, at)
SELECT customer_id, staff_id, CAST(:event AS text), facts, at
FROM jsonb_to_recordset(:moments) AS moment (customer_id bigint, staff_id bigint, facts jsonb, at timestamptz)
WHERE EXISTS (SELECT 1 FROM tag_rule WHERE event = CAST(:event AS text) AND enabled_at IS NOT NULL AND archived_at IS NULL)
""").bindparams(bindparam("moments", type_=JSONB))


@dataclass(frozen=True, slots=True)
class Moment:
    """Something of a customer's life that a rule may want to know of."""

    customer_id: int
    staff_id: int | None
    facts: Json
    at: datetime


def happened(session: Session, customer_id: int, staff_id: int | None, event: str, facts: Json, at: datetime) -> None:
    """Let the rules look at a moment soon (`event` of tag_rules.EVENTS). Once for each moment: the caller knows what is new."""
    all_happened(session, event, [Moment(customer_id, staff_id, facts, at)])


def all_happened(session: Session, event: str, moments: Sequence[Moment]) -> None:
    """The same for many moments of one event, in one statement."""
    if moments:
        session.execute(PUT, {"event": event, "moments": [asdict(one) | {"at": one.at.isoformat()} for one in moments]})


def noted(session: Session, customer_id: int, staff_id: int | None, kind: str, facts: Json, at: datetime) -> None:
    """A new timeline entry of this kind: the rules look at it when it is one of theirs."""
    if kind in EVENT_OF:
        happened(session, customer_id, staff_id, EVENT_OF[kind], facts, at)
