"""Tells webhooks: claims what is due, calls outside any transaction, records. Never an address of our own network."""

import http.client
import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import urllib3
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.models import Webhook, WebhookCall
from api.rules import PING, address_problem, is_outside, sign, wait_before_retry
from foundation import clock
from foundation.config import settings
from foundation.db import Json
from foundation.text import clean, cut

LEASE = timedelta(minutes=2)
TIMEOUT = urllib3.Timeout(connect=3, read=5)
EACH_AT_ONCE = 20
MOST_READ = 300


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
    """What came of one attempt. `unreachable`: nothing answered, so the next telling would not arrive just now either."""

    ok: bool
    answer: str
    unreachable: bool = False


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


def send(owed: Owed) -> Outcome:
    """One POST, signed: X-GuideDesk-Signature is HMAC-SHA256 of "timestamp.body". Redirects are not followed.

    Whatever is wrong with the address or its answer is an outcome to be recorded, never an error.
    """
    body = json.dumps(owed.body, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "GuideDesk-Webhook/1",
        "X-GuideDesk-Event": owed.kind,
        "X-GuideDesk-Delivery": str(owed.id),
        "X-GuideDesk-Timestamp": timestamp,
        "X-GuideDesk-Signature": sign(owed.secret, f"{timestamp}.{body.decode()}"),
    }
    private = settings().webhook_private_addresses
    if problem := address_problem(owed.url, private):
        return Outcome(False, problem, unreachable=True)
    try:
        address = _address(owed.url, private)
        return _post(owed.url, address, body, headers)
    except Refused as refused:
        return Outcome(False, str(refused), unreachable=True)
    except (urllib3.exceptions.HTTPError, http.client.HTTPException) as error:
        return Outcome(False, f"连不上：{type(error).__name__}", unreachable=True)
    except (OSError, ValueError) as error:  # the resolver's UnicodeError is a ValueError
        return Outcome(False, f"域名解析不到：{type(error).__name__}", unreachable=True)


class Refused(Exception):
    """The name leads into our own network."""


def _address(url: str, private: bool) -> str:
    """The address the name stands for now; the call goes to exactly this one, so the name cannot change in between."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = [str(info[4][0]) for info in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)]
    if not private and not all(is_outside(address) for address in found):
        raise Refused("这个域名指向内部网络，不能发送")
    return found[0]


def _post(url: str, address: str, body: bytes, headers: dict[str, str]) -> Outcome:
    parts = urlsplit(url)
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, parts.port or 443, server_hostname=parts.hostname, assert_hostname=parts.hostname, timeout=TIMEOUT,
            retries=False,
        )  # fmt: skip
    else:
        pool = urllib3.HTTPConnectionPool(address, parts.port or 80, timeout=TIMEOUT, retries=False)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with pool:
        answer = pool.urlopen(
            "POST", path, body=body, headers=headers | {"Host": parts.netloc}, redirect=False, preload_content=False,
            assert_same_host=False,
        )  # fmt: skip
        words = clean(answer.read(MOST_READ, decode_content=False).decode("utf-8", "replace"))
        answer.release_conn()
    return Outcome(200 <= answer.status < 300, cut(f"{answer.status} {words}".strip(), MOST_READ))


def record(session: Session, owed: Owed, outcome: Outcome) -> None:
    """Keep what came of an attempt; one that was claimed again meanwhile is left to its new sender."""
    row = session.get(WebhookCall, owed.id, with_for_update=True, populate_existing=True)
    if row is None or row.status != "waiting" or row.attempts != owed.attempts:
        return
    row.answer, now = outcome.answer, clock.now()
    if outcome.ok:
        row.status, row.sent_at = "sent", now
    elif (wait := wait_before_retry(row.attempts)) is None:
        row.status = "dead"
    else:
        row.due_at = now + wait
    session.flush()


def put_back(session: Session, untried: Sequence[Owed], wait: timedelta) -> None:
    """Give back what was claimed and not tried because the one before it failed: it counts as no attempt."""
    for owed in untried:
        row = session.get(WebhookCall, owed.id, with_for_update=True, populate_existing=True)
        if row is not None and row.status == "waiting" and row.attempts == owed.attempts:
            row.attempts, row.due_at = row.attempts - 1, clock.now() + wait
    session.flush()
