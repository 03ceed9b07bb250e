"""Files as rooms name them: kept once, put on the platform by the sender, renewed before their 3 days are over (DOC 90253)."""

import hashlib
from datetime import timedelta
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict
from outbox.actions import enqueue
from outbox.models import Lane, MessageStatus, OutgoingMessage, PlatformMedia
from outbox.payloads import LOST, UPLOAD, media_slot
from outbox.rules import UPLOAD as UPLOAD_CALL

__all__ = ["keep_media", "media_slot", "refresh_due", "want_media"]

Kind = Literal["image", "file", "video"]
LEAST_LIFE = timedelta(hours=1)
RENEW_BEFORE = timedelta(hours=12)
ASK_AGAIN = 60


def keep_media(session: Session, kind: Kind, blob_key: str, filename: str, *, keep_fresh: bool = False) -> str:
    """Name a blob as platform media; returns its key for media_slot and want_media. Safe to repeat.

    `keep_fresh` media is renewed ahead of time: for welcomes, which cannot wait for an upload.
    """
    key = f"{kind}:{blob_key}"
    if kind == "file":
        # The platform keeps the name with the file, and customers read it: the same bytes under another name are another media.
        key += f":{hashlib.sha256(filename[:120].encode()).hexdigest()[:10]}"
    row = {"key": key, "kind": kind, "blob_key": blob_key, "filename": filename[:120], "keep_fresh": keep_fresh}
    statement = insert(PlatformMedia).values(row)
    if keep_fresh:
        statement = statement.on_conflict_do_update(index_elements=["key"], set_={"keep_fresh": True})
    else:
        statement = statement.on_conflict_do_nothing()
    session.execute(statement)
    return key


def want_media(session: Session, key: str, *, lost: str = "") -> str | None:
    """The media_id when it lives for another hour, else None after asking for an upload: poll again in a second.

    `lost`: an id WeCom's client just refused though it should live (DOC 94345); if it is still the one we know, a new one is
    asked for. Whoever asks with the same lost id again only waits. Raises Conflict with the reason when the platform refused
    this minute's upload; the next minute tries again.
    """
    row = session.get(PlatformMedia, key, populate_existing=True)
    if row is not None and row.media_id and row.media_id != lost and row.expires_at and row.expires_at > clock.now() + LEAST_LIFE:
        return row.media_id
    if row is not None and not _ask_upload(session, Lane.INTERACTIVE, row, lost):
        _tell_refused(session, row, lost)
    return None


def refresh_due(session: Session, limit: int = 100) -> int:
    """Ask for uploads of kept-fresh media that is missing or ends within half a day. Returns how many were asked for."""
    soon = clock.now() + RENEW_BEFORE
    due = (
        select(PlatformMedia)
        .where(PlatformMedia.keep_fresh, or_(PlatformMedia.expires_at.is_(None), PlatformMedia.expires_at < soon))
        .order_by(PlatformMedia.expires_at.nulls_first())
        .limit(limit)
    )
    return sum(_ask_upload(session, Lane.TASK, row) for row in session.scalars(due))


def _gone(row: PlatformMedia, lost: str) -> str:
    return lost if lost and lost == row.media_id else ""


def _upload_key(row: PlatformMedia, lost: str) -> str:
    # One upload a minute and media, however often a page polls; the next minute asks again should it have died.
    minute, gone = int(clock.now().timestamp()) // ASK_AGAIN, _gone(row, lost)
    mark = hashlib.sha256(gone.encode()).hexdigest()[:12] if gone else ""
    return f"upload:{row.key}:{minute}:{mark}"


def _ask_upload(session: Session, lane: Lane, row: PlatformMedia, lost: str = "") -> int:
    gone = _gone(row, lost)
    payload: Json = {UPLOAD: row.key} | ({LOST: gone} if gone else {})
    return enqueue(session, lane, UPLOAD_CALL, {_upload_key(row, lost): payload}, about=f"media:{row.blob_key}")


def _tell_refused(session: Session, row: PlatformMedia, lost: str) -> None:
    ended = (OutgoingMessage.idempotency_key == _upload_key(row, lost), OutgoingMessage.status == MessageStatus.DEAD)
    reason = session.scalar(select(OutgoingMessage.reason).where(*ended))
    if reason is not None:
        raise Conflict(f"企业微信没有收下「{row.filename}」：{reason}")
