"""Addresses that are told of changes: kept, stopped, tried; and each telling, tried again by hand."""

import secrets
from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.keys import only_headquarters
from api.models import Webhook, WebhookCall
from api.rules import ERASED, PING, webhook_problems
from foundation import audit, clock
from foundation.config import settings
from foundation.errors import Conflict, Invalid, NotFound
from foundation.wake import ring
from org.models import Staff

JOB = "api.tell"
REPLAY_AT_ONCE = 1_000
STOPPED = "已停用，没有发出"


def get_webhook(session: Session, staff: Staff, webhook_id: int) -> Webhook:
    """One webhook. Raises NotFound, NotAllowed."""
    only_headquarters(staff)
    row = session.get(Webhook, webhook_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("没有这个通知地址")
    return row


def save_webhook(
    session: Session, staff: Staff, name: str, url: str, kinds: Sequence[str], webhook_id: int | None = None
) -> tuple[Webhook, str]:
    """Keep an address; a new one's secret is handed out this once ("" for a changed one). Raises Invalid by field.

    Each hears of erasings (`ERASED`), asked for or not.
    """
    only_headquarters(staff)
    problems = webhook_problems(name, url, kinds, settings().webhook_private_addresses)
    if problems:
        raise Invalid("没有保存，请看标红的地方", problems)
    if webhook_id is None:
        secret = secrets.token_urlsafe(32)
        row = Webhook(secret=secret, staff_id=staff.id, created_at=clock.now(), name="", url="", kinds=[], revision=0)
        session.add(row)
    else:
        row, secret = get_webhook(session, staff, webhook_id), ""
    row.name, row.url, row.kinds, row.revision = name, url, sorted({*kinds, ERASED}), row.revision + 1
    session.flush()
    audit.record(session, f"staff:{staff.id}", "webhook.save", f"webhook:{row.id}", title=row.name, after=row.url)
    return row, secret


def switch_webhook(session: Session, staff: Staff, webhook_id: int, on: bool) -> Webhook:
    """Stop telling (what waits ends) or begin again from now on."""
    row = get_webhook(session, staff, webhook_id)
    if on == (row.disabled_at is None):
        return row
    row.disabled_at = None if on else clock.now()
    if not on:
        waiting = update(WebhookCall).where(WebhookCall.webhook_id == row.id, WebhookCall.status == "waiting")
        session.execute(waiting.values(status="dead", answer=STOPPED))
    audit.record(session, f"staff:{staff.id}", "webhook.switch", f"webhook:{row.id}", title=row.name, enabled=on)
    session.flush()
    return row


def ping(session: Session, staff: Staff, webhook_id: int) -> WebhookCall:
    """Owe the address a trial. Raises Conflict while it is stopped."""
    row = get_webhook(session, staff, webhook_id)
    if row.disabled_at is not None:
        raise Conflict("这个地址已停用，请先启用")
    now = clock.now()
    facts = {"kind": PING, "at": now.isoformat(), "facts": {"message": "这是一条测试"}}
    call = WebhookCall(
        webhook_id=row.id, kind=PING, body=facts, once=f"ping:{secrets.token_hex(8)}", created_at=now, due_at=now, attempts=0
    )
    session.add(call)
    session.flush()
    ring(session, JOB)
    return call


def replay(session: Session, staff: Staff, webhook_id: int, call_id: int | None = None) -> int:
    """Tell once more: one call, or all dead ones (up to 1,000 at a time); how many."""
    row = get_webhook(session, staff, webhook_id)
    if row.disabled_at is not None:
        raise Conflict("这个地址已停用，请先启用")
    chosen = select(WebhookCall.id).where(WebhookCall.webhook_id == row.id)
    if call_id is None:
        chosen = chosen.where(WebhookCall.status == "dead").order_by(WebhookCall.id).limit(REPLAY_AT_ONCE)
    else:
        chosen = chosen.where(WebhookCall.id == call_id, WebhookCall.status != "waiting")
    ids = list(session.scalars(chosen.with_for_update()))
    if ids:
        again = {"status": "waiting", "attempts": 0, "refusals": 0, "due_at": clock.now(), "sent_at": None}
        session.execute(update(WebhookCall).where(WebhookCall.id.in_(ids)).values(**again))
        audit.record(session, f"staff:{staff.id}", "webhook.replay", f"webhook:{row.id}", title=row.name, messages=len(ids))
        ring(session, JOB)
    return len(ids)


def list_webhooks(session: Session, staff: Staff, limit: int = 100) -> list[tuple[Webhook, dict[str, int]]]:
    """Addresses with how many tellings wait and are dead, the living first; two statements."""
    only_headquarters(staff)
    order = (Webhook.disabled_at.is_not(None), Webhook.id)
    rows = list(session.scalars(select(Webhook).order_by(*order).limit(limit)))
    counts: dict[int, dict[str, int]] = {}
    counted = select(WebhookCall.webhook_id, WebhookCall.status, func.count()).where(
        WebhookCall.webhook_id.in_([row.id for row in rows]), WebhookCall.status != "sent"
    )
    for webhook_id, status, count in session.execute(counted.group_by(WebhookCall.webhook_id, WebhookCall.status)):
        counts.setdefault(webhook_id, {})[status] = count
    return [(row, counts.get(row.id, {})) for row in rows]


def page_calls(
    session: Session, staff: Staff, webhook_id: int, status: str = "", before_id: int | None = None, limit: int = 30
) -> list[WebhookCall]:
    """Tellings of one address, the newest first."""
    only_headquarters(staff)
    chosen = select(WebhookCall).where(WebhookCall.webhook_id == webhook_id)
    if status:
        chosen = chosen.where(WebhookCall.status == status)
    if before_id is not None:
        chosen = chosen.where(WebhookCall.id < before_id)
    return list(session.scalars(chosen.order_by(WebhookCall.id.desc()).limit(limit)))
