"""Keys of other systems: made, shown once, disabled; and what was asked once under an Idempotency-Key."""

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from api.models import ApiCall, ApiKey, CustomerChange, WebhookCall
from api.rules import SCOPES, key_problems
from foundation import audit, clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.leader import lock_number
from org.models import Role, Staff

NOTE_USE_EVERY = timedelta(minutes=1)
KEEP_CALLS, KEEP_TOLD = timedelta(days=7), timedelta(days=30)
FORGET_AT_ONCE = 20_000
LOCK = text("SELECT pg_advisory_xact_lock(:key)")


def only_headquarters(staff: Staff) -> None:
    """Raises NotAllowed for everybody else."""
    if staff.role != Role.HEADQUARTERS:
        raise NotAllowed("只有总部可以管理接口")


def make_key(session: Session, staff: Staff, name: str, scopes: Sequence[str]) -> tuple[ApiKey, str]:
    """A new key with its secret, which is shown this once. Raises Invalid by field."""
    only_headquarters(staff)
    if problems := key_problems(name, scopes):
        raise Invalid("密钥没有创建，请看标红的地方", problems)
    secret = secrets.token_urlsafe(32)
    row = ApiKey(
        name=name, key=f"gd_{secrets.token_hex(10)}", secret=secret, scopes=sorted(set(scopes)), staff_id=staff.id,
        created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    words = [SCOPES[one] for one in row.scopes]
    audit.record(session, f"staff:{staff.id}", "api_key.create", f"api_key:{row.id}", title=name, added=words)
    return row, secret


def disable_key(session: Session, staff: Staff, key_id: int) -> ApiKey:
    """From now on the key opens nothing. Raises NotFound."""
    only_headquarters(staff)
    row = session.get(ApiKey, key_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("没有这个密钥")
    if row.disabled_at is None:
        row.disabled_at = clock.now()
        audit.record(session, f"staff:{staff.id}", "api_key.disable", f"api_key:{row.id}", title=row.name)
        session.flush()
    return row


def find_key(session: Session, key: str) -> ApiKey | None:
    """A living key by its public part."""
    return session.scalars(select(ApiKey).where(ApiKey.key == key, ApiKey.disabled_at.is_(None))).one_or_none()


def list_keys(session: Session, staff: Staff, limit: int = 200) -> list[ApiKey]:
    """Keys, the living first."""
    only_headquarters(staff)
    return list(session.scalars(select(ApiKey).order_by(ApiKey.disabled_at.is_not(None), ApiKey.id.desc()).limit(limit)))


def note_use(session: Session, key: ApiKey) -> None:
    """The key was used just now; written at most once a minute."""
    now = clock.now()
    if key.used_at is None or now - key.used_at > NOTE_USE_EVERY:
        session.execute(update(ApiKey).where(ApiKey.id == key.id).values(used_at=now))


def answer_once(session: Session, key: ApiKey, once: str, digest: str, act: Callable[[], Json]) -> tuple[Json, bool]:
    """The answer to a write, and whether it is an old one: the same Idempotency-Key acts once, however many ask at a time.

    Raises Conflict when the key was used for another body.
    """
    session.execute(LOCK, {"key": lock_number(f"api call {key.id} {once}")})
    known = session.scalars(select(ApiCall).where(ApiCall.api_key_id == key.id, ApiCall.once == once)).one_or_none()
    if known is not None:
        if known.digest != digest:
            raise Conflict("这个 Idempotency-Key 已经用在另一份内容上，请换一个")
        return known.answer, True
    answer = act()
    session.add(ApiCall(api_key_id=key.id, once=once, digest=digest, status=200, answer=answer, at=clock.now()))
    session.flush()
    return answer, False


def forget_old(session: Session) -> int:
    """Take out answers after a week, told changes after a month; how many, at most 20,000 of each at a time."""
    now, gone = clock.now(), 0
    told = (WebhookCall.status != "waiting") & (WebhookCall.created_at < now - KEEP_TOLD)
    for model, old in (
        (ApiCall, ApiCall.at < now - KEEP_CALLS),
        (WebhookCall, told),
        (CustomerChange, CustomerChange.at < now - KEEP_TOLD),
    ):
        ids = list(session.scalars(select(model.id).where(old).limit(FORGET_AT_ONCE)))
        if ids:
            session.execute(delete(model).where(model.id.in_(ids)))
        gone += len(ids)
    return gone
