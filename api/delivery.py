"""What webhooks are owed: claimed when it is due, recorded after the call (api.calling), which stands outside any transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.models import Webhook, WebhookCall
from api.rules import FIRST_WAIT, PING, wait_before_retry
from foundation import clock
from foundation.db import Json

LEASE = timedelta(minutes=2)
EACH_AT_ONCE = 20


@dataclass(frozen=True)
class Owed:
    """One telling claimed for now. `attempts` fences its record: who claims later wins."""

    id: int
    webhook_id: int
    url: str
    secret: str
    kind: str
    body: Json
    attempts: int


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt. `unreachable`: nothing answered, so the next telling would not arrive just now either;
    `refused`: the address wants this one not at all.
    """

    ok: bool
    answer: str
    unreachable: bool = False
    refused: bool = False


def claim(session: Session, limit: int = EACH_AT_ONCE) -> list[list[Owed]]:
    """What is due, some for each address so that a slow one holds up only itself; leased for two minutes.

    An address hears its tellings in the order they were written: while the oldest waits for its next try, so do the others.
    """
    now = clock.now()
    claimed = []
    living = select(Webhook).where(Webhook.disabled_at.is_(None)).order_by(Webhook.id)
    # Who claims holds the address, so that two workers cannot share its tellings out among them.
    for webhook in session.scalars(living.with_for_update(skip_locked=True, key_share=True)):
        rows = _next_of(session, webhook, now, limit)
        for row in rows:
            row.attempts, row.due_at = row.attempts + 1, now + LEASE
        if rows:
            claimed.append(
                [Owed(row.id, webhook.id, webhook.url, webhook.secret, row.kind, row.body, row.attempts) for row in rows]
            )
    session.flush()
    return claimed


def _next_of(session: Session, webhook: Webhook, now: datetime, limit: int) -> list[WebhookCall]:
    """A trial goes first and waits for nothing: it is how a person sees whether the address works again."""
    waiting = select(WebhookCall).where(WebhookCall.webhook_id == webhook.id, WebhookCall.status == "waiting")
    waiting = waiting.order_by(WebhookCall.id).limit(limit).with_for_update().execution_options(populate_existing=True)
    trials = list(session.scalars(waiting.where(WebhookCall.kind == PING, WebhookCall.due_at <= now)))
    rows = list(session.scalars(waiting.where(WebhookCall.kind != PING)))
    return trials + rows if rows and rows[0].due_at <= now else trials


def record(session: Session, owed: Owed, outcome: Outcome) -> timedelta:
    """Keep what came of an attempt; how long those behind it wait. One claimed again meanwhile is left to its new sender."""
    row = session.get(WebhookCall, owed.id, with_for_update=True, populate_existing=True)
    if row is None or row.status != "waiting" or row.attempts != owed.attempts:
        return FIRST_WAIT
    row.answer, now, wait = outcome.answer, clock.now(), None
    row.refusals += outcome.refused
    if outcome.ok:
        row.status, row.sent_at = "sent", now
    elif (wait := wait_before_retry(row.attempts, row.refusals)) is None:
        row.status = "dead"
    else:
        row.due_at = now + wait
    session.flush()
    return wait or (FIRST_WAIT if outcome.unreachable else timedelta(0))


def put_back(session: Session, untried: Sequence[Owed], wait: timedelta) -> None:
    """Give back what was claimed and not tried because the one before it failed: it counts as no attempt."""
    for owed in untried:
        row = session.get(WebhookCall, owed.id, with_for_update=True, populate_existing=True)
        if row is not None and row.status == "waiting" and row.attempts == owed.attempts:
            row.attempts, row.due_at = row.attempts - 1, clock.now() + wait
    session.flush()
