"""Making one claimed call: media put in place, the platform asked, its answer judged by rules. Never inside a transaction."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from foundation import clock
from foundation.db import Json
from foundation.log import logger
from outbox.claims import Claimed, Outcome
from outbox.models import MessageStatus
from outbox.payloads import LOST, UPLOAD, filled, slots_in, without_attachments_of
from outbox.rules import (
    LOST_MEDIA,
    UNREPEATABLE,
    WELCOME,
    is_doubtful,
    marked_once,
    outcome_of,
    rest_after,
    shortfall,
    uses_a_try,
    wait_before_retry,
    worth_keeping,
)
from outbox.rules import UPLOAD as UPLOAD_CALL
from outbox.shelf import Shelf
from wecom.errors import PlatformError, RetryLater, Throttled

log = logger(__name__)
Send = Callable[[str, Json], Json]


class Delivery:
    """Knows how to make a call and what its answer means. Thread-safe."""

    def __init__(self, send: Send, shelf: Shelf) -> None:
        self._send = send
        self._shelf = shelf

    def deliver(self, claimed: Claimed) -> Outcome:
        """Make the call. Never raises: what goes wrong is an outcome too."""
        if claimed.expires_at is not None and claimed.expires_at <= clock.now():
            return Outcome(claimed, MessageStatus.EXPIRED, reason="已过时效，没有发送")
        try:
            return self._judge(claimed, self._make(claimed))
        except PlatformError as error:
            return failed(claimed, error)
        except SQLAlchemyError:
            log.warning("database away while preparing a call", message=claimed.id)
            return failed(claimed, RetryLater("数据库暂时不可用", call=claimed.call))
        except Exception as error:
            # A payload nobody foresaw must not take its worker down: it ends with its reason, the others go on.
            log.exception("call could not be made", message=claimed.id, call=claimed.call)
            return Outcome(claimed, MessageStatus.DEAD, reason=f"内部错误（{type(error).__name__}），请查看日志")

    def _make(self, claimed: Claimed) -> Json:
        if claimed.call == UPLOAD_CALL:
            return {"media_id": self._shelf.put(str(claimed.payload[UPLOAD]), lost=str(claimed.payload.get(LOST) or ""))}
        payload, used = self._prepared(claimed)
        try:
            return self._send(claimed.call, payload)
        except PlatformError as error:
            if error.errcode not in LOST_MEDIA or not used:
                raise
        for key, media_id in used.items():
            self._shelf.forget(key, media_id)
        payload, _ = self._prepared(claimed)
        return self._send(claimed.call, payload)

    def _prepared(self, claimed: Claimed) -> tuple[Json, dict[str, str]]:
        payload: Any = marked_once(claimed.call, claimed.id, claimed.payload)
        used: dict[str, str] = {}
        lost: set[str] = set()
        for key in slots_in(payload):
            try:
                used[key] = self._shelf.media_id(key)
            except PlatformError as error:
                if claimed.call != WELCOME or isinstance(error, Throttled) or not payload.get("text"):
                    raise
                log.warning("welcome without its picture", message=claimed.id, errcode=error.errcode)
                lost.add(key)
        if lost:
            payload = without_attachments_of(payload, lost)
        return filled(payload, used.__getitem__), used

    def _judge(self, claimed: Claimed, answer: Json) -> Outcome:
        reason = shortfall(claimed.call, claimed.payload, answer)
        if reason is not None:
            return Outcome(claimed, MessageStatus.DEAD, 0, reason, worth_keeping(answer))
        return Outcome(claimed, MessageStatus.SENT, 0, "", worth_keeping(answer), sent_at=clock.now())


def failed(claimed: Claimed, error: PlatformError) -> Outcome:
    """What a failure means for the row."""
    now = clock.now()
    status = outcome_of(claimed.call, error)
    if status == MessageStatus.SENT:
        return Outcome(claimed, status, error.errcode, error.message, sent_at=now)
    pause = now + rest_after(error, claimed.lane) if isinstance(error, Throttled) else None
    used = uses_a_try(error)
    wait = wait_before_retry(claimed.tries + used, error, lane=claimed.lane, jitter=random.random())  # noqa: S311
    if wait is None:
        reason = UNREPEATABLE[claimed.call] if is_doubtful(error) else error.message
        return Outcome(claimed, MessageStatus.DEAD, error.errcode, reason, pause_until=pause, used_try=used)
    return _again(claimed, error, now + wait, pause)


def _again(claimed: Claimed, error: PlatformError, due_at: datetime, pause: datetime | None) -> Outcome:
    if claimed.expires_at is not None and due_at >= claimed.expires_at:
        reason = f"没能在有效时间内送出：{error.message}"
        return Outcome(claimed, MessageStatus.EXPIRED, error.errcode, reason, pause_until=pause)
    return Outcome(
        claimed, MessageStatus.WAITING, error.errcode, error.message,
        due_at=due_at, pause_until=pause, used_try=uses_a_try(error),
    )  # fmt: skip
