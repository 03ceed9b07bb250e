"""The sender's media ids: from memory, from the table, or by uploading our own blob again. Opens short transactions itself."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update

from foundation import clock
from foundation.blobs import read_blob
from foundation.db import transaction
from foundation.errors import NotFound
from outbox.media import LEAST_LIFE
from outbox.models import PlatformMedia
from outbox.rules import UPLOAD
from wecom.errors import Refused

LIFE = timedelta(days=3)
Upload = Callable[[str, str, bytes], str]


@dataclass(frozen=True, slots=True)
class Known:
    media_id: str
    expires_at: datetime


class Shelf:
    """Thread-safe: of many callers that need the same file one uploads it, the others wait for its id."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._known: dict[str, Known] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def media_id(self, key: str) -> str:
        """A media_id good for at least an hour. Raises PlatformError kinds; Refused when we have no such file."""
        known = self._known.get(key)
        if known is not None and known.expires_at > clock.now() + LEAST_LIFE:
            return known.media_id
        with self._lock_of(key):
            return (self._recall(key) or self._put(key)).media_id

    def put(self, key: str, *, lost: str = "") -> str:
        """Upload in any case, unless the id at hand is fresh from this very minute and not the one that was lost."""
        with self._lock_of(key):
            known = self._recall(key)
            fresh = known is not None and known.expires_at > clock.now() + LIFE - timedelta(minutes=1)
            if known is not None and known.media_id != lost and (fresh or lost):
                return known.media_id
            return self._put(key).media_id

    def forget(self, key: str, media_id: str) -> None:
        """The platform does not know this id any more."""
        with self._lock_of(key):
            if key in self._known and self._known[key].media_id == media_id:
                del self._known[key]
            with transaction() as session:
                session.execute(
                    update(PlatformMedia)
                    .where(PlatformMedia.key == key, PlatformMedia.media_id == media_id)
                    .values(media_id=None, expires_at=None)
                )

    def _lock_of(self, key: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())

    def _recall(self, key: str) -> Known | None:
        with transaction() as session:
            row = session.get(PlatformMedia, key)
        if row is None or not row.media_id or not row.expires_at or row.expires_at <= clock.now() + LEAST_LIFE:
            return None
        self._known[key] = Known(row.media_id, row.expires_at)
        return self._known[key]

    def _put(self, key: str) -> Known:
        with transaction() as session:
            row = session.get(PlatformMedia, key)
        if row is None:
            raise Refused("素材没有登记，无法上传", call=UPLOAD)
        try:
            content = read_blob(row.blob_key)
        except NotFound:
            raise Refused("素材文件已不在服务器上，无法上传", call=UPLOAD) from None
        known = Known(self._upload(row.kind, row.filename, content), clock.now() + LIFE)
        with transaction() as session:
            session.execute(
                update(PlatformMedia).where(PlatformMedia.key == key).values(media_id=known.media_id, expires_at=known.expires_at)
            )
        self._known[key] = known
        return known
