"""Whoever sends to a customer asks here first, and notes it here: one ledger (触达记录) for all stores and all senders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.models import Consent, Customer
from customers.respect_models import Contact, ContactKind
from customers.respect_rules import (
    ANSWERABLE,
    LIMITED,
    MOST_DAYS,
    MOST_TIMES,
    SIGNS,
    UNKNOWN,
    ContactRules,
    Refusal,
    Standing,
    refusal,
    rules_of,
)
from foundation import clock
from foundation.db import Json
from outbox.actions import enqueue, keep_expired
from outbox.models import Lane

AT_ONCE = 1_000
# A conversation may hold many messages; so many rows are enough to see the newest `most` conversations.
ROWS_EACH = MOST_TIMES * 4
STANDINGS = """
SELECT asked.id, customer.consent, customer.province, customer.city,
    (SELECT body FROM customer_policy WHERE topic = 'contact') AS body,
    (SELECT jsonb_agg(jsonb_build_array(one.kind, one.at, one.staff_id))
     FROM unnest(CAST(:kinds AS text[])) AS wanted (kind) CROSS JOIN LATERAL
          (SELECT kind, at, staff_id FROM contact
           WHERE contact.customer_id = customer.id AND contact.kind = wanted.kind AND contact.at > :since
           ORDER BY contact.at DESC LIMIT :rows) AS one) AS contacts,
    (SELECT max(entry.at) FROM timeline_entry AS entry
     WHERE entry.customer_id = customer.id AND entry.at > :lately AND entry.at <= :at AND entry.kind = ANY(:signs)
       AND NOT (entry.kind = 'visited' AND entry.facts->>'source' = 'guide')) AS sign_at
FROM unnest(CAST(:ids AS bigint[])) AS wanted_id (id)
JOIN customer AS asked ON asked.id = wanted_id.id
JOIN customer ON customer.id = COALESCE(asked.merged_into_id, asked.id)
WHERE customer.external_userid NOT LIKE 'erased-%'
"""


def may_contact(
    session: Session, customer_ids: Sequence[int], kind: ContactKind, at: datetime, *, staff_id: int | None = None
) -> dict[int, Refusal]:
    """Those of at most 1,000 customers who may NOT get a contact of this kind at this moment, with why and when they may.

    One statement. `staff_id` is the guide who would send: a conversation she is in goes on.
    """
    return may_contact_by_kind(session, customer_ids, [kind], at, staff_id=staff_id)[kind]


def may_contact_by_kind(
    session: Session, customer_ids: Sequence[int], kinds: Sequence[ContactKind], at: datetime, *, staff_id: int | None = None
) -> dict[ContactKind, dict[int, Refusal]]:
    """The same for several kinds, in the same one statement."""
    ids = sorted(set(customer_ids))
    if len(ids) > AT_ONCE:
        raise ValueError(f"at most {AT_ONCE} customers at once, not {len(ids)}")
    # A conversation a guide is in counts whatever it was about; nobody's conversation needs only what is limited itself.
    read = [kind for kind in kinds if kind in LIMITED] if staff_id is None else list(ContactKind)
    standings, rules = _standings(session, ids, at, read)
    answers: dict[ContactKind, dict[int, Refusal]] = {}
    for kind in kinds:
        asked = {id_: refusal(rules, standings[id_], kind, at, staff_id) if id_ in standings else UNKNOWN for id_ in ids}
        answers[kind] = {id_: why for id_, why in asked.items() if why is not None}
    return answers


def _standings(
    session: Session, ids: Sequence[int], at: datetime, kinds: Sequence[ContactKind]
) -> tuple[dict[int, Standing], ContactRules]:
    rows = session.execute(text(STANDINGS), standing_facts(ids, at, kinds)).mappings().all() if ids else []
    return {row["id"]: _standing(dict(row)) for row in rows}, rules_of((rows[0]["body"] if rows else None) or {})


def standing_facts(ids: Sequence[int], at: datetime, kinds: Sequence[ContactKind] = tuple(ContactKind)) -> dict[str, object]:
    """What STANDINGS is asked with; `kinds` are those of the contacts that are read."""
    return {
        "ids": list(ids), "kinds": [str(kind) for kind in kinds], "since": at - timedelta(days=MOST_DAYS),
        "rows": ROWS_EACH, "at": at, "lately": at - ANSWERABLE, "signs": list(SIGNS),
    }  # fmt: skip


def refusals_of(row: Mapping[str, Any], at: datetime, staff_id: int | None) -> dict[ContactKind, Refusal]:
    """The same answer for one row of STANDINGS that came with another statement (the guide's page has few): kind → why not."""
    standing, rules = _standing(row), rules_of(row["body"] or {})
    asked = {kind: refusal(rules, standing, kind, at, staff_id) for kind in ContactKind}
    return {kind: why for kind, why in asked.items() if why is not None}


def _standing(row: Mapping[str, Any]) -> Standing:
    contacts: dict[ContactKind, list[tuple[datetime, int | None]]] = {}
    for kind, at, staff_id in row["contacts"] or []:
        contacts.setdefault(ContactKind(kind), []).append((datetime.fromisoformat(at), staff_id))
    sign_at = datetime.fromisoformat(row["sign_at"]) if isinstance(row["sign_at"], str) else row["sign_at"]
    return Standing(Consent(row["consent"]), row["province"], row["city"], contacts, sign_at)


def note_contact(
    session: Session, customer_id: int, kind: ContactKind, channel: str, staff_id: int | None, about: str, once: str,
    at: datetime | None = None,
) -> bool:  # fmt: skip
    """Write a contact into the ledger; False when this one (`once`, at most 120 characters) is in it already.

    `channel` says by which way (chat, welcome, group_send …), `about` what it was ("item:7"). Who was merged into another is her.
    """
    home = select(Customer.merged_into_id).where(Customer.id == customer_id)
    row = {
        "customer_id": session.scalar(home) or customer_id, "kind": kind, "channel": channel[:20], "staff_id": staff_id,
        "about": about[:80], "at": at or clock.now(), "once": once[:120],
    }  # fmt: skip
    noted = insert(Contact).values(row).on_conflict_do_nothing(index_elements=["once"]).returning(Contact.id)
    return session.scalar(noted) is not None


@dataclass(frozen=True, slots=True)
class Letter:
    """A call that reaches a customer; `customer_id` is None while nothing is stored of her yet (she is just adding us)."""

    customer_id: int | None
    payload: Json


def send_to_customers(
    session: Session, lane: Lane, call: str, letters: Mapping[str, Letter], *, kind: ContactKind, about: str,
    expires_at: datetime, at: datetime | None = None, wants_result: bool = False,
) -> int:  # fmt: skip
    """The only way a call that reaches customers gets into the outbox: who may not be contacted is kept as expired, with why.

    Keys of `letters` are idempotency keys. Returns how many calls are new. Contacts are noted by the caller, who knows whose.
    """
    known = [letter.customer_id for letter in letters.values() if letter.customer_id is not None]
    refused = may_contact(session, known, kind, at or clock.now()) if known else {}
    owed = {key: one.payload for key, one in letters.items() if one.customer_id is None or one.customer_id not in refused}
    for key, letter in letters.items():
        if key not in owed and letter.customer_id is not None:
            why = refused[letter.customer_id].text
            keep_expired(session, lane, call, {key: letter.payload}, about=about, expires_at=expires_at, reason=why)
    if not owed:
        return 0
    return enqueue(session, lane, call, owed, about=about, expires_at=expires_at, wants_result=wants_result)
