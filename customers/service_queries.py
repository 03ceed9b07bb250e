"""What is read while a guide serves: what was written down of a customer, and her own customers by filter and order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from customers.models import Customer, Follow, FollowStatus
from customers.respect import STANDINGS, refusals_of, standing_facts
from customers.respect_models import ContactKind
from customers.respect_rules import Refusal
from customers.service_models import NextStep
from customers.service_rules import Contact
from foundation import clock
from org.models import Staff
from org.rules import like_words

CONTACTS_SINCE = 30


@dataclass(frozen=True)
class Note:
    """A note as it is shown."""

    id: int
    text: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Step:
    """An open next step of the reader herself."""

    id: int
    text: str
    due_at: datetime


@dataclass(frozen=True)
class Service:
    """What was written down of a customer. `contacts` are the sends of the last 30 days by anybody, newest first.

    `tier`: her role, stage and warning as last worked out; None before that. `refusals`: kinds of contact the reader may not
    make now, with why. `visited`: she was in the reader's store today.
    """

    notes: Sequence[Note]
    sizes: dict[str, str]
    steps: Sequence[Step]
    contacts: Sequence[Contact]
    tier: Mapping[str, str] | None = None
    visited: bool = False
    refusals: Mapping[ContactKind, Refusal] = field(default_factory=dict)


SERVICE = text(f"""
SELECT
  (SELECT jsonb_agg(jsonb_build_array(one.id, one.text, one.at, one.name) ORDER BY one.id DESC)
   FROM (SELECT customer_note.id, customer_note.text, customer_note.at, staff.name FROM customer_note
         JOIN staff ON staff.id = customer_note.staff_id
         WHERE customer_id = :customer_id ORDER BY customer_note.id DESC LIMIT 5) AS one) AS notes,
  (SELECT jsonb_object_agg(kind, value) FROM customer_size WHERE customer_id = :customer_id) AS sizes,
  (SELECT jsonb_agg(jsonb_build_array(one.id, one.text, one.due_at) ORDER BY one.due_at)
   FROM (SELECT id, text, due_at FROM next_step WHERE customer_id = :customer_id AND staff_id = :staff_id AND done_at IS NULL
         ORDER BY due_at LIMIT 5) AS one) AS steps,
  (SELECT jsonb_agg(jsonb_build_array(one.at, one.staff_id, one.name, one.facts) ORDER BY one.at DESC)
   FROM (SELECT at, staff_id, staff.name, facts FROM timeline_entry LEFT JOIN staff ON staff.id = timeline_entry.staff_id
         WHERE customer_id = :customer_id AND kind = 'sent' AND at >= :sends_since ORDER BY at DESC LIMIT 30) AS one) AS contacts,
  (SELECT jsonb_build_object('role', role, 'stage', stage, 'warning', warning)
   FROM customer_tier WHERE customer_id = :customer_id) AS tier,
  EXISTS (SELECT FROM timeline_entry JOIN staff ON staff.id = :staff_id
          WHERE customer_id = :customer_id AND kind = 'visited' AND at >= :today AND facts->>'store' = CAST(store_id AS text))
    AS visited,
  (SELECT to_jsonb(one) FROM ({STANDINGS}) AS one) AS standing
""")  # noqa: S608 two constant statements in one


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def service_of(session: Session, customer_id: int, staff_id: int) -> Service:
    """All of it in one statement. Load the customer with permission first."""
    now = clock.now()
    facts = {"customer_id": customer_id, "staff_id": staff_id, "sends_since": now - clock.days(CONTACTS_SINCE)}
    facts["today"] = clock.start_of(clock.today())
    row = session.execute(SERVICE, facts | standing_facts([customer_id], now)).one()
    return Service(
        notes=[Note(id, said, _moment(at), by) for id, said, at, by in row.notes or []],
        sizes=dict(row.sizes or {}),
        steps=[Step(id, said, _moment(due)) for id, said, due in row.steps or []],
        contacts=[_contact(*one) for one in row.contacts or []],
        tier=row.tier,
        visited=row.visited,
        refusals=refusals_of(row.standing, now, staff_id) if row.standing else {},
    )


def _contact(at: str, staff_id: int | None, by: str | None, facts: dict[str, Any]) -> Contact:
    return Contact(_moment(at), staff_id, by or "", str(facts.get("title") or ""), str(facts.get("category") or ""))


@dataclass(frozen=True)
class Wanted:
    """Which of her customers. Spans are Shanghai days [least, most), None is open.

    `silent` counts from the last contact or the adding.
    """

    q: str = ""
    tag_id: int | None = None
    known: tuple[int, int | None] = (0, None)
    silent: tuple[int, int | None] = (0, None)
    order: str = "added"


SILENT_SINCE = func.coalesce(Follow.last_contact_at, Follow.followed_at)


def _span(
    moment: ColumnElement[datetime] | InstrumentedAttribute[datetime], days: tuple[int, int | None]
) -> list[ColumnElement[bool]]:
    """`moment` lies on a Shanghai day `least` days ago or more, and fewer than `most`."""
    least, most = days
    tomorrow = clock.today() + clock.days(1)
    bounds = [moment < clock.start_of(tomorrow - clock.days(least))] if least else []
    return bounds + ([moment >= clock.start_of(tomorrow - clock.days(most))] if most is not None else [])


def page_mine(
    session: Session, staff: Staff, wanted: Wanted, *, after: int | None = None, limit: int = 30
) -> list[tuple[Customer, Follow]]:
    """Her living relations; order: "added" newest first, "silent" longest without contact first, "contact" newest contact first.

    `after` is the id of the last follow shown.
    """
    chosen = (
        select(Customer, Follow)
        .join(Follow, Follow.customer_id == Customer.id)
        .where(Follow.staff_id == staff.id, Follow.status.in_([FollowStatus.ACTIVE, FollowStatus.HALF]))
        .where(*_span(Follow.followed_at, wanted.known), *_span(SILENT_SINCE, wanted.silent))
    )
    if wanted.q:
        chosen = chosen.where(Follow.remark.ilike(like_words(wanted.q)) | Customer.name.ilike(like_words(wanted.q)))
    if wanted.tag_id:
        chosen = chosen.where(Follow.tag_ids.contains([wanted.tag_id]))
    by = Follow.followed_at if wanted.order == "added" else SILENT_SINCE
    if after is not None:
        last = aliased(Follow)
        at = last.followed_at if wanted.order == "added" else func.coalesce(last.last_contact_at, last.followed_at)
        mark = select(at, last.id).where(last.id == after, last.staff_id == staff.id).scalar_subquery()
        place = tuple_(by, Follow.id)
        chosen = chosen.where(place > mark if wanted.order == "silent" else place < mark)
    places = [by, Follow.id] if wanted.order == "silent" else [by.desc(), Follow.id.desc()]
    return [(row[0], row[1]) for row in session.execute(chosen.order_by(*places).limit(limit))]


def list_steps_of(session: Session, staff: Staff, limit: int = 20) -> list[tuple[NextStep, Customer, str]]:
    """Her open next steps, the nearest first, each with the customer and how she is called."""
    chosen = (
        select(NextStep, Customer, Follow.remark)
        .join(Customer, Customer.id == NextStep.customer_id)
        .join(Follow, (Follow.customer_id == Customer.id) & (Follow.staff_id == NextStep.staff_id))
        .where(NextStep.staff_id == staff.id, NextStep.done_at.is_(None))
        .order_by(NextStep.due_at, NextStep.id)
        .limit(limit)
    )
    return [(step, customer, remark or customer.name or "微信客户") for step, customer, remark in session.execute(chosen)]
